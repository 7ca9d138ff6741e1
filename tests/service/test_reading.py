"""The reading half of the API."""

import json
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fillgate.domain.errors import Rejected, Unknown
from fillgate.domain.market import MarketData
from fillgate.journal.base import JournalUnavailable
from tests.engine.venue import Venue, never, raises, resting
from tests.service.asgi import Exchange, scope_of
from tests.service.conftest import Desk, open_desk, problem_of

LISTS = ["orders", "signals"]
TOOK = ("planned", "tradingview")


def script(venue: Venue) -> None:
    """What the venue does to an order is told by its symbol."""
    venue.answers |= {
        "REST/USDT": resting,
        "REFUSED/USDT": raises(Rejected("INSUFFICIENT_FUNDS", "not enough")),
        "LOST/USDT": raises(Unknown("RESET", "connection reset")),
    }
    venue.lookup_error = ConnectionError("nobody there")


@pytest.fixture(scope="module")
async def full(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    """A service that has seen everything; no test of the lists changes what it has."""
    async with open_desk(tmp_path_factory.mktemp("full"), prepare=script) as desk:
        for number in range(4):
            for symbol in ("FILL/USDT", "REST/USDT", "REFUSED/USDT", "LOST/USDT"):
                fields = {"symbol": symbol, "id": f"{symbol}-{number}", "quantity": "2"}
                # All but one of those for LOST/USDT wait behind it.
                async_after_first = {"Prefer": "wait=0"} if number else {}
                await desk.alert(fields, headers=async_after_first)
            await desk.order({"symbol": "FILL/USDT", "side": "sell", "quantity": "0.5"})
            await desk.alert({"quantity": "-1"})
            await desk.alert({"symbol": "TWICE/USDT"})
        yield desk


async def listed(desk: Desk, what: str, query: str = "") -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = (await desk.get(f"/api/v1/{what}?limit=500{query}")).json[what]
    return rows


async def walked(desk: Desk, what: str, query: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    cursor = ""
    while True:
        page = (await desk.get(f"/api/v1/{what}?{query}{cursor}")).json
        rows += page[what]
        assert page[what] or page["next"] is None
        if page["next"] is None:
            return rows
        cursor = f"&cursor={page['next']}"


# Lists


@pytest.mark.parametrize("what", LISTS)
async def test_lists_are_newest_first(full: Desk, what: str) -> None:
    rows = await listed(full, what)
    numbers = [row["signal" if what == "orders" else "number"] for row in rows]
    assert len(rows) > 10
    assert numbers == sorted(numbers, reverse=True)


@pytest.mark.parametrize("what", LISTS)
@pytest.mark.parametrize("limit", range(1, 24, 3))
async def test_the_pages_are_the_list(full: Desk, what: str, limit: int) -> None:
    assert await walked(full, what, f"limit={limit}") == await listed(full, what)


async def test_pages_stay_right_while_orders_come(full: Desk) -> None:
    first = (await full.get("/api/v1/orders?limit=3")).json
    await full.alert({"symbol": "LATER/USDT"})
    rest = await listed(full, "orders", f"&cursor={first['next']}")
    assert [row for row in await listed(full, "orders") if row["symbol"] != "LATER/USDT"] == [
        *first["orders"],
        *rest,
    ]


@pytest.mark.parametrize(
    ("query", "fits"),
    [
        ("status=FILLED", lambda row: row["status"] == "FILLED"),
        ("status=filled,NEW", lambda row: row["status"] in {"FILLED", "NEW"}),
        ("status=REJECTED&status=UNKNOWN", lambda row: row["status"] in {"REJECTED", "UNKNOWN"}),
        ("status=EXPIRED", lambda row: False),
        ("symbol=FILL/USDT", lambda row: row["symbol"] == "FILL/USDT"),
        ("symbol=FILL%2FUSDT&limit=2", lambda row: row["symbol"] == "FILL/USDT"),
        ("symbol=nothing", lambda row: False),
        ("account=main&limit=3", lambda row: True),
        ("account=other", lambda row: False),
        ("symbol=REST/USDT&status=NEW&account=main&limit=1", lambda r: r["symbol"] == "REST/USDT"),
    ],
)
async def test_orders_are_filtered(full: Desk, query: str, fits: Any) -> None:
    rows = await walked(full, "orders", query)
    assert rows == [row for row in await listed(full, "orders") if fits(row)]


@pytest.mark.parametrize(
    ("query", "fits"),
    [
        ("source=api", lambda row: row["source"] == "api"),
        ("source=nobody", lambda row: False),
        ("state=refused&limit=1", lambda row: row["state"] == "refused"),
        ("state=duplicate", lambda row: row["state"] == "duplicate"),
        ("state=planned&source=tradingview", lambda r: (r["state"], r["source"]) == TOOK),
        ("state=waiting", lambda row: row["state"] == "waiting"),
    ],
)
async def test_signals_are_filtered(full: Desk, query: str, fits: Any) -> None:
    rows = await walked(full, "signals", query)
    assert rows == [row for row in await listed(full, "signals") if fits(row)]


async def test_refused_and_repeated_signals_are_listed(full: Desk) -> None:
    rows = await listed(full, "signals")
    assert {row["code"] for row in rows if row["state"] == "refused"} == {"INVALID_FIELD"}
    assert {row["code"] for row in rows if row["state"] == "duplicate"} == {"SUSPECTED_DUPLICATE"}
    assert [row["symbol"] for row in rows if row["state"] == "duplicate"] == ["TWICE/USDT"] * 3


BAD_PARAMETERS = [
    "limit=0",
    "limit=501",
    "limit=-1",
    "limit=1.5",
    "limit=ten",
    "limit=",
    "limit=%D9%A3",
    "limit=0000000000501",
    "limit=" + "9" * 5000,
    "cursor=",
    "cursor=x",
    "cursor=" + "A" * 5000,
    "cursor=%C3%BC",
    "cursor=WzFd",
    "cursor=W10",
    "cursor=bnVsbA",
    "cursor=Wy0xLDFd",
    "cursor=WzEsIDFd",
    "cursor=WzFlMSwwXQ",
    "cursor=Wzk5OTk5OTk5OTk5OTk5OTk5OTk5LDBd",
    "status=",
    "status=filled,,new",
    "status=open",
]


@pytest.mark.parametrize("query", BAD_PARAMETERS)
async def test_bad_parameters_are_refused_by_name(full: Desk, query: str) -> None:
    response = await full.get(f"/api/v1/orders?{query}")
    assert problem_of(response) == (400, "INVALID_PARAMETER")
    assert f"`{query.partition('=')[0]}`" in response.json["detail"]


async def test_a_state_that_does_not_exist_is_refused(full: Desk) -> None:
    response = await full.get("/api/v1/signals?state=lost")
    assert problem_of(response) == (400, "INVALID_PARAMETER")
    assert "`state`" in response.json["detail"]


async def test_a_cursor_is_good_for_its_own_list_only(full: Desk) -> None:
    for what, other in (LISTS, LISTS[::-1]):
        cursor = (await full.get(f"/api/v1/{what}?limit=1")).json["next"]
        response = await full.get(f"/api/v1/{other}?cursor={cursor}")
        assert problem_of(response) == (400, "INVALID_PARAMETER")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    place=st.integers(0, 30), character=st.sampled_from("!.=+/ Aa0-_%"), what=st.sampled_from(LISTS)
)
async def test_a_changed_cursor_is_refused_or_another_cursor(
    full: Desk, place: int, character: str, what: str
) -> None:
    cursor = (await full.get(f"/api/v1/{what}?limit=1")).json["next"]
    changed = cursor[:place] + character + cursor[place:]
    response = await full.get(f"/api/v1/{what}?cursor={changed.replace('%', '%25')}")
    assert response.status in {200, 400}
    if not set(character) <= set("Aa0-_"):
        assert problem_of(response) == (400, "INVALID_PARAMETER")


# One of them


async def test_an_order_tells_its_whole_story(full: Desk) -> None:
    found = await full.alert(
        {"symbol": "STORY/USDT", "quantity": "1.50", "comment": "why", "id": "s"}
    )
    identity = found.json["client_order_id"]
    shown = (await full.get(f"/api/v1/orders/{identity}")).json
    assert (shown["status"], shown["order_id"]) == ("FILLED", f"v-{identity}")
    assert (shown["quantity"], shown["filled_quantity"], shown["average_price"]) == (
        "1.5",
        "1.5",
        "100",
    )
    assert json.loads(shown["body"])["comment"] == "why"
    assert [record["event"] for record in shown["story"]] == [
        "signal-accepted",
        "order-intended",
        "submission-answered",
    ]
    assert [record["stream"] for record in shown["story"]] == ["inbox"] + ["account:main"] * 2
    assert shown["created_at"] <= shown["updated_at"]
    row = (await full.get(f"/api/v1/signals/{shown['signal']}")).json
    assert (row["story"], row["body"]) == (shown["story"], shown["body"])


async def test_what_an_order_was_refused_for_is_shown(full: Desk) -> None:
    (row, *_) = await listed(full, "orders", "&status=REJECTED")
    assert (row["code"], row["reason"]) == ("INSUFFICIENT_FUNDS", "not enough")


@pytest.mark.parametrize(
    "target",
    [
        "/api/v1/orders/nothing",
        "/api/v1/orders/%00",
        "/api/v1/orders/%ff",
        "/api/v1/signals/999999",
        "/api/v1/signals/0",
        "/api/v1/signals/99999999999999999999",
        "/api/v1/signals/" + "9" * 5000,
        "/api/v1/signals/one",
        "/api/v1/signals/-1",
        "/api/v1/signals/%D9%A3",
        "/api/v1/nothing",
        "/api/v1/",
        "/api/v1/orders/",
        "/",
        "/nothing",
        "/webhook",
        "/webhook/other",
        "/webhook/tradingviewer",
        "/api/v1/ticker/BTC/USDT?account=nowhere",
    ],
)
async def test_what_is_not_there(full: Desk, target: str) -> None:
    response = await full.get(target)
    assert problem_of(response) == (404, "NOT_FOUND")
    assert response.headers["content-type"] == "application/problem+json"


async def test_positions_are_what_the_fills_add_up_to(full: Desk) -> None:
    held = {row["symbol"]: row for row in (await full.get("/api/v1/positions")).json["positions"]}
    orders = await listed(full, "orders")
    for symbol, row in held.items():
        signed = [
            Decimal(order["filled_quantity"]) * (1 if order["side"] == "buy" else -1)
            for order in orders
            if order["symbol"] == symbol
        ]
        assert Decimal(row["quantity"]) == sum(signed)
    fill = held["FILL/USDT"]
    assert (fill["quantity"], fill["average_price"], fill["account"]) == ("6", "100", "main")
    assert fill["realised"] == "0"
    assert "REFUSED/USDT" not in held
    assert (await full.get("/api/v1/positions?account=other")).json == {"positions": []}


async def test_a_position_tells_what_is_still_to_come(full: Desk) -> None:
    await full.alert({"symbol": "MIX/USDT", "quantity": "1"})
    full.venue.answers["MIX/USDT"] = resting
    await full.alert({"symbol": "MIX/USDT", "quantity": "3", "order_type": "limit", "price": 1})
    found = (await full.get("/api/v1/positions")).json["positions"]
    (row,) = [row for row in found if row["symbol"] == "MIX/USDT"]
    assert (row["quantity"], row["working_buy"], row["working_sell"]) == ("1", "3", "0")


# Quotes and accounts


@pytest.mark.parametrize("symbol", ["BTC/USDT", "BTC%2FUSDT", "A/B:C", "x"])
async def test_a_quote_of_any_symbol(full: Desk, symbol: str) -> None:
    response = await full.get(f"/api/v1/ticker/{symbol}")
    assert response.status == 200
    assert response.json["symbol"] == symbol.replace("%2F", "/")
    assert response.json["last"] == "100"
    named = await full.get(f"/api/v1/ticker/{symbol}?account=main")
    assert named.json == response.json


async def test_what_fails_in_a_reader_is_a_problem(
    full: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(_: object) -> None:
        raise ZeroDivisionError("unforeseen")

    monkeypatch.setattr(full.house.engine.journal, "orders", fail)
    response = await full.get("/api/v1/orders")
    assert problem_of(response) == (500, "INTERNAL_ERROR")
    assert full.log.of("request-failed")


async def test_no_quote_is_a_problem(full: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(_: str) -> MarketData:
        raise ConnectionError("no route")

    monkeypatch.setattr(full.venue, "fetch_data", fail)
    response = await full.get("/api/v1/ticker/BTC/USDT")
    assert problem_of(response) == (502, "VENUE_UNAVAILABLE")
    assert "no route" in response.json["detail"]


async def test_a_quote_that_does_not_come_is_a_problem(
    full: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fillgate.service.reading._QUOTE_SECONDS", 0.01)
    monkeypatch.setattr(full.venue, "fetch_data", never)
    response = await full.get("/api/v1/ticker/BTC/USDT")
    assert problem_of(response) == (502, "VENUE_UNAVAILABLE")


async def test_accounts_are_listed_with_their_health(desk: Desk) -> None:
    (account,) = (await desk.get("/api/v1/accounts")).json["accounts"]
    assert (account["name"], account["type"], account["default"]) == ("main", "test", True)
    assert (account["up"], account["reason"]) == (True, None)
    assert account["capabilities"]["order_types"] == ["limit", "market"]
    assert (await desk.get("/health")).json["status"] == "ok"
    desk.venue.healthy = False
    await desk.house.until(lambda: not desk.house.engine.accounts.get("main").up)
    (account,) = (await desk.get("/api/v1/accounts")).json["accounts"]
    assert (account["up"], account["reason"]) == (False, "the health check says no")
    health = (await desk.get("/health")).json
    assert (health["status"], health["accounts"]) == ("degraded", {"main": False})
    assert (await desk.get("/live")).status == 200
    assert (await desk.get("/ready")).status == 200
    denied = await desk.alert({})
    assert problem_of(denied) == (422, "ACCOUNT_DOWN")
    desk.venue.healthy = True
    await desk.house.until(lambda: desk.house.engine.accounts.get("main").up)


async def test_health_counts_unknown_orders(full: Desk) -> None:
    health = (await full.get("/health")).json
    unknown = len(await listed(full, "orders", "&status=UNKNOWN"))
    assert (health["status"], health["unknown_orders"]) == ("degraded", unknown)
    assert unknown > 0
    assert health["accepting"] is True
    assert health["waiting_signals"] == len(await listed(full, "signals", "&state=waiting"))


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "POST"])
@pytest.mark.parametrize("target", ["/api/v1/positions", "/api/v1/signals", "/health"])
async def test_lists_are_only_read(desk: Desk, method: str, target: str) -> None:
    exchange = Exchange([b""])
    await desk.app(scope_of(method, target, ()), exchange.receive, exchange.send)
    assert (exchange.status, exchange.response.json["code"]) == (405, "METHOD_NOT_ALLOWED")


async def test_a_journal_that_cannot_be_read_is_unavailable(
    full: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(_: object) -> None:
        raise JournalUnavailable("the disk is gone")

    for method, target in (
        ("orders", "/api/v1/orders"),
        ("signals", "/api/v1/signals"),
        ("find_signal", "/api/v1/signals/1"),
    ):
        monkeypatch.setattr(full.house.engine.journal, method, fail)
        response = await full.get(target)
        assert problem_of(response) == (503, "JOURNAL_UNAVAILABLE")
        assert response.headers["retry-after"] == "1"


async def test_a_quote_that_the_venue_refuses_is_no_fault_of_ours(
    full: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(_: str) -> MarketData:
        raise Rejected("NO_SUCH_THING", "no market of that name")

    monkeypatch.setattr(full.venue, "fetch_data", refuse)
    response = await full.get("/api/v1/ticker/NOTHING")
    assert problem_of(response) == (422, "NO_SUCH_THING")
    assert response.json["detail"] == "no market of that name"
    assert response.json["type"] == "/docs/problems#rejected"


@pytest.mark.parametrize(
    ("target", "detail"),
    [
        ("orders?statsu=FILLED", "`statsu`"),
        ("orders?limit=1&limit=2", "`limit`"),
        ("orders?account=a&account=a", "`account`"),
        ("signals?status=FILLED", "`status`"),
        ("positions?symbol=BTC/USDT", "`symbol`"),
        ("ticker/BTC/USDT?exchange=main", "`exchange`"),
        ("orders?" + "x" * 5000 + "=1", "`xxx"),
        ("orders?%00=1", "`"),
    ],
)
async def test_a_parameter_that_is_not_known_is_refused(
    full: Desk, target: str, detail: str
) -> None:
    response = await full.get(f"/api/v1/{target}")
    assert problem_of(response) == (400, "INVALID_PARAMETER")
    assert response.json["detail"].startswith(detail)
    assert len(response.body) < 1000
