"""Times at which the exchange cannot be reached.

Invariants:

1. While it is away every connection is refused, and none from before is left.
2. What it has goes on meanwhile: the market moves, orders are filled.
"""

import asyncio
from typing import Any
from weakref import WeakSet

from fillgate.practice.breaking import reset

__all__ = ["Absence"]


class Absence:
    """When it is to be away, and the connections that are cut then."""

    def __init__(self) -> None:
        """Not so far."""
        self._asked: asyncio.Queue[float] = asyncio.Queue()
        self._connections: WeakSet[Any] = WeakSet()

    def ask(self, seconds: float) -> None:
        """Let it be away for so long, in a moment."""
        self._asked.put_nowait(seconds)

    async def asked(self) -> float:
        """Return for how long it is to be away next, once it is."""
        return await self._asked.get()

    def note(self, connection: Any) -> None:
        """Know a connection, by its transport."""
        self._connections.add(connection)

    def cut(self) -> None:
        """Reset all connections."""
        for connection in tuple(self._connections):
            reset(connection)
