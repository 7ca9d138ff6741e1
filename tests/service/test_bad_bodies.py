"""Bad bodies: each gets a clear 4xx with the field and the reason, and no order is made."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fillgate.service.http import MAX_BODY
from fillgate.service.problems import PROBLEMS
from tests.service.asgi import Exchange, scope_of
from tests.service.conftest import ORDERS, SECRET, WEBHOOK, Desk, alert, encoded, open_desk, order

DIGITS = "9" * 60_000

RAW: list[tuple[str, bytes, int, str]] = [
    ("empty", b"", 400, "MALFORMED_JSON"),
    ("blank", b" \r\n", 400, "MALFORMED_JSON"),
    ("not JSON", b"buy BTC", 400, "MALFORMED_JSON"),
    ("cut short", alert()[:-1], 400, "MALFORMED_JSON"),
    ("another behind it", alert() + alert(), 400, "MALFORMED_JSON"),
    ("a comma is missing", alert().replace(b",", b" ", 1), 400, "MALFORMED_JSON"),
    ("a NUL", b'{"symbol": "BTC\\u0000"}', 400, "MALFORMED_JSON"),
    ("half a surrogate pair", b'{"symbol": "\\ud800"}', 400, "MALFORMED_JSON"),
    ("not UTF-8", b'{"symbol": "\xff"}', 400, "NOT_UTF8"),
    ("UTF-16", alert().decode().encode("utf-16"), 400, "NOT_UTF8"),
    ("an array", b"[" + alert() + b"]", 400, "NOT_AN_OBJECT"),
    ("a number", b"1", 400, "NOT_AN_OBJECT"),
    ("null", b"null", 400, "NOT_AN_OBJECT"),
    ("a key twice", b'{"quantity": 1, "quantity": 2}', 400, "DUPLICATE_KEY"),
    ("an escaped key twice", b'{"quantity": 1, "\\u0071uantity": 2}', 400, "DUPLICATE_KEY"),
    ("a key twice, deeper", b'{"x": {"a": 1, "a": 1}}', 400, "DUPLICATE_KEY"),
    ("too deep", b'{"x":' * 100 + b"1" + b"}" * 100, 400, "TOO_DEEP"),
    ("far too deep", b'{"x":' + b"[" * 60_000, 400, "TOO_DEEP"),
    ("a placeholder", b'{"quantity": {{strategy.x}}}', 422, "UNRESOLVED_PLACEHOLDER"),
    ("one byte too large", alert().ljust(MAX_BODY + 1), 413, "BODY_TOO_LARGE"),
]

MENDED: list[tuple[str, bytes]] = [
    ("text around the object", b"Alert: " + alert()),
    ("byte order mark", b"\xef\xbb\xbf" + alert()),
    ("comma before a closing bracket", alert()[:-1] + b",}"),
    ("single quotes", alert().replace(b'"', b"'")),
    ("comment", alert()[:-1] + b"/* for the test */}"),
    ("NaN or Infinity", alert()[:-1] + b', "rsi": NaN}'),
]
"""What an alert may be and the body of an order may not, by the words on its repair."""

NUMBERS: list[str] = [
    '"NaN"',
    '"Infinity"',
    '"-inf"',
    "-1",
    '"-0.1"',
    "0",
    '"0.000"',
    "-0",
    "1e400",
    "1e999999999",
    "1e-999999999",
    '"1e400"',
    DIGITS,
    f'"{DIGITS}"',
    f"0.{DIGITS}",
    f"1e{DIGITS}",
    "0.0000000000000000001",
    '"٣"',
    '"\uff11"',
    '"1_000"',
    '" 1"',
    '"1 "',
    '"1,5"',
    '"+1"',
    '"0x10"',
    '"one"',
    '""',
    "true",
    "[1]",
    '{"value": 1}',
]

WRONG: list[tuple[str, Any, str]] = [
    ("symbol", 5, "INVALID_FIELD"),
    ("symbol", "", "INVALID_FIELD"),
    ("symbol", " BTC", "INVALID_FIELD"),
    ("symbol", "B" * 65, "INVALID_FIELD"),
    ("symbol", "BTC\nUSDT", "INVALID_FIELD"),
    ("order_type", "iceberg", "INVALID_FIELD"),
    ("order_type", 1, "INVALID_FIELD"),
    ("time_in_force", "FOREVER", "INVALID_FIELD"),
    ("reduce_only", "true", "INVALID_FIELD"),
    ("post_only", 1, "INVALID_FIELD"),
    ("confidence", 1.01, "INVALID_FIELD"),
    ("confidence", -0.01, "INVALID_FIELD"),
    ("account", [], "INVALID_FIELD"),
    ("account", "nowhere", "UNKNOWN_ACCOUNT"),
    ("strategy", "x" * 129, "INVALID_FIELD"),
    ("timestamp", "yesterday", "INVALID_FIELD"),
    ("timestamp", True, "INVALID_FIELD"),
    ("timestamp", 1_600_000_000, "STALE"),
    ("timestamp", 4_000_000_000, "FROM_THE_FUTURE"),
    ("leverage", 0, "INVALID_FIELD"),
    ("position_side", "up", "INVALID_FIELD"),
    ("margin_mode", "none", "INVALID_FIELD"),
    ("stop_price", 5, "CONFLICTING_FIELDS"),
    ("expire_time", "2030-01-01T00:00:00Z", "CONFLICTING_FIELDS"),
    ("quote_quantity", 5, "CONFLICTING_FIELDS"),
    ("Quantity", 5, "UNKNOWN_FIELD"),
    ("order_typ", "limit", "UNKNOWN_FIELD"),
]

WRONG_ALERTS: list[tuple[str, Any, str]] = [
    *WRONG,
    ("action", "moon", "UNKNOWN_ACTION"),
    ("action", None, "MISSING_FIELD"),
    ("action", 5, "UNKNOWN_ACTION"),
    ("confidence", 0.59, "LOW_CONFIDENCE"),
    ("id", "ünique", "INVALID_FIELD"),
    ("id", 5, "INVALID_FIELD"),
    ("id", "x" * 256, "INVALID_FIELD"),
]

WRONG_ORDERS: list[tuple[str, Any, str]] = [
    *WRONG,
    ("side", "moon", "INVALID_FIELD"),
    ("side", None, "MISSING_FIELD"),
    ("id", "x", "UNKNOWN_FIELD"),
    ("qty", 5, "UNKNOWN_FIELD"),
    ("secret", "x", "UNKNOWN_FIELD"),
    ("comment", "x", "UNKNOWN_FIELD"),
    ("exchange", "nowhere", "UNKNOWN_ACCOUNT"),
]


def ids(cases: list[Any]) -> list[str]:
    return [repr(case[:2])[:60] if isinstance(case, tuple) else case[:30] for case in cases]


async def check_refused(desk: Desk, response: Any, status: int, code: str) -> dict[str, Any]:
    """A problem document with a reason, kept as a refused signal; and no order."""
    problem: dict[str, Any] = response.json
    assert (response.status, problem["code"]) == (status, code)
    assert response.headers["content-type"] == "application/problem+json"
    assert problem["detail"]
    assert len(problem["detail"]) < 1000
    assert not desk.venue.arrived
    return problem


async def check_kept(desk: Desk, problem: dict[str, Any], source: str) -> None:
    row = (await desk.get(f"/api/v1/signals/{problem['signal']}")).json
    assert (row["state"], row["source"]) == ("refused", source)
    assert row["code"] == problem["code"]
    (event,) = row["story"]
    assert event["details"]["reason"] == problem["detail"]


@pytest.mark.parametrize(("body", "status", "code"), [c[1:] for c in RAW], ids=[c[0] for c in RAW])
async def test_bodies_that_cannot_be_read(desk: Desk, body: bytes, status: int, code: str) -> None:
    for source, response in (
        ("tradingview", await desk.alert(body)),
        ("api", await desk.order(body)),
    ):
        problem = await check_refused(desk, response, status, code)
        if code != "BODY_TOO_LARGE":
            await check_kept(desk, problem, source)


@pytest.mark.parametrize(("words", "body"), MENDED, ids=[case[0] for case in MENDED])
async def test_alerts_are_repaired_and_it_is_told(tmp_path: Path, words: str, body: bytes) -> None:
    async with open_desk(tmp_path) as desk:
        refused = await desk.order(body)
        assert (refused.status, refused.json["code"]) == (400, "MALFORMED_JSON")
        taken = await desk.alert(body)
        assert (taken.status, taken.json["status"]) == (200, "FILLED")
        (repair,) = await repairs_of(desk, taken.json["signal"])
        assert repair.startswith(words)


async def test_what_is_repaired_and_refused_tells_both(desk: Desk) -> None:
    response = await desk.alert(b"{'symbol': 'X', 'action': 'moon', 'quantity': 1}")
    problem = await check_refused(desk, response, 422, "UNKNOWN_ACTION")
    (repair,) = await repairs_of(desk, problem["signal"])
    assert repair == "single quotes read as double ones (line 1, column 2), 5 times"


async def test_a_number_that_is_none_is_still_none(desk: Desk) -> None:
    response = await desk.alert(alert()[:-1] + b', "stop_loss": NaN}')
    problem = await check_refused(desk, response, 422, "INVALID_FIELD")
    assert problem["field"] == "stop_loss"


async def repairs_of(desk: Desk, signal: int) -> list[str]:
    story = (await desk.get(f"/api/v1/signals/{signal}")).json["story"]
    repairs: list[str] = story[0]["details"]["repairs"]
    return repairs


@pytest.mark.parametrize("text", NUMBERS, ids=ids(NUMBERS))
@pytest.mark.parametrize("name", ["quantity", "price", "stop_loss", "quote_quantity"])
async def test_numbers_that_are_none(desk: Desk, name: str, text: str) -> None:
    given = json.loads(alert())
    if name == "quote_quantity":
        del given["quantity"]
    given.pop(name, None)
    body = json.dumps(given)[:-1] + f', "{name}": {text}}}'
    for source, response in (
        ("tradingview", await desk.alert(body.encode())),
        ("api", await desk.order(body.replace('"action"', '"side"').encode())),
    ):
        problem = await check_refused(desk, response, 422, "INVALID_FIELD")
        assert problem["field"] == name
        assert f"`{name}`" in problem["detail"]
        await check_kept(desk, problem, source)


@pytest.mark.parametrize(("name", "value", "code"), WRONG_ALERTS, ids=ids(WRONG_ALERTS))
async def test_wrong_fields_of_an_alert(desk: Desk, name: str, value: Any, code: str) -> None:
    problem = await check_refused(desk, await desk.alert({name: value}), 422, code)
    assert problem["field"] == name
    assert (problem["success"], problem["order_id"]) == (False, None)
    assert problem["error"] == problem["detail"]
    await check_kept(desk, problem, "tradingview")


@pytest.mark.parametrize(("name", "value", "code"), WRONG_ORDERS, ids=ids(WRONG_ORDERS))
async def test_wrong_fields_of_an_order(desk: Desk, name: str, value: Any, code: str) -> None:
    problem = await check_refused(desk, await desk.order({name: value}), 422, code)
    assert problem["field"] in {name, "account"}
    assert "success" not in problem
    await check_kept(desk, problem, "api")


@pytest.mark.parametrize("target", [WEBHOOK, ORDERS])
@pytest.mark.parametrize("declared", [None, str(MAX_BODY + 1), "9" * 5000])
async def test_a_body_is_counted_while_it_is_read(
    desk: Desk, target: str, declared: str | None
) -> None:
    exchange = Exchange([b"x" * 1024] * 1000)
    headers = encoded({} if declared is None else {"Content-Length": declared})
    await desk.app(scope_of("POST", target, headers), exchange.receive, exchange.send)
    assert (exchange.status, exchange.response.json["code"]) == (413, "BODY_TOO_LARGE")
    assert exchange.taken == (MAX_BODY // 1024 + 1 if declared is None else 0)


async def test_a_body_in_pieces_is_one_body(desk: Desk) -> None:
    body = b'{"symbol": "X", "action": "moon"}'
    exchange = Exchange([body[i : i + 1] for i in range(len(body))])
    await desk.app(scope_of("POST", WEBHOOK, ()), exchange.receive, exchange.send)
    assert exchange.response.json["code"] == "UNAUTHENTICATED"


async def test_a_client_that_hangs_up_gets_nothing(desk: Desk) -> None:
    before = len(await desk.signals())
    exchange = Exchange([alert()[:10]], gone=True)
    await desk.app(scope_of("POST", WEBHOOK, ()), exchange.receive, exchange.send)
    assert exchange.status == 0
    assert len(await desk.signals()) == before


async def test_what_nobody_vouches_for_is_counted_and_not_kept(desk: Desk) -> None:
    before = len(await desk.signals())
    for body in (alert(), b"nonsense", alert(secret="wrong"), b"\xff", b"x" * (MAX_BODY + 1)):
        for response in (
            await desk.alert(body, sign_with=None),
            await desk.alert(body, sign_with="wrong"),
            await desk.alert(body, sign_with=None, token="/wrong"),
        ):
            assert 400 <= response.status < 500
            assert "signal" not in response.json
    assert len(await desk.signals()) == before
    assert not desk.venue.arrived


@pytest.fixture(scope="module")
async def fuzzed(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    """A service that keeps to what its venue may hear of: orders of one symbol."""
    folder: Path = tmp_path_factory.mktemp("fuzzed")
    async with open_desk(folder) as opened:
        yield opened


MEMBERS = st.dictionaries(
    st.sampled_from([*json.loads(alert()), "price", "id", "secret", "order_type", "x"])
    | st.text(max_size=8),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=8,
    ),
    max_size=6,
)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """An alert in which bytes were taken out, put in, or replaced."""
    body = bytearray(alert(id="alert-1", price=5))
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(body) - 1))
        body[place : place + draw(st.integers(0, 3))] = draw(st.binary(max_size=3))
    return bytes(body)


BODIES = st.binary(max_size=200) | mutated() | MEMBERS.map(lambda m: json.dumps(m).encode())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
@given(body=BODIES, door=st.sampled_from(["signed", "token", "api", "none"]))
async def test_whatever_comes_has_an_answer(fuzzed: Desk, body: bytes, door: str) -> None:
    before = len(fuzzed.venue.arrived)
    if door == "api":
        response = await fuzzed.order(body)
    elif door == "token":
        response = await fuzzed.alert(body, sign_with=None, token="/wrong")
    else:
        response = await fuzzed.alert(body, sign_with=None if door == "none" else SECRET)
    content = response.json
    if response.status in {200, 202}:
        assert door in {"signed", "api"}
        assert content["success"] is True
        assert len(fuzzed.venue.arrived) == before + (not content["replayed"])
    else:
        assert 400 <= response.status < 500
        assert content["detail"]
        assert content["status"] == response.status
        assert len(fuzzed.venue.arrived) == before
        assert door in {"signed", "api"} or content["code"] in PROBLEMS
    assert not fuzzed.log.of("request-failed")


async def test_the_table_of_orders_is_right(desk: Desk) -> None:
    """The plain order and alert of these tests are taken: only what is added is to blame."""
    assert (await desk.order(order())).status == 200
    assert (await desk.alert(alert())).status == 200
