"""Where lines go: a file descriptor, written by a thread of its own.

Whoever logs hands a line over and goes on. A pipe that nobody reads fills up, and writing to it
then waits for ever; in the event loop that would stop the service.

Invariants:

1. Handing a line over never waits and never raises.
2. Lines are written in their order, whole. What cannot be written, for the pipe is closed or has
   been full for too long, is counted, and the next line that gets through is preceded by one that
   tells how many are missing.
3. A warning or an error is written at once, all others within `PAUSE`. A process that is killed
   loses the lines of that time; the journal does not hang on them.
"""

import os
import select
import threading
from collections import deque
from collections.abc import Callable
from typing import Final

__all__ = ["PAUSE", "LineOutput"]

PAUSE: Final = 0.02
"""Seconds for which lines are collected before they are written together."""

MOST_LINES: Final = 20_000
"""How many lines may wait; beyond, they are lost."""

_CHUNK: Final = 500


class LineOutput:
    """Writes lines; has the methods of a structlog logger, each for lines that end in a newline."""

    def __init__(self, descriptor: int, lost_line: Callable[[int], bytes]) -> None:
        """Write to an open file descriptor; `lost_line` tells of so many lines that are missing."""
        self._descriptor = descriptor
        self._lost_line = lost_line
        self._lines: deque[bytes | threading.Event] = deque()
        self._wake = threading.Event()
        self._hurry = threading.Event()
        self._untold = 0
        self._torn = False
        self.lost = 0
        """How many lines could not be written, since the start."""
        # What is not written when the process ends is lost: nothing may keep it from ending.
        threading.Thread(target=self._run, name="fillgate log", daemon=True).start()

    def info(self, line: bytes) -> None:
        """Write a line within a moment."""
        if len(self._lines) < MOST_LINES:
            self._lines.append(line)
        else:
            self._lose(1)
        if not self._wake.is_set():
            self._wake.set()

    def error(self, line: bytes) -> None:
        """Write a line, and all before it, now."""
        self.info(line)
        self._hurry.set()

    debug = msg = info
    warning = critical = exception = fatal = error

    def flush(self, seconds: float = 1.0) -> bool:
        """Wait until what was handed over is written, at most so long; tell whether it is."""
        done = threading.Event()
        self._lines.append(done)
        self._hurry.set()
        self._wake.set()
        return done.wait(seconds)

    def _run(self) -> None:
        while True:
            self._wake.wait()
            self._hurry.wait(PAUSE)
            self._hurry.clear()
            # Before looking: what is handed over from now on wakes the thread again.
            self._wake.clear()
            while self._lines:
                self._write_some()

    def _write_some(self) -> None:
        some = [self._lines.popleft() for _ in range(min(len(self._lines), _CHUNK))]
        lines = [each for each in some if isinstance(each, bytes)]
        told, self._untold = self._untold, 0
        head = [self._lost_line(told)] if told else []
        try:
            self._write(b"".join((b"\n" if self._torn else b"", *head, *lines)))
        except (OSError, ValueError):
            self._untold += told
            self._lose(len(lines))
        for each in some:
            if isinstance(each, threading.Event):
                each.set()

    def _lose(self, lines: int) -> None:
        self.lost += lines
        self._untold += lines

    def _write(self, data: bytes) -> None:
        left = memoryview(data)
        while left:
            try:
                written = os.write(self._descriptor, left)
            except BlockingIOError:
                # Somebody who shares the descriptor made it so.
                poll = select.poll()
                poll.register(self._descriptor, select.POLLOUT)
                poll.poll()
                continue
            self._torn = left[written - 1] != ord("\n")
            left = left[written:]
