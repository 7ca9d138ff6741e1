"""A person settles orders through the API."""

from typing import Any

import pytest

from fillgate.domain.errors import Unknown
from fillgate.service.http import MAX_BODY
from tests.engine.venue import raises
from tests.service.asgi import Exchange, scope_of
from tests.service.conftest import Desk, problem_of


async def unknown_order(desk: Desk, quantity: str = "4") -> str:
    """Return the id of a fresh UNKNOWN order, alone in its lane."""
    symbol = f"U{len(desk.venue.arrived)}/USDT"
    desk.venue.answers[symbol] = raises(Unknown("RESET", "connection reset"))
    desk.venue.lookup_error = ConnectionError()
    response = await desk.alert({"symbol": symbol, "quantity": quantity})
    assert response.json["status"] == "UNKNOWN"
    identity: str = response.json["client_order_id"]
    return identity


SEEN = {"reason": "seen in the venue's app", "order_id": "v-1"}

FINDINGS = [
    ({"status": "FILLED", "average_price": "90", **SEEN}, "FILLED", "4"),
    ({"status": "FILLED", "filled_quantity": 4, "average_price": 90, **SEEN}, "FILLED", "4"),
    ({"status": "NEW", **SEEN}, "NEW", "0"),
    (
        {"status": "PARTIALLY_FILLED", "filled_quantity": "1.5", "average_price": 90, **SEEN},
        "PARTIALLY_FILLED",
        "1.5",
    ),
    (
        {"status": "CANCELED", "filled_quantity": "1", "average_price": "9e1", **SEEN},
        "CANCELED",
        "1",
    ),
    ({"status": "CANCELED", **SEEN}, "CANCELED", "0"),
    ({"status": "EXPIRED", **SEEN}, "EXPIRED", "0"),
    ({"status": "REJECTED", "reason": "they told me"}, "REJECTED", "0"),
    ({"status": "ABSENT", "reason": "not in their list"}, "ABSENT", "0"),
]


@pytest.mark.parametrize(("finding", "status", "filled"), FINDINGS)
async def test_a_person_settles_an_unknown_order(
    desk: Desk, finding: dict[str, Any], status: str, filled: str
) -> None:
    identity = await unknown_order(desk)
    response = await desk.post(f"/api/v1/orders/{identity}/resolve", finding)
    assert response.status == 200
    assert (response.json["status"], response.json["filled_quantity"]) == (status, filled)
    shown = (await desk.get(f"/api/v1/orders/{identity}")).json
    record = shown["story"][-1]
    assert record["event"] == "order-resolved"
    assert (record["details"]["reason"], record["details"]["actor"]) == (finding["reason"], "api")
    found = (await desk.get("/api/v1/positions")).json["positions"]
    held = {row["symbol"]: row["quantity"] for row in found}
    assert held.get(shown["symbol"], "0") == filled


async def test_a_settled_order_frees_its_lane(desk: Desk) -> None:
    identity = await unknown_order(desk)
    symbol = (await desk.get(f"/api/v1/orders/{identity}")).json["symbol"]
    desk.venue.answers.pop(symbol)
    fields = {"symbol": symbol, "id": identity}
    waiting = await desk.alert(fields, headers={"Prefer": "wait=0"})
    assert (waiting.status, waiting.json["status"]) == (202, "PENDING_NEW")
    shown = await desk.get(f"/api/v1/orders/{waiting.json['client_order_id']}")
    assert problem_of(shown) == (404, "NOT_FOUND")
    assert f"see signal {waiting.json['signal']}" in shown.json["detail"]
    await desk.post(
        f"/api/v1/orders/{identity}/resolve", {"status": "REJECTED", "reason": "refused"}
    )
    assert (await desk.alert(fields)).json["status"] == "FILLED"


BAD_FINDINGS: list[tuple[Any, int, str, str | None]] = [
    ({}, 422, "MISSING_FIELD", "status"),
    ({"status": "FILLED"}, 422, "MISSING_FIELD", "reason"),
    ({"status": "LOST", "reason": "x"}, 422, "INVALID_FIELD", "status"),
    ({"status": 5, "reason": "x"}, 422, "INVALID_FIELD", "status"),
    ({"status": "FILLED", "reason": 5}, 422, "INVALID_FIELD", "reason"),
    ({"status": "FILLED", "reason": "x", "order_id": 5}, 422, "INVALID_FIELD", "order_id"),
    ({"status": "FILLED", "reason": "x", "order": "5"}, 422, "UNKNOWN_FIELD", "order"),
    ({**SEEN, "status": "FILLED", "average_price": "x"}, 422, "INVALID_FIELD", "average_price"),
    ({**SEEN, "status": "FILLED", "average_price": True}, 422, "INVALID_FIELD", "average_price"),
    ({**SEEN, "status": "NEW", "filled_quantity": -1}, 422, "INVALID_FIELD", "filled_quantity"),
    (b"", 400, "MALFORMED_JSON", None),
    (b"[]", 400, "NOT_AN_OBJECT", None),
    (b'{"status": NaN}', 400, "MALFORMED_JSON", None),
    (b"x" * (MAX_BODY + 1), 413, "BODY_TOO_LARGE", None),
]

