"""By whose clock requests are stamped."""

import asyncio

import pytest

from fillgate.plugins.ccxt.venue_time import VenueTime
from fillgate.testing import VirtualClock

_AHEAD = 180_000


class Venue:
    """A venue whose clock is three minutes behind."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.told: list[int] = []
        self.asked = 0
        self.is_silent = False
        self.time = VenueTime(self.clock, self.told.append)

    async def ask(self) -> object:
        self.asked += 1
        await self.time.settle(self.ask)
        await asyncio.sleep(0)
        if self.is_silent:
            raise ConnectionError
        return self.clock.now() // 1000 - _AHEAD


async def test_our_clock_is_good_until_it_is_refused() -> None:
    venue = Venue()
    await venue.time.settle(venue.ask)
    assert venue.time.milliseconds() == venue.clock.now() // 1000
    assert (venue.asked, venue.told) == (0, [])


async def test_after_a_refusal_all_go_by_the_venues_which_is_asked_once() -> None:
    venue = Venue()
    venue.time.doubt()
    await asyncio.gather(*(venue.time.settle(venue.ask) for _ in range(3)))
    now = venue.clock.now() - 1000 * _AHEAD
    assert venue.time.microseconds() == now
    assert (venue.time.milliseconds(), venue.time.seconds()) == (now // 1000, now // 1_000_000)
    assert (venue.asked, venue.told) == (1, [_AHEAD])


async def test_a_clock_that_cannot_be_asked_is_asked_before_the_next_request() -> None:
    venue = Venue()
    venue.is_silent = True
    venue.time.doubt()
    await asyncio.gather(*(venue.time.settle(venue.ask) for _ in range(3)))
    assert venue.asked == 1, "who waited for an answer does not wait for another"
    assert venue.time.milliseconds() == venue.clock.now() // 1000
    venue.is_silent = False
    await venue.time.settle(venue.ask)
    assert venue.told == [_AHEAD]


async def test_asking_that_is_broken_off_leaves_the_doubt() -> None:
    venue = Venue()
    venue.time.doubt()
    asking = asyncio.ensure_future(venue.time.settle(venue.ask))
    await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    await venue.time.settle(venue.ask)
    assert venue.told == [_AHEAD]


async def test_a_difference_of_the_way_there_is_not_told() -> None:
    venue = Venue()

    async def ask() -> object:
        return venue.clock.now() // 1000 - 999

    venue.time.doubt()
    await venue.time.settle(ask)
    assert venue.told == []
    assert venue.time.milliseconds() == venue.clock.now() // 1000 - 999
