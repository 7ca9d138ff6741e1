"""200 concurrent deliveries of one alert make one order, and all hear the same of it."""

from typing import Any

import pytest

from tests.e2e.process import WEBHOOK, Service, alert
from tests.e2e.sender import Headers, Reply, request, send_at_once

DELIVERIES = 200


def without_mark(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name != "replayed"}


async def deliver(service: Service, body: bytes, headers: list[Headers]) -> list[Reply]:
    """Post a body once for each of the headers, all at once."""
    signed = service.signed(body)
    posts = [request(WEBHOOK, body, signed | dict(more)) for more in headers]
    return await send_at_once(service.url, posts)


CASES: list[tuple[str, bytes, list[Headers]]] = [
    ("the body's id", alert(id="alert-1"), [{}]),
    ("webhook-id", alert(symbol="XRP/USDT"), [{"webhook-id": "w-1"}]),
    (
        "Idempotency-Key, bare and quoted",
        alert(symbol="ETH/USDT"),
        [{"Idempotency-Key": "key-1"}, {"Idempotency-Key": '"key-1"'}],
    ),
    (
        "Idempotency-Key before the others",
        alert(symbol="SOL/USDT", id="alert-2"),
        [{"Idempotency-Key": "key-2", "webhook-id": "w-2"}, {"Idempotency-Key": "key-2"}],
    ),
]


@pytest.mark.parametrize(
    ("body", "headers"), [case[1:] for case in CASES], ids=[c[0] for c in CASES]
)
async def test_deliveries_under_one_key_make_one_order(
    service: Service, body: bytes, headers: list[Headers]
) -> None:
    before = set(service.ledger.arrivals)
    responses = await deliver(service, body, headers * (DELIVERIES // len(headers)))
    assert {response.status for response in responses} == {200}
    answers = [response.json for response in responses]
    assert [answer["replayed"] for answer in answers].count(False) == 1
    assert [response.headers.get("idempotent-replayed") for response in responses] == [
        "true" if answer["replayed"] else None for answer in answers
    ]
    first = without_mark(answers[0])
    assert all(without_mark(answer) == first for answer in answers)
    assert first["status"] == "FILLED"
    later = await deliver(service, body, headers)
    assert [response.json for response in later] == [first | {"replayed": True}] * len(headers)
    arrived = {i: held for i, held in service.ledger.arrivals.items() if i not in before}
    assert list(arrived) == [first["client_order_id"]]
    assert [held.order_id for held in arrived[first["client_order_id"]]] == [first["order_id"]]


async def test_deliveries_without_an_id_are_suspected_duplicates(service: Service) -> None:
    before = set(service.ledger.arrivals)
    body = alert(symbol="DOGE/USDT")
    responses = await deliver(service, body, [{}] * DELIVERIES)
    assert {response.status for response in responses} == {200}
    answers = [response.json for response in responses]
    (original,) = [answer for answer in answers if not answer["replayed"]]
    repeats = [answer for answer in answers if answer["replayed"]]
    assert original["code"] is None
    expected = original | {"replayed": True, "code": "SUSPECTED_DUPLICATE"}
    assert all(answer == expected for answer in repeats)
    arrived = {i: held for i, held in service.ledger.arrivals.items() if i not in before}
    assert {identity: len(held) for identity, held in arrived.items()} == {
        original["client_order_id"]: 1
    }


async def test_two_readings_without_an_id_are_two_orders(service: Service) -> None:
    before = len(service.ledger.arrivals)
    one, two = alert(symbol="ADA/USDT", quantity=1), alert(symbol="ADA/USDT", quantity=2)
    answers = [(await deliver(service, body, [{}]))[0].json for body in (one, two)]
    assert [answer["replayed"] for answer in answers] == [False, False]
    assert len(service.ledger.arrivals) == before + 2
