"""The tape: what happened last, encoded once for all who read.

Invariants:

1. It holds every event after `start`, in the order of commits, up to the last one read from the
   journal.
2. It is bounded in events and in bytes; what is dropped moves `start`.
"""

from bisect import bisect_right
from collections.abc import Sequence
from operator import attrgetter

from fillgate.service.events.limits import StreamLimits
from fillgate.service.events.messages import Message

__all__ = ["Tape"]

_POSITION = attrgetter("position")


class Tape:
    """The last messages, for readers that keep up."""

    def __init__(self, limits: StreamLimits) -> None:
        """Keep as much as `limits` says."""
        self._limits = limits
        self._messages: list[Message] = []
        self._bytes = 0
        self.start = 0
        """Position after which it holds everything."""

    @property
    def end(self) -> int:
        """Position of the last event on it."""
        return self._messages[-1].position if self._messages else self.start

    def restart(self, start: int) -> None:
        """Hold nothing, and go on after a position."""
        self._messages.clear()
        self._bytes = 0
        self.start = start

    def append(self, messages: Sequence[Message]) -> None:
        """Take what happened next."""
        self._messages += messages
        self._bytes += sum(len(message.frame) for message in messages)
        surplus = self._surplus()
        if surplus:
            self.start = self._messages[surplus - 1].position
            self._bytes -= sum(len(message.frame) for message in self._messages[:surplus])
            del self._messages[:surplus]

    def _surplus(self) -> int:
        """Return how many messages have to go."""
        surplus = max(len(self._messages) - self._limits.kept_events, 0)
        kept = self._bytes - sum(len(message.frame) for message in self._messages[:surplus])
        while kept > self._limits.kept_bytes:
            kept -= len(self._messages[surplus].frame)
            surplus += 1
        return surplus

    def after(self, position: int) -> Sequence[Message] | None:
        """Return the next messages after a position, a page at most; None if it lacks some."""
        if position < self.start:
            return None
        first = bisect_right(self._messages, position, key=_POSITION)
        return self._messages[first : first + self._limits.page]
