"""Many deadlines under one timer."""

import asyncio
import heapq
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillgate.engine.deadlines import Deadlines

SECONDS = 10


class Loop:
    """The timers of an event loop whose time is set by hand."""

    def __init__(self) -> None:
        self.now = 0.0
        self.timers: list[tuple[float, int, Callable[..., None], tuple[Any, ...]]] = []
        self.made = 0

    def time(self) -> float:
        return self.now

    def call_at(self, when: float, callback: Callable[..., None], *args: Any) -> None:
        self.made += 1
        heapq.heappush(self.timers, (when, self.made, callback, args))

    def turn_to(self, now: float) -> None:
        while self.timers and self.timers[0][0] <= now:
            self.now, _, callback, args = heapq.heappop(self.timers)
            callback(*args)
        self.now = now


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 20)), max_size=12))
def test_each_is_overdue_at_its_own_moment_unless_it_ended(lives: list[tuple[int, int]]) -> None:
    loop = Loop()
    overdue: list[tuple[int, float]] = []
    deadlines: Deadlines[int] = Deadlines(SECONDS, lambda who: overdue.append((who, loop.now)))
    happenings: list[tuple[int, int, Callable[[int], object]]] = []
    for who, (begin, lasting) in enumerate(lives):
        happenings += [(begin, who, deadlines.begin), (begin + lasting, who, deadlines.end)]
    with patch.object(asyncio, "get_running_loop", lambda: loop):
        for when, who, happen in sorted(happenings, key=lambda each: each[:2]):
            loop.turn_to(when)
            happen(who)
        loop.turn_to(100)
    expected = [
        (who, begin + SECONDS) for who, (begin, last) in enumerate(lives) if last >= SECONDS
    ]
    assert sorted(overdue) == expected
    assert loop.made <= len(lives) + 1


def test_ending_tells_whether_it_was_in_time() -> None:
    loop = Loop()
    deadlines: Deadlines[str] = Deadlines(SECONDS, lambda who: None)
    with patch.object(asyncio, "get_running_loop", lambda: loop):
        deadlines.begin("quick")
        deadlines.begin("slow")
        assert deadlines.end("quick")
        loop.turn_to(SECONDS)
        assert not deadlines.end("slow")


def test_a_failure_of_one_does_not_keep_the_others() -> None:
    loop = Loop()
    heard: list[str] = []

    def overdue(who: str) -> None:
        heard.append(who)
        if who == "bad":
            raise RuntimeError

    deadlines: Deadlines[str] = Deadlines(SECONDS, overdue)
    with patch.object(asyncio, "get_running_loop", lambda: loop):
        deadlines.begin("bad")
        deadlines.begin("good")
        with pytest.raises(RuntimeError):
            loop.turn_to(SECONDS)
        loop.turn_to(SECONDS)
    assert heard == ["bad", "good"]