UNFIT = [
    ({"status": "FILLED", "reason": " "}, "REASON_MISSING"),
    ({"status": "PENDING_NEW", "reason": "x"}, "STATUS_NOT_A_FINDING"),
    ({"status": "DENIED", "reason": "x"}, "STATUS_NOT_A_FINDING"),
    ({"status": "UNKNOWN", "reason": "x"}, "STATUS_NOT_A_FINDING"),
    ({"status": "FILLED", "reason": "x"}, "ORDER_ID_MISSING"),
    ({"status": "FILLED", **SEEN}, "AVERAGE_PRICE_MISSING"),
    ({"status": "PARTIALLY_FILLED", "average_price": 1, **SEEN}, "FILLED_QUANTITY_WRONG"),
    (
        {"status": "FILLED", "filled_quantity": 3, "average_price": 1, **SEEN},
        "FILLED_QUANTITY_WRONG",
    ),
    ({"status": "NEW", "filled_quantity": 1, "average_price": 1, **SEEN}, "FILLED_QUANTITY_WRONG"),
    (
        {"status": "PARTIALLY_FILLED", "filled_quantity": 4, "average_price": 1, **SEEN},
        "FILLED_QUANTITY_WRONG",
    ),
    (
        {"status": "CANCELED", "filled_quantity": 5, "average_price": 1, **SEEN},
        "FILLED_QUANTITY_WRONG",
    ),
]


@pytest.fixture(scope="module")
async def lost(desk: Desk) -> str:
    """An order that stays UNKNOWN."""
    return await unknown_order(desk)


@pytest.mark.parametrize(("finding", "expected"), [(case[0], case[1:]) for case in BAD_FINDINGS])
async def test_findings_that_cannot_be_read(
    desk: Desk, lost: str, finding: Any, expected: tuple[int, str, str | None]
) -> None:
    response = await desk.post(f"/api/v1/orders/{lost}/resolve", finding)
    assert (*problem_of(response), response.json.get("field")) == expected
    assert (await desk.get(f"/api/v1/orders/{lost}")).json["status"] == "UNKNOWN"


@pytest.mark.parametrize(("finding", "reason"), UNFIT)
async def test_findings_that_do_not_fit(
    desk: Desk, lost: str, finding: dict[str, Any], reason: str
) -> None:
    response = await desk.post(f"/api/v1/orders/{lost}/resolve", finding)
    assert problem_of(response) == (422, "INVALID_FIELD")
    assert response.json["reason"] == reason
    assert (await desk.get(f"/api/v1/orders/{lost}")).json["status"] == "UNKNOWN"


async def test_only_unknown_and_absent_orders_can_be_settled(desk: Desk) -> None:
    identity = (await desk.alert({"symbol": "DONE/USDT"})).json["client_order_id"]
    finding = {"status": "REJECTED", "reason": "x"}
    response = await desk.post(f"/api/v1/orders/{identity}/resolve", finding)
    assert problem_of(response) == (409, "NOT_RESOLVABLE")
    assert response.json["reason"] == "ORDER_NOT_UNKNOWN"
    missing = await desk.post("/api/v1/orders/nothing/resolve", finding)
    assert problem_of(missing) == (404, "NOT_FOUND")
    unknown = await unknown_order(desk)
    for status in ("ABSENT", "FILLED"):
        finding = {"status": status, "average_price": "5", **SEEN}
        settled = await desk.post(f"/api/v1/orders/{unknown}/resolve", finding)
        assert (settled.status, settled.json["status"]) == (200, status)


async def test_a_finding_is_counted_while_it_is_read(desk: Desk, lost: str) -> None:
    exchange = Exchange([b"x" * 1024] * 1000)
    scope = scope_of("POST", f"/api/v1/orders/{lost}/resolve", ())
    await desk.app(scope, exchange.receive, exchange.send)
    assert (exchange.status, exchange.response.json["code"]) == (413, "BODY_TOO_LARGE")
    assert exchange.taken == MAX_BODY // 1024 + 1
