"""Cancelling and replacing orders through the API."""

import asyncio
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import pytest

from fillgate.domain.capabilities import Capabilities
from fillgate.domain.errors import NotSent, Rejected
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.orders import OrderType
from tests.engine.venue import canceled, filled, gated, raises, replaced, resting, tells
from tests.service.conftest import SECRET, Desk, numbered, problem_of

S = OrderStatus


async def placed(desk: Desk) -> str:
    """Return the id of an order that rests at the venue."""
    fields = numbered() | {"order_type": "limit", "price": 100, "quantity": 4}
    desk.venue.answers[fields["symbol"]] = resting
    desk.venue.cancel_answer, desk.venue.replace_answer = canceled, replaced
    response = await desk.order(fields)
    assert response.json["status"] == "NEW"
    identity: str = response.json["client_order_id"]
    return identity


def path(identity: str) -> str:
    return f"/api/v1/orders/{identity}"


async def story(desk: Desk, identity: str) -> list[str]:
    shown = (await desk.get(path(identity))).json
    return [record["event"] for record in shown["story"]]


async def test_an_order_is_cancelled(desk: Desk) -> None:
    identity = await placed(desk)
    response = await desk.delete(f"{path(identity)}?reason=changed+my+mind")
    assert response.status == 200
    assert response.json["order"]["status"] == "CANCELED"
    request = response.json["request"]
    assert (request["kind"], request["status"]) == ("cancel", "DONE")
    assert (request["actor"], request["reason"]) == ("api", "changed my mind")
    shown = (await desk.get(path(identity))).json
    assert shown["requests"] == [request]
    assert [record["event"] for record in shown["story"]][-2:] == [
        "cancel-requested",
        "request-answered",
    ]


async def test_an_order_is_replaced(desk: Desk) -> None:
    identity = await placed(desk)
    response = await desk.patch(path(identity), {"price": "90.50", "quantity": 5, "reason": "up"})
    assert response.status == 200
    order, request = response.json["order"], response.json["request"]
    assert (order["client_order_id"], order["price"], order["quantity"]) == (identity, "90.5", "5")
    assert (request["kind"], request["status"], request["price"]) == ("replace", "DONE", "90.5")


async def test_who_does_not_wait_hears_where_to_look(desk: Desk) -> None:
    identity = await placed(desk)
    gate = asyncio.Event()
    desk.venue.cancel_answer = gated(gate, canceled)
    response = await desk.delete(path(identity), {"Prefer": "respond-async"})
    assert response.status == 202
    assert response.json["request"]["status"] == "PENDING"
    assert response.json["order"]["status"] == "PENDING_CANCEL"
    listed = await desk.get("/api/v1/orders?status=pending_cancel")
    assert identity in [order["client_order_id"] for order in listed.json["orders"]]
    gate.set()
    await desk.house.until(lambda: desk.house.status(identity) == "CANCELED")
    shown = (await desk.get(response.headers["location"])).json
    assert shown["requests"][0]["status"] == "DONE"


@pytest.mark.parametrize(
    ("answer", "problem", "reason"),
    [
        (raises(Rejected("UNKNOWN_ORDER", "no such")), (422, "REQUEST_REJECTED"), "UNKNOWN_ORDER"),
        (raises(NotSent("REFUSED", "nobody")), (422, "REQUEST_NOT_SENT"), "REFUSED"),
        (tells(S.FILLED, "4"), (409, "TOO_LATE"), None),
    ],
)
async def test_what_was_not_done_is_a_problem_and_stands_in_the_story(
    desk: Desk, answer: Any, problem: tuple[int, str], reason: str | None
) -> None:
    identity = await placed(desk)
    desk.venue.cancel_answer = answer
    response = await desk.delete(path(identity))
    assert problem_of(response) == problem
    assert response.json.get("reason") == reason
    shown = (await desk.get(path(identity))).json
    assert [request["request"] for request in shown["requests"]] == [response.json["request"]]


async def test_an_answer_that_is_missing_is_202(desk: Desk) -> None:
    identity = await placed(desk)
    desk.venue.lookup_error = ConnectionError()
    desk.venue.cancel_answer = raises(ConnectionError("reset"))
    response = await desk.delete(path(identity))
    assert (response.status, response.json["request"]["status"]) == (202, "UNKNOWN")
    assert response.json["order"]["status"] == "NEW"


