"""Files that get their name only when they are whole and on the disk."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from fillgate.journal.schema import flush_folder

__all__ = ["BESIDE", "arriving"]

BESIDE: Final = ("", "-wal", "-shm")
"""What stands behind the name of a database in the names of its files."""


@contextmanager
def arriving(path: Path) -> Iterator[Path]:
    """Hand out a name for a file that is called `path` once it is whole and flushed.

    What is called so before is replaced; what is left of an earlier try is deleted.
    """
    partial = Path(f"{path}.partial")
    _delete(partial)
    os.close(os.open(partial, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        yield partial
        _flush(partial)
        partial.replace(path)
        flush_folder(path.parent)
    finally:
        _delete(partial)


def _delete(path: Path) -> None:
    for ending in BESIDE:
        Path(f"{path}{ending}").unlink(missing_ok=True)


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
