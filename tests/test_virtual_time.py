"""The simulated event loop."""

import asyncio
import random
from collections.abc import Callable, Coroutine
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given

from fillgate.domain.clock import Clock
from fillgate.testing import Deadlock, LoopClock, NeverEnds, Process, Schedule, SimulatedLoop


class Drawn:
    """Chooses anything, by a seed."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)

    def pick(self, ready: int) -> int:
        return self._dice.randrange(ready)

    def lateness(self) -> float:
        return self._dice.choice((0.0, 0.001))


SEEDS = st.integers(0, 2**32)
SCHEDULES = st.one_of(st.none(), st.builds(Drawn, SEEDS))


async def never() -> None:
    await asyncio.get_running_loop().create_future()


def test_an_hour_takes_no_time() -> None:
    loop = SimulatedLoop()
    assert loop.run(asyncio.sleep(3600, "done")) == "done"
    assert loop.time() == pytest.approx(3600, abs=0.001)


def test_its_clock_shows_its_time() -> None:
    loop = SimulatedLoop()
    clock: Clock = LoopClock(loop, start=5_000_000)
    loop.run(clock.sleep(2))
    assert clock.monotonic() == loop.time()
    assert clock.now() == 5_000_000 + int(loop.time() * 1e6)


@given(schedule=SCHEDULES, delays=st.lists(st.floats(0, 10), max_size=10))
def test_no_timer_fires_early(schedule: Schedule | None, delays: list[float]) -> None:
    loop = SimulatedLoop(schedule)
    early = []

    async def sleep(delay: float) -> None:
        due = loop.time() + delay
        await asyncio.sleep(delay)
        if loop.time() < due:
            early.append(delay)

    async def all_of_them() -> None:
        await asyncio.gather(*map(sleep, delays))

    loop.run(all_of_them())
    assert not early


@given(schedule=SCHEDULES)
def test_callbacks_run_in_the_order_of_their_calls(schedule: Schedule | None) -> None:
    loop = SimulatedLoop(schedule)
    ran: list[int] = []

    async def call() -> None:
        for number in range(10):
            loop.call_soon(ran.append, number)
            assert number not in ran
            if number % 3 == 0:
                await asyncio.sleep(0)
        await asyncio.sleep(1)

    loop.run(call())
    assert ran == list(range(10))


def _orders(make: Callable[[int], Schedule | None]) -> set[tuple[int, ...]]:
    seen = set()
    for seed in range(50):
        ran: list[int] = []

        async def task(number: int, ran: list[int] = ran) -> None:
            ran.append(number)

        async def tasks() -> None:
            await asyncio.gather(*(task(number) for number in range(3)))

        SimulatedLoop(make(seed)).run(tasks())
        seen.add(tuple(ran))
    return seen


def test_without_a_schedule_tasks_go_on_in_their_order() -> None:
    assert _orders(lambda seed: None) == {(0, 1, 2)}


def test_a_schedule_chooses_among_the_tasks_that_can_go_on() -> None:
    assert len(_orders(Drawn)) == 6


@given(seed=SEEDS)
def test_the_same_choices_give_the_same_run(seed: int) -> None:
    def run() -> list[tuple[float, int]]:
        loop = SimulatedLoop(Drawn(seed))
        trace: list[tuple[float, int]] = []

        async def task(number: int) -> None:
            for _ in range(3):
                await asyncio.sleep(0.001 * number)
                trace.append((loop.time(), number))
                await asyncio.to_thread(trace.append, (loop.time(), -number))

        async def tasks() -> None:
            await asyncio.gather(*map(task, range(4)))

        loop.run(tasks())
        return trace

    assert run() == run()


def test_what_runs_in_an_executor_runs_later_and_gives_its_result() -> None:
    loop = SimulatedLoop()

    def fails() -> None:
        raise ValueError("no")

    async def main() -> None:
        calls: list[int] = []
        future = loop.run_in_executor(None, calls.append, 1)
        assert not calls
        await future
        assert calls == [1]
        with pytest.raises(ValueError, match="no"):
            await asyncio.to_thread(fails)

    loop.run(main())


def test_waiting_for_what_never_comes_is_a_deadlock() -> None:
    with pytest.raises(Deadlock, match="never"):
        SimulatedLoop().run(never())


def test_going_on_and_on_ends() -> None:
    async def spin() -> None:
        await asyncio.sleep(0)
        await spin()

    with pytest.raises(NeverEnds, match="spin"):
        SimulatedLoop().run(spin(), most_turns=100)


def test_timeouts_are_of_virtual_time() -> None:
    async def main() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(30):
                await never()

    loop = SimulatedLoop()
    loop.run(main())
    assert loop.time() == pytest.approx(30, abs=0.001)


def test_what_a_callback_raises_is_kept() -> None:
    loop = SimulatedLoop()

    async def main() -> None:
        loop.call_soon(lambda: 1 / 0)
        await asyncio.sleep(1)

    loop.run(main())
    assert [type(context["exception"]) for context in loop.failures] == [ZeroDivisionError]


def test_a_cancelled_timer_does_not_fire() -> None:
    loop = SimulatedLoop()

    async def main() -> None:
        loop.call_later(1, pytest.fail, "it fired").cancel()
        await asyncio.sleep(2)

    loop.run(main())


@pytest.mark.parametrize("schedule", [None, Drawn(1)])
def test_nothing_of_a_killed_process_runs_on(schedule: Schedule | None) -> None:
    loop, process = SimulatedLoop(schedule), Process("one")
    done: list[str] = []

    async def child(number: int) -> None:
        await asyncio.sleep(number)
        done.append(f"child {number}")

    async def program() -> None:
        loop.call_later(2, done.append, "timer")
        tasks = [asyncio.create_task(child(number)) for number in range(4)]
        try:
            await asyncio.gather(*tasks)
        finally:
            done.append("finally")

    async def main() -> None:
        loop.start(program(), process=process)
        await asyncio.sleep(1.5)
        process.kill()
        loop.start(child(9), process=process)
        await asyncio.sleep(20)
        assert done == ["child 0", "child 1"]

    loop.run(main())
    assert not loop.failures


def test_what_a_killed_process_had_not_begun_is_dropped_without_a_word() -> None:
    loop, process = SimulatedLoop(), Process("one")

    async def wait_for(work: Coroutine[Any, Any, None]) -> None:
        await work

    async def main() -> None:
        loop.start(wait_for(wait_for(never())), process=process)
        process.kill()

    loop.run(main())  # every warning is an error
    assert not loop.failures


def test_a_process_may_kill_itself() -> None:
    loop, process = SimulatedLoop(), Process("one")
    done: list[str] = []

    async def program() -> None:
        process.kill()
        await asyncio.sleep(0)
        done.append("went on")

    async def main() -> None:
        loop.start(program(), process=process)
        await asyncio.sleep(1)

    loop.run(main())
    assert not done


def test_processes_do_not_share_their_death() -> None:
    loop, first, second = SimulatedLoop(), Process("first"), Process("second")

    async def main() -> str:
        task = loop.start(asyncio.sleep(1, "alive"), process=second)
        first.kill()
        return await task

    assert loop.run(main()) == "alive"


def test_what_is_left_when_it_is_closed_is_dropped() -> None:
    loop, process = SimulatedLoop(), Process("one")

    async def main() -> None:
        loop.start(never(), process=process)
        await asyncio.sleep(0)

    loop.run(main())
    process.kill()
    loop.close()
    assert loop.is_closed()
    loop.call_soon(pytest.fail, "it ran")
    assert not loop.is_running()
