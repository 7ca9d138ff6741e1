"""The service and the exchange as processes: from an alert to the exchange and back, by ccxt.

Whatever is broken in between, the exchange received each order once, and the journal says what it
became there.
"""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from fillgate.domain.events import OrderReported, OrderUnanswered
from tests.ccxt.e2e.venue_process import (
    VenueProcess,
    became,
    order_of,
    send,
    service_at,
    venue,
    was_received_once,
)
from tests.e2e.process import Service, serving, until

pytestmark = pytest.mark.anyio

Both = tuple[Service, VenueProcess]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    folder = tmp_path_factory.mktemp("practice")
    with venue(folder / "venue") as there, serving(service_at(there, folder)) as service:
        until(lambda: are_up(service), "all accounts are up")
        yield service, there


def are_up(service: Service) -> bool:
    accounts = service.get("/api/v1/accounts")["accounts"]
    return all(each["up"] for each in accounts)


def without_stream(there: VenueProcess) -> None:
    """Let no stream tell what became of an order."""
    path = "userDataStream.subscribe.signature"
    there.fails(fault="refuse", method="WS", path=path, times=None)
    there.control("POST", "sockets/drop")


def was_found_by_lookup(order: dict[str, Any]) -> None:
    """Its story tells that nobody knew what became of it, and that then it was looked up."""
    story = [(each["event"], each["details"].get("channel")) for each in order["story"]]
    assert (OrderUnanswered.kind, None) in story
    assert (OrderReported.kind, "lookup") in story


async def test_an_alert_is_filled(both: Both) -> None:
    service, there = both
    reply = await send(service, id="filled")
    # It may be told while the exchange has only told that it took the order.
    assert reply.status == 200, reply.json
    order = became(service, reply.json["client_order_id"], "FILLED")
    assert (order["symbol"], order["filled_quantity"]) == ("BTCUSDT", "0.01")
    assert order["fees"]
    was_received_once(there, reply.json["client_order_id"])


def move(there: VenueProcess, price: str) -> None:
    there.control("POST", "price", {"symbol": "BTCUSDT", "price": price})


ENTRY = {"order_type": "limit", "price": "49000", "stop_loss": "45000", "take_profit": "55000"}
EITHER = {"action": "sell", "order_type": "oco", "price": "52000", "stop_price": "48000"}


@pytest.mark.parametrize(
    ("terms", "prices"),
    [(ENTRY, ["48900", "55100"]), (EITHER, ["52100"]), (EITHER, ["47900"])],
    ids=["with stops", "by its limit", "by its stop"],
)
async def test_an_order_that_is_a_list_there_is_one_order(
    both: Both, terms: dict[str, str], prices: list[str]
) -> None:
    service, there = both
    move(there, "50000")
    try:
        reply = await send(service, id=f"a list {terms} {prices}", **terms)
        name = reply.json["client_order_id"]
        became(service, name, "NEW")
        for price in prices:
            await asyncio.to_thread(move, there, price)
        order = became(service, name, "FILLED")
        assert (order["filled_quantity"], order["client_order_id"]) == ("0.01", name)
        was_received_once(there, name)
    finally:
        move(there, "50000")


@pytest.mark.parametrize("fault", ["hang", "truncate"])
@pytest.mark.parametrize(("terms", "kind"), [(ENTRY, "otoco"), (EITHER, "oco")])
async def test_a_list_whose_answer_is_lost_is_found(
    both: Both, terms: dict[str, str], kind: str, fault: str
) -> None:
    service, there = both
    without_stream(there)
    there.fails(fault=fault, path=f"/api/v3/orderList/{kind}")
    reply = await send(service, id=f"a lost list {kind} {fault}", **terms)
    name = reply.json["client_order_id"]
    order = became(service, name, "NEW")
    was_found_by_lookup(order)
    was_received_once(there, name)
    try:
        for price in ("48900", "55100"):
            await asyncio.to_thread(move, there, price)
        became(service, name, "FILLED")
    finally:
        move(there, "50000")


@pytest.mark.parametrize("fault", ["hang", "reset", "truncate", "html", "empty-object", "timeout"])
async def test_an_order_whose_answer_is_lost_is_found(both: Both, fault: str) -> None:
    service, there = both
    without_stream(there)
    there.fails(fault=fault)
    reply = await send(service, id=f"lost by {fault}")
    order = became(service, reply.json["client_order_id"], "FILLED")
    was_found_by_lookup(order)
    assert order["filled_quantity"] == "0.01"
    was_received_once(there, reply.json["client_order_id"])


async def test_a_lookup_that_is_late_finds_it_all_the_same(both: Both) -> None:
    service, there = both
    without_stream(there)
    there.control("POST", "lookups", {"late_ms": 1500})
    try:
        there.fails(fault="reset")
        reply = await send(service, id="late")
        was_found_by_lookup(became(service, reply.json["client_order_id"], "FILLED"))
        was_received_once(there, reply.json["client_order_id"])
    finally:
        there.control("POST", "lookups", {"late_ms": 0})


async def test_a_kill_in_the_middle_of_a_submission(both: Both) -> None:
    service, there = both
    without_stream(there)
    before = set(there.receipts())
    there.fails(fault="hang")
    sending = asyncio.create_task(send(service, id="killed"))
    await asyncio.to_thread(until, lambda: len(there.receipts()) > len(before), "it has arrived")
    service.kill()
    await asyncio.gather(sending, return_exceptions=True)
    service.start()
    (name,) = set(there.receipts()) - before
    became(service, name, "FILLED")
    was_received_once(there, name)
    again = await send(service, id="killed")
    assert again.json["client_order_id"] == name
    assert set(there.receipts()) - before == {name}


async def test_paper_trading_on_prices_without_keys(both: Both) -> None:
    service, there = both
    until(lambda: are_up(service), "all accounts are up")
    before = there.receipts()
    reply = await send(service, id="paper", account="paper", symbol="BTC/USDT")
    assert reply.json["status"] == "FILLED", reply.json
    order = order_of(service, reply.json["client_order_id"])
    assert abs(float(order["average_price"]) - 50_000) < 100
    assert there.receipts() == before
    refused = await send(service, id="no keys", account="eyes")
    assert (refused.status, refused.json["code"]) == (422, "ORDER_TYPE_NOT_SUPPORTED")


async def test_keys_are_nowhere(both: Both) -> None:
    service, there = both
    data = b"".join(path.read_bytes() for path in service.data.iterdir() if path.is_file())
    for name in ("practice-key", "practice-secret"):
        assert there.key(name) not in service.log
        assert there.key(name).encode() not in data
