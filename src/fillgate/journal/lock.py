"""The lock that lets one process at a time write a journal.

The lock lies on a file beside the database and ends with the process that holds it, however that
dies. The file itself stays: to delete it would let two processes hold two locks of one name.
"""

import fcntl
import os
from pathlib import Path
from typing import Self

from fillgate.journal.base import JournalLocked

__all__ = ["LockFile"]


class LockFile:
    """A held lock."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor: int | None = descriptor

    @classmethod
    def acquire(cls, path: Path) -> Self:
        """Take the lock, or say who has it. The file is made if it is not there.

        Raises:
            JournalLocked: another process holds it, or this one does already.
            OSError: the file cannot be made or written.
        """
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        except BlockingIOError:
            holder = os.pread(descriptor, 32, 0).decode(errors="replace").strip()
            os.close(descriptor)
            raise JournalLocked(_refusal(path, holder)) from None
        except BaseException:
            os.close(descriptor)
            raise
        return cls(descriptor)

    def release(self) -> None:
        """Give the lock back; once more does nothing."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)


def _refusal(path: Path, holder: str) -> str:
    who = f"the process with the id {holder}" if holder else "another process"
    return f"{who} writes this journal (it holds {path}); one process at a time may"
