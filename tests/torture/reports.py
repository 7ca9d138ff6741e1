"""The report streams of the venue, which break, repeat themselves and mix up the order."""

import asyncio
from typing import Final

from tests.torture.faults import Dice
from tests.torture.wire import Told, encoded

__all__ = ["Reports"]

_LATE_SECONDS: Final = 0.2


class Reports:
    """Everybody who listens. What happens while nobody does is not told later."""

    def __init__(self, dice: Dice) -> None:
        self._dice = dice
        self._listeners: set[asyncio.StreamWriter] = set()
        self.lost: list[str] = []
        """The faults since somebody last looked."""

    async def follow(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Tell one listener everything until it hangs up, or is hung up on."""
        self._listeners.add(writer)
        try:
            await reader.read()
        finally:
            self._listeners.discard(writer)

    def publish(self, told: Told) -> None:
        """Tell all listeners of a change."""
        for writer in list(self._listeners):
            self._tell(writer, encoded(told))

    def _tell(self, writer: asyncio.StreamWriter, line: bytes) -> None:
        if self._happens("lost_stream"):
            self._listeners.discard(writer)
            writer.transport.abort()
        elif self._happens("late_report"):
            loop = asyncio.get_running_loop()
            loop.call_later(self._dice.between(0, _LATE_SECONDS), self._write, writer, line)
        else:
            self._write(writer, line)
            if self._happens("repeated_report"):
                self._write(writer, line)

    def _write(self, writer: asyncio.StreamWriter, line: bytes) -> None:
        if not writer.transport.is_closing():
            writer.write(line)

    def _happens(self, fault: str) -> bool:
        happens = self._dice.happens(fault)
        if happens:
            self.lost.append(fault)
        return happens
