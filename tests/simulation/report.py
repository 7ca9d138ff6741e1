"""What is told of a history that breaks something."""

import shlex
from collections.abc import Iterator

import msgspec

from docs.invariants import INVARIANTS
from tests.simulation.life import Outcome, live
from tests.simulation.shrink import shrink
from tests.simulation.steps import History

__all__ = ["report", "shortest"]


def shortest(history: History, broken: frozenset[int]) -> History:
    """Return the shortest history found that breaks one of these invariants too."""
    return shrink(history, lambda candidate: bool(live(candidate).broken & broken))


def report(history: History, outcome: Outcome) -> str:
    """Return the steps of a history, what it broke, and how to live it again."""
    return "\n".join(_lines(history, outcome))


def _lines(history: History, outcome: Outcome) -> Iterator[str]:
    yield f"conditions: {_said(history.conditions)}"
    yield "steps:"
    for number, step in enumerate(history.steps, 1):
        yield f"  {number}. {_said(step)}"
    yield "broken:"
    for number, text in outcome.breaches:
        yield f"  invariant {number} ({INVARIANTS[number]})"
        yield f"    {text}"
    yield "again:"
    yield f"  python -m tests.simulation --history {shlex.quote(history.text())}"


def _said(value: msgspec.Struct) -> str:
    """Return a structure's name and the fields that are not at their defaults."""
    plain = type(value)()
    fields = (
        f"{name}={_said(one) if isinstance(one, msgspec.Struct) else repr(one)}"
        for name in value.__struct_fields__
        if (one := getattr(value, name)) != getattr(plain, name)
    )
    return f"{type(value).__name__}({', '.join(fields)})"
