"""When UNKNOWN orders are looked up, and when they count as absent."""

import asyncio
from pathlib import Path

import msgspec
import pytest

from fillgate.domain.errors import Unknown
from fillgate.domain.life_cycle import OrderStatus
from fillgate.engine.clock import SystemClock
from fillgate.engine.requests.asker import Asker
from fillgate.engine.settings import EngineSettings
from fillgate.testing import VirtualClock
from tests.engine.conftest import House, open_house
from tests.engine.venue import Venue, raises, report

ASKER = Asker(source="api", actor="api")
SETTLE = 10.0
STEP = 0.05
SLOW = EngineSettings(poll_interval=1e6, health_interval=1e6)
"""The engine's own settings, with nobody else asking."""


class Stopwatch:
    """A virtual clock that goes on only when the engine has nothing left to do."""

    def __init__(self) -> None:
        self.clock = VirtualClock(start=SystemClock().now())
        self.asked: list[float] = []

    async def run(self, house: House, seconds: float, *, until: str | None = None) -> float:
        """Go on for so long, or until the order has a status; return the time that has passed."""
        venue, end = house.venue, self.clock.monotonic() + seconds
        identity = venue.arrived[0].client_order_id
        while self.clock.monotonic() < end and house.status(identity) != until:
            await self.clock.elapse(STEP)
            await house.until(lambda: not house.engine.recorder.in_flight)
            self.asked += [self.clock.monotonic()] * (len(venue.lookups) - len(self.asked))
        return self.clock.monotonic()


def settling(venue: Venue) -> None:
    venue.capabilities = msgspec.structs.replace(Venue.capabilities, settle_seconds=SETTLE)


@pytest.mark.anyio
async def test_an_order_is_absent_soon_after_the_venue_has_settled(tmp_path: Path) -> None:
    watch = Stopwatch()
    async with open_house(tmp_path, settings=SLOW, prepare=settling, clock=watch.clock) as house:
        house.venue.answers["BTC/USDT"] = raises(Unknown("RESET", ""))
        await house.send()
        passed = await watch.run(house, 100, until="ABSENT")
    assert len([at for at in watch.asked if at >= SETTLE]) >= 3, "three misses that count"
    # A lane is held all the while: the answer must not be long in coming.
    assert SETTLE <= passed <= SETTLE + 2


@pytest.mark.anyio
async def test_who_cancels_again_and_again_does_not_put_its_absence_off(tmp_path: Path) -> None:
    watch = Stopwatch()
    async with open_house(tmp_path, settings=SLOW, prepare=settling, clock=watch.clock) as house:
        house.venue.answers["BTC/USDT"] = raises(Unknown("RESET", ""))
        house.venue.cancel_answer = raises(Unknown("RESET", ""))
        await house.send()
        (order,) = house.venue.arrived
        asking = []
        for _ in range(4):
            cancel = house.engine.requests.cancel(order.client_order_id, ASKER, wait=0.1)
            asking.append(asyncio.ensure_future(cancel))
            await watch.run(house, SETTLE / 3, until="ABSENT")
        assert house.status(order.client_order_id) == "ABSENT"
        await asyncio.gather(*asking, return_exceptions=True)
    assert len(house.venue.cancels) > 1


@pytest.mark.anyio
async def test_what_is_found_and_does_not_fit_is_not_a_miss(tmp_path: Path) -> None:
    watch = Stopwatch()
    async with open_house(tmp_path, settings=SLOW, prepare=settling, clock=watch.clock) as house:
        house.venue.answers["BTC/USDT"] = raises(Unknown("RESET", ""))
        await house.send()
        while sum(at >= SETTLE for at in watch.asked) < 2:
            await watch.run(house, STEP)
        (order,) = house.venue.arrived
        another = report(order, OrderStatus.NEW, quantity=order.quantity + 1)
        house.venue.found[order.client_order_id] = another
        await watch.run(house, 5)
        assert house.status(order.client_order_id) == "UNKNOWN"
        assert house.state(order.client_order_id).anomalies


@pytest.mark.anyio
async def test_a_venue_that_gives_no_answer_is_not_pressed(tmp_path: Path) -> None:
    watch = Stopwatch()
    async with open_house(tmp_path, settings=SLOW, prepare=settling, clock=watch.clock) as house:
        house.venue.answers["BTC/USDT"] = raises(Unknown("RESET", ""))
        house.venue.lookup_error = ConnectionError()
        await house.send()
        await watch.run(house, 300)
        assert house.status(house.venue.arrived[0].client_order_id) == "UNKNOWN"
    pauses = [after - before for before, after in zip(watch.asked, watch.asked[1:], strict=False)]
    assert len(watch.asked) < 30
    assert pauses[-1] == pytest.approx(SLOW.lookup_longest_pause, abs=0.1)
