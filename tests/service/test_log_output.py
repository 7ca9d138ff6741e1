"""Lines are written whole and in order; a pipe that is closed or full stops nobody."""

import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from fillgate.service import log_output
from fillgate.service.log_output import LineOutput


@dataclass
class Pipe:
    """A pipe with an output at one end."""

    reading: int
    writing: int
    output: LineOutput

    def read(self, until: bytes) -> bytes:
        """Return what comes, up to the first chunk that ends so."""
        found = b""
        while not found.endswith(until):
            found += os.read(self.reading, 1 << 16)
        return found


def lost(lines: int) -> bytes:
    return b"lost %d\n" % lines


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    reading, writing = os.pipe()
    yield Pipe(reading, writing, LineOutput(writing, lost))
    for descriptor in (reading, writing):
        try:
            os.close(descriptor)
        except OSError:
            assert descriptor == reading


def numbered(first: int, last: int) -> list[bytes]:
    return [b"%d\n" % number for number in range(first, last)]


def test_lines_come_in_their_order(pipe: Pipe) -> None:
    lines = numbered(0, 3000)
    for line in lines:
        pipe.output.info(line)
    assert pipe.read(b"\n2999\n") == b"".join(lines)
    assert pipe.output.lost == 0


def test_an_error_hurries_what_came_before_it(pipe: Pipe, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_output, "PAUSE", 60)
    pipe.output.info(b"a step\n")
    pipe.output.error(b"an error\n")
    assert pipe.read(b"error\n") == b"a step\nan error\n"


def test_flush_waits_until_all_is_written(pipe: Pipe, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_output, "PAUSE", 60)
    pipe.output.info(b"a step\n")
    assert pipe.output.flush(30)
    assert os.read(pipe.reading, 100) == b"a step\n"


def test_many_threads_may_log(pipe: Pipe) -> None:
    def some(first: int) -> None:
        for line in numbered(first, first + 200):
            pipe.output.info(line)

    starts = range(1000, 9000, 1000)
    threads = [threading.Thread(target=some, args=(first,)) for first in starts]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert pipe.output.flush(30)
    found = [int(line) for line in os.read(pipe.reading, 1 << 16).split()]
    assert len(found) == 8 * 200
    for first in starts:
        of_one = [number for number in found if first <= number < first + 200]
        assert of_one == list(range(first, first + 200))


def test_a_full_pipe_keeps_nobody_and_what_is_lost_is_told(
    pipe: Pipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_output, "MOST_LINES", 100)
    filler = [b"x" * 4095 + b"\n"] * 5000
    for line in filler:
        pipe.output.info(line)
    assert pipe.output.lost > 0
    assert not pipe.output.flush(0)
    found = b""
    while b"lost" not in found:
        found = found[-100:] + os.read(pipe.reading, 1 << 16)
        pipe.output.info(b"after\n")
    assert int(found.split(b"lost ")[1].split(b"\n")[0]) > 0


def test_a_closed_pipe_is_no_error(pipe: Pipe) -> None:
    os.close(pipe.reading)
    for line in numbered(0, 10):
        pipe.output.info(line)
    assert pipe.output.flush(30)
    assert pipe.output.lost == 10


def test_a_closed_descriptor_is_no_error() -> None:
    reading, writing = os.pipe()
    output = LineOutput(writing, lost)
    os.close(writing)
    os.close(reading)
    output.error(b"unheard\n")
    assert output.flush(30)
    assert output.lost == 1


def test_a_descriptor_that_does_not_wait_is_waited_for(pipe: Pipe) -> None:
    os.set_blocking(pipe.writing, False)
    lines = [b"%06d %s\n" % (number, b"x" * 1000) for number in range(500)]
    for line in lines:
        pipe.output.info(line)
    assert pipe.read(lines[-1]) == b"".join(lines)
    assert pipe.output.flush(30)
