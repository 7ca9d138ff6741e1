"""One request after another, orders first."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillgate.plugins.ccxt.turns import Nonces, Turns


@given(st.lists(st.integers(0, 10)))
def test_numbers_grow_strictly_whatever_the_clock_does(times: list[int]) -> None:
    nonces = Nonces()
    numbers = [nonces.after(now) for now in times]
    assert numbers == sorted(set(numbers))
    assert all(number >= now for number, now in zip(numbers, times, strict=True))


async def test_an_order_goes_before_waiting_questions() -> None:
    turns, went, leave = Turns(), [], asyncio.Event()

    async def ask(name: str, *, order: bool) -> None:
        async with turns.turn(order=order):
            went.append(name)
            await leave.wait()

    names = ("first", "question", "order")
    tasks = [asyncio.ensure_future(ask(name, order=name == "order")) for name in names]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert went == ["first"]
    leave.set()
    await asyncio.gather(*tasks)
    assert went == ["first", "order", "question"]


async def test_who_stops_waiting_holds_nobody_up() -> None:
    turns, entered, leave = Turns(), [], asyncio.Event()

    async def ask(name: str) -> None:
        async with turns.turn(order=True):
            entered.append(name)
            await leave.wait()

    tasks = [asyncio.ensure_future(ask(name)) for name in "abc"]
    await asyncio.sleep(0)
    tasks[1].cancel()
    leave.set()
    with pytest.raises(asyncio.CancelledError):
        await tasks[1]
    await asyncio.gather(tasks[0], tasks[2])
    assert entered == ["a", "c"]


async def test_a_turn_that_comes_as_its_waiter_is_cancelled_is_passed_on() -> None:
    turns = Turns()
    first = turns.turn(order=True)
    await first.__aenter__()

    async def ask() -> None:
        async with turns.turn(order=True):
            pass

    waiting = asyncio.ensure_future(ask())
    await asyncio.sleep(0)
    await first.__aexit__(None, None, None)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    async with asyncio.timeout(1):
        await ask()
