"""What a planted fault is, and how one is written down.

A fault breaks the running code in one place, as a mistake in it would. None needs a hook in the
code: names of the engine and the journal are patched. One whose name is gone fails loudly, and is
planted anew where the code is now.
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, NamedTuple

import pytest

__all__ = ["Catalogue", "Fault", "Patch", "ignoring"]

Patch = pytest.MonkeyPatch


class Fault(NamedTuple):
    """A mistake, and which invariants it breaks."""

    plant: Callable[[Patch], None]
    breaks: frozenset[int]
    """One of these has to catch it."""


class Catalogue(dict[str, Fault]):
    """Faults by what they do wrong."""

    def __call__(self, name: str, *breaks: int) -> Callable[[Callable[[Patch], None]], None]:
        """Take up a fault that the decorated function plants."""

        def add(plant: Callable[[Patch], None]) -> None:
            self[name] = Fault(plant, frozenset(breaks))

        return add


async def ignoring(work: Awaitable[Any]) -> None:
    """Wait for something, whatever comes of it."""
    with suppress(Exception):
        await work
