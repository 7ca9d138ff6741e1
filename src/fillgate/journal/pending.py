"""A write on its way into the journal."""

from fillgate.journal.base import Claim, CommitOutcome, Done, Lost, Write
from fillgate.journal.codec import encode

__all__ = ["Pending"]

_UNTOLD = Lost("the journal never took it")


class Pending:
    """A write, encoded, with who waits for it and how it went."""

    __slots__ = ("claim", "done", "events", "outcome", "write")

    def __init__(self, write: Write, done: Done) -> None:
        """Encode a write.

        Raises:
            TypeError, ValueError: it is none that could ever be written.
        """
        self.claim: tuple[Claim, int] | None = None
        """What it claims, and for which signal."""
        if write.signal is not None:
            self.claim = None if write.claim is None else (write.claim, write.signal)
        elif write.claim is not None or write.body is not None:
            raise ValueError("a write with a claim or a body needs the number of its signal")
        self.write = write
        self.done = done
        self.events = [encode(entry.event) for entry in write.entries]
        self.outcome: CommitOutcome = _UNTOLD
