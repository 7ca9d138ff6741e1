"""The hold of a restored journal: nothing is sent until it is released.

A backup lacks what was written after it: orders that were sent, keys that were claimed. Until what
the venues hold was compared with it, a signal that is delivered again could be sent again.

Invariants:

1. The hold ends once the release is durable, not before, and then for good.
2. Nothing is sent while it lasts: no new order, none that waits, no request.
"""

from collections.abc import Callable
from functools import partial

from fillgate.domain.clock import Clock
from fillgate.domain.events import HoldReleased
from fillgate.domain.logger import Logger
from fillgate.engine.recorder import Job, Recorder
from fillgate.engine.tickets import Latch
from fillgate.journal.base import SYSTEM, CommitOutcome, Committed, Entry, Lost

__all__ = ["Hold"]


class Hold:
    """Whether the journal is held, and the way out."""

    def __init__(
        self, reason: str | None, *, recorder: Recorder, clock: Clock, logger: Logger
    ) -> None:
        """Begin with what the journal says.

        Args:
            reason: why it is held; None if it is not.
        """
        self.reason = reason
        """Why nothing is sent now; None while all may be."""
        self._recorder = recorder
        self._clock = clock
        self._logger = logger
        self._waiting: list[Callable[[], None]] = []
        if reason is not None:
            logger.warning("journal-held", reason=reason)

    def when_free(self, callback: Callable[[], None]) -> None:
        """Call back once the hold has ended; at once if there is none."""
        if self.reason is None:
            callback()
        else:
            self._waiting.append(callback)

    async def release(self, *, actor: str, reason: str) -> bool:
        """End the hold, durably.

        Args:
            actor: who says so.
            reason: how it is known that orders may be sent.

        Returns:
            False if there was none.
        """
        if self.reason is None:
            return False
        written: Latch[None] = Latch()
        event = HoldReleased(actor=actor, reason=reason)
        entry = Entry(SYSTEM, self._clock.now(), event)
        done = partial(self._heard, event, written)
        self._recorder.record(Job(prelude=(entry,), ends_hold=True, done=done))
        await written.wait()
        return True

    def _heard(self, event: HoldReleased, written: Latch[None], outcome: CommitOutcome) -> None:
        if isinstance(outcome, Committed):
            self._end(event)
            written.open(None)
        elif isinstance(outcome, Lost):
            written.fail(ValueError(outcome.reason))

    def _end(self, event: HoldReleased) -> None:
        if self.reason is None:
            return
        self.reason = None
        self._logger.warning(event.kind, actor=event.actor, reason=event.reason)
        waiting, self._waiting = self._waiting, []
        for callback in waiting:
            callback()
