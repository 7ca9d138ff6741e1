"""The files of a database: which they are, and whether they still lie where they were opened.

Invariants:

1. A file that was moved, deleted or covered by another since it was opened is found out.
2. Looking leaves no trace. `stat` would: it marks a file's times as seen, so that the next write
   changes them and the next flush has to write them, too, elsewhere on the disk (Linux from 6.13
   on, "multigrain timestamps" in its documentation of file systems). Before each commit, that
   would be two writes to the disk for every flush.
"""

import os
from collections.abc import Sequence

__all__ = ["FileIds", "OpenFiles", "file_ids"]

FileIds = tuple[tuple[int, int], ...]
"""Of each file its device and inode."""


def file_ids(paths: Sequence[str]) -> FileIds:
    """Return which files lie at these paths.

    Raises:
        OSError: at one of them there is none.
    """
    stats = map(os.stat, paths)
    return tuple((each.st_dev, each.st_ino) for each in stats)


class OpenFiles:
    """Files that something else has opened; `close` lets go of them."""

    def __init__(self, paths: Sequence[str]) -> None:
        """Keep an eye on the files at these paths.

        Raises:
            OSError: at one of them there is none.
        """
        # Descriptors that can neither read nor write: closing them does not drop SQLite's locks.
        self._descriptors: list[int] = []
        try:
            for path in paths:
                self._descriptors.append(os.open(path, os.O_PATH | os.O_CLOEXEC))
        except OSError:
            self.close()
            raise
        self._links = [f"/proc/self/fd/{descriptor}" for descriptor in self._descriptors]
        self._places = self._look()
        self.ids = tuple((stat.st_dev, stat.st_ino) for stat in map(os.fstat, self._descriptors))
        """Which files they are."""

    def _look(self) -> list[str]:
        """Return where the files lie; the kernel adds a word to the place of a deleted one."""
        return list(map(os.readlink, self._links))

    @property
    def are_in_place(self) -> bool:
        """Whether all of them lie where they did."""
        return self._look() == self._places

    def close(self) -> None:
        """Let go of the files."""
        while self._descriptors:
            os.close(self._descriptors.pop())
