"""The virtual clock."""

import asyncio

import pytest

from fillgate.domain.clock import Clock
from fillgate.testing import VirtualClock


def start_sleeper(clock: VirtualClock, seconds: float, woken: list[float]) -> asyncio.Task[None]:
    async def sleeper() -> None:
        await clock.sleep(seconds)
        woken.append(clock.monotonic())

    return asyncio.create_task(sleeper())


async def turns() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def test_it_is_a_clock_and_stands_still() -> None:
    clock: Clock = VirtualClock(start=5)
    assert clock.now() == clock.now() == 5
    assert clock.monotonic() == clock.monotonic() == 0


def test_it_moves_by_microseconds() -> None:
    clock = VirtualClock(start=0)
    for _ in range(10):
        clock.advance(0.1)
    clock.advance(0.000001)
    assert clock.now() == 1_000_001


def test_it_never_goes_back() -> None:
    with pytest.raises(ValueError, match="found -1 s"):
        VirtualClock().advance(-1)


@pytest.mark.anyio
async def test_sleepers_wake_when_their_time_has_come_and_not_before() -> None:
    clock, woken = VirtualClock(), list[float]()
    tasks = [start_sleeper(clock, seconds, woken) for seconds in (3, 1, 2)]
    await turns()
    assert clock.sleepers == 3
    clock.advance(0.999999)
    await turns()
    assert woken == []
    clock.advance(0.000001)
    await turns()
    assert woken == [1]
    clock.advance(10)
    assert clock.sleepers == 0
    await asyncio.gather(*tasks)
    assert woken == [1, 11, 11]


@pytest.mark.anyio
async def test_elapse_lets_every_sleeper_see_its_own_time() -> None:
    clock, woken = VirtualClock(), list[float]()

    async def every_second() -> None:
        while True:
            await clock.sleep(1)
            woken.append(clock.monotonic())

    task = asyncio.create_task(every_second())
    await clock.elapse(3.5)
    assert woken == [1, 2, 3]
    assert clock.monotonic() == 3.5
    task.cancel()


@pytest.mark.anyio
async def test_equal_times_wake_in_the_order_of_falling_asleep() -> None:
    clock, woken = VirtualClock(), list[str]()

    async def sleeper(name: str) -> None:
        await clock.sleep(1)
        woken.append(name)

    tasks = [asyncio.create_task(sleeper(name)) for name in "cab"]
    await clock.elapse(1)
    assert "".join(woken) == "cab"
    await asyncio.gather(*tasks)


@pytest.mark.anyio
@pytest.mark.parametrize("seconds", [0, -1])
async def test_no_time_at_all_passes_by_itself(seconds: float) -> None:
    await VirtualClock().sleep(seconds)


@pytest.mark.anyio
async def test_a_cancelled_sleep_leaves_nothing_behind() -> None:
    clock, woken = VirtualClock(), list[float]()
    task = start_sleeper(clock, 1, woken)
    await turns()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert clock.sleepers == 0
    await clock.elapse(2)
    assert woken == []
