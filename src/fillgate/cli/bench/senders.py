"""The processes that send, seen from the command that runs them.

Invariants:

1. All of them start at the same moment, once each has built its requests and connected.
2. They are ended, whatever happens to the command.
"""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

import msgspec

from fillgate.cli.bench.load import Job, Sent
from fillgate.cli.bench.sender import GO, READY
from fillgate.cli.child import ChildFailed

__all__ = ["Senders", "running_senders", "shares"]

_COMMAND: Final = (sys.executable, "-m", "fillgate.cli.bench.sender")
_STOP_SECONDS: Final = 10.0


class Senders:
    """Running senders."""

    def __init__(self, processes: Sequence["subprocess.Popen[bytes]"]) -> None:
        """Use these."""
        self._processes = processes

    def prepare(self, jobs: Sequence[Job]) -> None:
        """Give each of the first senders a job, and return once all are ready.

        Raises:
            ChildFailed: a sender cannot.
        """
        for process, job in zip(self._processes, jobs, strict=False):
            _tell(process, msgspec.json.encode(job) + b"\n")
        for process, _ in zip(self._processes, jobs, strict=False):
            answer = _hear(process)
            if answer != READY:
                raise ChildFailed(f"a sender is not ready: {answer.decode().strip()}")

    def run(self, many: int) -> list[Sent]:
        """Start as many as were prepared, and return what became of each load.

        Raises:
            ChildFailed: a sender ended.
        """
        for process in self._processes[:many]:
            _tell(process, GO)
        answers = [_hear(process) for process in self._processes[:many]]
        return [msgspec.json.decode(answer, type=Sent) for answer in answers]


@contextmanager
def running_senders(many: int, log: Path) -> Iterator[Senders]:
    """Run so many senders.

    Args:
        many: how many.
        log: where their errors go.
    """
    processes: list[subprocess.Popen[bytes]] = []
    with log.open("wb") as errors:
        try:
            for _ in range(many):
                process = subprocess.Popen(  # noqa: S603 - ourselves
                    _COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors
                )
                processes.append(process)
            yield Senders(processes)
        finally:
            for process in processes:
                _end(process)


def shares(connections: int, senders: int) -> list[list[int]]:
    """Return the numbers of the connections of each sender; none is without one."""
    return [
        list(range(sender, connections, senders)) for sender in range(min(senders, connections))
    ]


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.kill()
    # Closes the pipes and waits.
    process.communicate(timeout=_STOP_SECONDS)


def _tell(process: "subprocess.Popen[bytes]", line: bytes) -> None:
    try:
        _pipe(process.stdin).write(line)
        _pipe(process.stdin).flush()
    except BrokenPipeError:
        raise ChildFailed("a sender has ended") from None


def _hear(process: "subprocess.Popen[bytes]") -> bytes:
    line = _pipe(process.stdout).readline()
    if not line:
        raise ChildFailed("a sender has ended")
    return line


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None
    return pipe
