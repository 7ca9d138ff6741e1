"""The service at a bridge, both as processes, and kill -9 of either in the middle of an order.

Afterwards each order is at the venue at most once, and recorded once, as what it is there.
"""

import asyncio
import random
from collections.abc import Iterator
from typing import Any

import pytest

from tests.bridge.process import SECRET, BridgeProcess, bridging
from tests.e2e.process import WEBHOOK, Service, alert, serving, until
from tests.e2e.sender import request, send_at_once

LATENCY = 300
"""Milliseconds; half of them before the venue has the order, half before its answer."""

ENGINE = {
    "submit_deadline": 2.0,
    "poll_interval": 0.2,
    "lookup_deadline": 1.0,
    "health_interval": 0.3,
}
SETTLED = {"FILLED", "ABSENT", "DENIED", "REJECTED"}


Both = tuple[Service, BridgeProcess]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    """A bridge, and a service whose default account is there; the tests of this file share them."""
    folder = tmp_path_factory.mktemp("both")
    bridge = BridgeProcess(folder / "bridge", {"latency_ms": LATENCY}, {"max_age": 1})
    with bridging(bridge):
        account = {
            "type": "ccxt-http",
            "base_url": bridge.url,
            "webhook_secret": "env:BRIDGE_SECRET",
        }
        settings: dict[str, Any] = {
            "accounts.bridged": account,
            "engine": ENGINE,
            "service": {"wait": 0.1},
        }
        service = Service(folder, settings, {"BRIDGE_SECRET": SECRET})
        service.top = 'default_account = "bridged"\n'
        with serving(service):
            yield service, bridge


async def send(service: Service, **fields: Any) -> None:
    """Send an alert; it may be that nobody answers."""
    body = alert(**fields)
    try:
        await send_at_once(service.url, [request(WEBHOOK, body, service.signed(body))])
    except (OSError, EOFError):
        return


def orders(service: Service) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = service.get("/api/v1/orders?limit=500")["orders"]
    return found


def all_settled(service: Service) -> bool:
    waiting = service.get("/api/v1/signals?state=waiting")["signals"]
    return not waiting and all(order["status"] in SETTLED for order in orders(service))


def is_up(service: Service) -> bool:
    accounts = service.get("/api/v1/accounts")["accounts"]
    return all(account["up"] for account in accounts)


def check(service: Service, bridge: BridgeProcess) -> None:
    """The journal and the venue tell the same."""
    arrivals = bridge.arrivals()
    assert set(arrivals.values()) <= {1}, "an order was sent twice"
    known = {order["client_order_id"]: order["status"] for order in orders(service)}
    assert set(arrivals) <= set(known)
    for identity, status in known.items():
        assert (identity in arrivals) == (status == "FILLED"), (identity, status)


async def planned(service: Service, name: str) -> str:
    """Send an alert, and return the order's id once it is planned."""
    await send(service, id=name, symbol=f"{name.upper()}/USDT")

    def ours() -> list[str]:
        return [
            order["client_order_id"]
            for order in orders(service)
            if order["symbol"].startswith(name.upper())
        ]

    await asyncio.to_thread(until, lambda: bool(ours()), "it is planned")
    (identity,) = ours()
    return identity


async def settled(service: Service, bridge: BridgeProcess) -> dict[str, str]:
    """Wait until all is decided, check it, and return the orders' statuses by their ids."""
    await asyncio.to_thread(until, lambda: all_settled(service), "all is settled")
    await asyncio.to_thread(until, lambda: is_up(service), "the account is up")
    check(service, bridge)
    assert SECRET not in bridge.log + service.log
    return {order["client_order_id"]: order["status"] for order in orders(service)}


@pytest.mark.parametrize(
    ("victim", "before_the_venue"), [("bridge", True), ("bridge", False), ("service", False)]
)
async def test_a_kill_in_the_middle_of_an_order(
    both: Both, victim: str, before_the_venue: bool
) -> None:
    service, bridge = both
    killed = bridge if victim == "bridge" else service
    identity = await planned(service, f"{victim}{before_the_venue}")
    if not before_the_venue:
        await asyncio.to_thread(until, lambda: identity in bridge.arrivals(), "it arrived")
    await asyncio.to_thread(killed.kill)
    if before_the_venue and killed is bridge:
        assert identity not in bridge.arrivals()
    await asyncio.to_thread(killed.start)
    lost = victim == "bridge" and before_the_venue
    assert (await settled(service, bridge))[identity] == ("ABSENT" if lost else "FILLED")


async def test_kills_of_both_under_load(both: Both) -> None:
    service, bridge = both
    seed = 20261125
    print(f"seed {seed}")  # noqa: T201 - pytest shows it when the test fails
    drawn = random.Random(seed)
    ended = asyncio.Event()

    async def sender(number: int) -> None:
        count = 0
        while not ended.is_set():
            count += 1
            await send(service, id=f"{number}-{count}", symbol=f"S{number}N{count}/USDT")
            await asyncio.sleep(drawn.uniform(0.02, 0.08))

    async with asyncio.TaskGroup() as group:
        for number in range(4):
            group.create_task(sender(number))
        for killed in (bridge, service):
            await asyncio.sleep(drawn.uniform(0.3, 0.5))
            await asyncio.to_thread(killed.kill)
            await asyncio.to_thread(killed.start)
        await asyncio.sleep(0.3)
        ended.set()
    statuses = await settled(service, bridge)
    assert list(statuses.values()).count("FILLED") > 5
