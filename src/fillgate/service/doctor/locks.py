"""Who holds a lock on a file, without touching the lock: the kernel's own list."""

import os
from pathlib import Path
from typing import Final

__all__ = ["holder_of"]

_LIST: Final = Path("/proc/locks")


def holder_of(path: Path) -> int | None:
    """Return the id of the process that holds the lock (flock) of a file; None if nobody does.

    None also where the kernel does not tell: in another container, for example.
    """
    try:
        status, lines = path.stat(), _LIST.read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    place = f"{os.major(status.st_dev):02x}:{os.minor(status.st_dev):02x}:{status.st_ino}"
    for line in lines:
        # A number, FLOCK, ADVISORY, WRITE, the process, the file, and which bytes of it.
        words = line.split()
        if words[1] == "FLOCK" and words[5] == place:
            return int(words[4])
    return None
