"""What trading cost, over HTTP."""

from datetime import UTC, datetime
from typing import Any

import pytest

from fillgate.domain.reports import ArrivalQuote
from tests.engine.venue import filled
from tests.service.conftest import Desk, problem_of

COSTS = "/api/v1/reports/costs"
ORDERS = f"{COSTS}/orders"


@pytest.fixture
async def traded(desk: Desk) -> Desk:
    """Three orders: each is filled at 50,000; one found a market around 40,000."""

    async def answer(order: Any) -> Any:
        result = await filled(order)
        told = {name: getattr(result, name) for name in result.__struct_fields__}
        assert result.average_price is not None
        price = result.average_price * 4 / 5
        quote = ArrivalQuote(bid=price - 1, ask=price + 1, timestamp=1)
        return type(result)(**told | {"arrival": quote})

    desk.venue.answers["ETH/USDT"] = answer
    for number, fields in enumerate(
        [
            {"symbol": "BTC/USDT", "strategy": "x", "price": "1000"},
            {"symbol": "ETH/USDT", "strategy": "x"},
            {"symbol": "ETH/USDT", "strategy": "y"},
        ]
    ):
        sent = await desk.alert({"id": f"{number}", **fields})
        assert sent.status == 200
    return desk


async def groups(desk: Desk, query: str = "") -> list[dict[str, Any]]:
    response = await desk.get(COSTS + query)
    assert response.status == 200
    found: list[dict[str, Any]] = response.json["groups"]
    return found


async def test_groups_by_what_was_asked_for(traded: Desk) -> None:
    [all_of_them] = await groups(traded)
    assert (all_of_them["orders"], all_of_them["executed"]) == (3, 3)
    assert (all_of_them["currency"], all_of_them["symbol"]) == ("USDT", None)
    assert all_of_them["without_arrival_price"] == 1
    assert all_of_them["without_signal_price"] == 2
    by = await groups(traded, "?by=symbol,strategy")
    keys = [(each["symbol"], each["strategy"]) for each in by]
    assert keys == [("BTC/USDT", "x"), ("ETH/USDT", "x"), ("ETH/USDT", "y")]
    assert [each["arrival_bps"] for each in by] == [None, "2500", "2500"]
    assert by[0]["signal_bps"] is not None
    today = datetime.now(UTC).date().isoformat()
    assert {each["day"] for each in await groups(traded, "?by=DAY&by=account")} == {today}


@pytest.mark.parametrize(
    ("query", "orders"),
    [
        ("?symbol=ETH/USDT", 2),
        ("?strategy=x", 2),
        ("?strategy=x&symbol=ETH/USDT", 1),
        ("?account=main", 3),
        ("?first=2020-01-01", 3),
    ],
)
async def test_filters(traded: Desk, query: str, orders: int) -> None:
    assert sum(each["orders"] for each in await groups(traded, query)) == orders


@pytest.mark.parametrize("query", ["?account=nobody", "?first=2999-01-01", "?last=2020-01-01"])
async def test_nothing_is_no_group(traded: Desk, query: str) -> None:
    assert await groups(traded, query) == []


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("?by=week", "`by`: expected day, account, symbol, strategy, found 'week'"),
        ("?first=5.1.2026", "`first`: expected a day such as 2026-01-05, found '5.1.2026'"),
        ("?first=2026-01-01&first=2026-01-02", "`first`: expected once, found 2 times"),
        ("?order=x", "`order` is not known here"),
    ],
)
async def test_a_wrong_parameter_is_named(desk: Desk, query: str, words: str) -> None:
    response = await desk.get(COSTS + query)
    assert problem_of(response) == (400, "INVALID_PARAMETER")
    assert words in response.json["detail"]


async def test_orders_are_listed_newest_first_page_by_page(traded: Desk) -> None:
    whole = (await traded.get(ORDERS)).json
    assert [each["strategy"] for each in whole["orders"]] == ["y", "x", "x"]
    assert whole["next"] is None
    first = (await traded.get(f"{ORDERS}?limit=2")).json
    rest = (await traded.get(f"{ORDERS}?limit=2&cursor={first['next']}")).json
    assert first["orders"] + rest["orders"] == whole["orders"]
    assert rest["next"] is None
    one = whole["orders"][0]
    assert (one["side"], one["status"], one["arrival_bps"]) == ("buy", "FILLED", "2500")
    assert one["last_fill_ms"] is not None


async def test_a_filter_leaves_no_empty_pages(traded: Desk) -> None:
    page = (await traded.get(f"{ORDERS}?strategy=x&symbol=BTC/USDT&limit=1")).json
    assert [each["symbol"] for each in page["orders"]] == ["BTC/USDT"]
    assert page["next"] is None


async def test_a_report_reads_no_more_orders_than_it_may(
    traded: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fillgate.service.costs_api._MOST", 3)
    assert len(await groups(traded)) == 1
    monkeypatch.setattr("fillgate.service.costs_api._MOST", 2)
    refused = await traded.get(COSTS)
    assert problem_of(refused) == (422, "TOO_MANY_ORDERS")
    assert "more than 2 orders" in refused.json["detail"]
    assert len(await groups(traded, "?symbol=ETH/USDT")) == 1


async def test_a_list_looks_at_so_many_orders_and_says_where_to_go_on(
    traded: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fillgate.service.costs_api._MOST", 1)
    monkeypatch.setattr("fillgate.service.cost_reports._PAGE", 1)
    pages: list[list[str]] = []
    query = "?symbol=ETH/USDT&strategy=x"
    cursor: str | None = ""
    while cursor is not None:
        page = (await traded.get(f"{ORDERS}{query}{cursor}")).json
        pages.append([each["strategy"] for each in page["orders"]])
        cursor = None if page["next"] is None else f"&cursor={page['next']}"
    assert pages == [[], ["x"]]
