"""From a history that breaks something to a shorter and simpler one that breaks it too.

Steps are taken out, in ever smaller bundles; then what is left is made simpler, field by field.
Each try is lived anew, so what comes out is proven to fail.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any, TypeVar

import msgspec

from tests.simulation.steps import AnyStep, Conditions, History

__all__ = ["shrink"]

_Struct = TypeVar("_Struct", bound=msgspec.Struct)


class _Enough(Exception):
    """So many tries were made."""


class _Shrinker:
    def __init__(self, history: History, fails: Callable[[History], bool], tries: int) -> None:
        self.best = history
        self._fails = fails
        self._tries = tries
        self._seen: set[str] = set()

    def take(self, candidate: History) -> bool:
        """Keep a candidate that fails too."""
        text = candidate.text()
        if text in self._seen:
            return False
        self._seen.add(text)
        if self._tries <= 0:
            raise _Enough
        self._tries -= 1
        if not self._fails(candidate):
            return False
        self.best = candidate
        return True

    def go(self) -> None:
        before = None
        while before != self.best:
            before = self.best
            self._drop_steps()
            self._simplify_conditions()
            self._simplify_steps()

    def _drop_steps(self) -> None:
        size = len(self.best.steps)
        while size:
            start = 0
            while start < len(self.best.steps):
                steps = self.best.steps
                rest = steps[:start] + steps[start + size :]
                if not self.take(_with_steps(self.best, rest)):
                    start += size
            size //= 2

    def _simplify_conditions(self) -> None:
        for ways in _simpler(self.best.conditions, Conditions()):
            any(self._take_conditions(simpler(self.best.conditions)) for simpler in ways)

    def _take_conditions(self, conditions: Conditions) -> bool:
        return self.take(msgspec.structs.replace(self.best, conditions=conditions))

    def _simplify_steps(self) -> None:
        for place in range(len(self.best.steps)):
            step = self.best.steps[place]
            for ways in _simpler(step, type(step)()):
                any(self._take_step(place, simpler(self.best.steps[place])) for simpler in ways)

    def _take_step(self, place: int, step: AnyStep) -> bool:
        steps = list(self.best.steps)
        steps[place] = step
        return self.take(_with_steps(self.best, steps))


def _with_steps(history: History, steps: Sequence[AnyStep]) -> History:
    return msgspec.structs.replace(history, steps=tuple(steps))


def _simpler(value: _Struct, simplest: _Struct) -> Iterator[list[Callable[[_Struct], _Struct]]]:
    """Return, for each field that is not at its simplest, ways to make it so, the simplest first.

    Of the ways of one field the first that still fails is enough.
    """
    for name in value.__struct_fields__:
        ours, plain = getattr(value, name), getattr(simplest, name)
        if ours == plain:
            continue
        if isinstance(plain, int) and not isinstance(plain, bool):
            yield [_setting(name, number) for number in range(plain, min(ours, plain + 4))]
        else:
            yield [_setting(name, plain)]
        if isinstance(ours, msgspec.Struct):
            for ways in _simpler(ours, plain):
                yield [_changing(name, inner) for inner in ways]


def _setting(name: str, value: Any) -> Callable[[_Struct], _Struct]:
    return lambda struct: msgspec.structs.replace(struct, **{name: value})


def _changing(name: str, change: Callable[[Any], Any]) -> Callable[[_Struct], _Struct]:
    return lambda struct: msgspec.structs.replace(struct, **{name: change(getattr(struct, name))})


def shrink(history: History, fails: Callable[[History], bool], *, tries: int = 500) -> History:
    """Return the simplest history found that fails like this one.

    Args:
        history: it fails.
        fails: lives a history and tells whether it fails.
        tries: how many histories may be lived for it.
    """
    shrinker = _Shrinker(history, fails, tries)
    with suppress(_Enough):
        shrinker.go()
    return shrinker.best