async def test_what_cannot_be_asked_leaves_the_story_as_it_is(desk: Desk) -> None:
    identity = await placed(desk)
    before = await story(desk, identity)
    unknown = path("fg0000000000000")
    assert problem_of(await desk.delete(unknown)) == (404, "NOT_FOUND")
    assert problem_of(await desk.patch(unknown, {"price": 90})) == (404, "NOT_FOUND")
    for body, problem in (
        (b"", (400, "MALFORMED_JSON")),
        ({}, (422, "NOTHING_TO_REPLACE")),
        ({"price": 100}, (422, "NOTHING_TO_REPLACE")),
        ({"stop_price": 90}, (422, "FIELD_NOT_OF_TYPE")),
        ({"price": -1}, (422, "INVALID_FIELD")),
        ({"price": "nan"}, (422, "INVALID_FIELD")),
        ({"side": "sell"}, (422, "UNKNOWN_FIELD")),
        ({"price": 90, "reason": SECRET}, (422, "INVALID_FIELD")),
    ):
        status, code = problem_of(await desk.patch(path(identity), body))
        assert code == problem[1], body
        assert status // 100 == 4
    response = await desk.delete(f"{path(identity)}?reason={quote(SECRET, safe='')}")
    assert problem_of(response)[1] == "INVALID_FIELD"
    assert SECRET not in response.body.decode()
    assert problem_of(await desk.delete(f"{path(identity)}?why=so"))[1] == "INVALID_PARAMETER"
    venue = desk.venue.capabilities
    desk.venue.capabilities = Capabilities(order_types=frozenset(OrderType))
    assert problem_of(await desk.delete(path(identity))) == (422, "CANCEL_NOT_SUPPORTED")
    assert problem_of(await desk.patch(path(identity), {"price": 90})) == (
        422,
        "REPLACE_NOT_SUPPORTED",
    )
    desk.venue.capabilities = venue
    assert await story(desk, identity) == before


async def test_finished_and_filled_orders_are_left_alone(desk: Desk) -> None:
    fields = numbered()
    desk.venue.answers[fields["symbol"]] = filled
    identity = (await desk.order(fields)).json["client_order_id"]
    assert problem_of(await desk.delete(path(identity))) == (409, "ORDER_FINISHED")
    assert problem_of(await desk.patch(path(identity), {"price": 9})) == (409, "ORDER_FINISHED")
    partly = await placed(desk)
    desk.venue.cancel_answer = tells(S.PARTIALLY_FILLED, "3")
    await desk.delete(path(partly), {"Prefer": "respond-async"})
    await desk.house.until(lambda: desk.house.state(partly).executed.total.quantity == Decimal(3))
    code = problem_of(await desk.patch(path(partly), {"quantity": 3}))[1]
    assert code in {"REQUEST_PENDING", "QUANTITY_BELOW_FILLED"}


async def test_the_same_key_is_the_same_request(desk: Desk) -> None:
    identity = await placed(desk)
    key = {"Idempotency-Key": f"replace {identity}"}
    first = await desk.patch(path(identity), {"price": 90}, key)
    again = await desk.patch(path(identity), {"price": "90.0"}, key)
    assert (first.json["replayed"], again.json["replayed"]) == (False, True)
    assert first.json["request"] == again.json["request"]
    other = await desk.patch(path(identity), {"price": 80}, key)
    assert problem_of(other) == (422, "KEY_REUSED")


async def test_all_orders_of_a_symbol_are_cancelled(desk: Desk) -> None:
    one, other = await placed(desk), await placed(desk)
    symbol = desk.house.state(one).order.symbol
    response = await desk.post("/api/v1/orders/cancel-all", {"symbol": symbol, "reason": "over"})
    assert response.status == 200
    assert [
        (each["client_order_id"], each["status"], each["request"]["status"])
        for each in response.json["orders"]
    ] == [(one, "CANCELED", "DONE")]
    assert desk.house.status(other) == "NEW"
    every = await desk.post("/api/v1/orders/cancel-all", {"account": "main"})
    assert other in [each["client_order_id"] for each in every.json["orders"]]
    assert desk.house.status(other) == "CANCELED"


async def test_what_of_all_cannot_be_cancelled_is_named(desk: Desk) -> None:
    identity = await placed(desk)
    symbol = desk.house.state(identity).order.symbol
    venue = desk.venue.capabilities
    desk.venue.capabilities = Capabilities(order_types=frozenset(OrderType))
    response = await desk.post("/api/v1/orders/cancel-all", {"symbol": symbol})
    desk.venue.capabilities = venue
    (told,) = response.json["orders"]
    assert (told["client_order_id"], told["code"]) == (identity, "CANCEL_NOT_SUPPORTED")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "MALFORMED_JSON"),
        ({"account": "nobody"}, "UNKNOWN_ACCOUNT"),
        ({"accounts": "main"}, "UNKNOWN_FIELD"),
        ({"symbol": 7}, "INVALID_FIELD"),
    ],
)
async def test_a_wrong_body_cancels_nothing(desk: Desk, body: Any, code: str) -> None:
    identity = await placed(desk)
    assert problem_of(await desk.post("/api/v1/orders/cancel-all", body))[1] == code
    assert desk.house.status(identity) == "NEW"
