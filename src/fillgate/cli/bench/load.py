"""A load on a server: connections over raw sockets, each with one request on its way at a time.

Built to cost next to nothing, so that the server is what is measured: the requests' bytes are made
beforehand, one thread waits for all connections with epoll, an answer is checked by two searches.

Invariants:

1. Every answer is checked. One that is not as it should be is counted, told, and ends its
   connection; nothing is sent again.
2. The concurrency stays the same to the end: once a connection has sent all, or time is up, no
   connection sends more.
"""

import gc
import re
import select
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Final
from urllib.parse import urlsplit

import msgspec

from fillgate.cli.bench.alerts import alerts_of

__all__ = ["Job", "Line", "Load", "Sent", "WrongAnswer", "merged"]

_CHUNK: Final = 65_536
_PATIENCE: Final = 30.0
_EXAMPLES: Final = 5
_EXAMPLE_LENGTH: Final = 600
_LENGTH: Final = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """What to send, and what should come back."""

    url: str
    secret: str
    """Of the webhook."""
    name: str
    """Begins the id of every alert."""
    connections: list[int]
    """Their numbers."""
    each: int
    """The most requests of a connection."""
    seconds: float
    """After this time nothing more is sent."""
    prefer: str | None
    """The header `Prefer`; None for none."""
    status: int
    """Of a right answer."""
    marker: str
    """What stands in the body of a right answer."""

    def __repr__(self) -> str:
        """Show no secret."""
        return f"Job({self.name!r}, {self.url!r})"


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a load. Times in nanoseconds, of a clock that all processes share."""

    begin: int
    """When the first request was sent."""
    end: int
    """When the last answer was there."""
    cpu: int
    """What sending and checking cost this process."""
    latencies: list[int]
    """Of each right answer: from the request's sending to the answer's last byte."""
    wrong: int
    """How many answers were not as they should be, or did not come."""
    examples: list[str]
    """Some of these."""


def merged(loads: Sequence[Sent]) -> Sent:
    """Return loads that ran side by side as one."""
    return Sent(
        begin=min(load.begin for load in loads),
        end=max(load.end for load in loads),
        cpu=sum(load.cpu for load in loads),
        latencies=[latency for load in loads for latency in load.latencies],
        wrong=sum(load.wrong for load in loads),
        examples=[text for load in loads for text in load.examples],
    )


class WrongAnswer(Exception):
    """An answer is not as it should be; the text tells what came."""


class Line:
    """One connection and what it has still to send."""

    def __init__(self, address: tuple[str, int], requests: Iterator[bytes]) -> None:
        """Connect.

        Raises:
            OSError: nobody listens there.
        """
        self.socket = socket.create_connection(address, timeout=_PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setblocking(False)
        self.sent_at = 0
        """When the request was sent whose answer is awaited."""
        self._requests = requests
        self._received = b""

    def send(self) -> bool:
        """Send the next request; False if there is none."""
        request = next(self._requests, None)
        if request is None:
            return False
        self.sent_at = time.perf_counter_ns()
        # An empty buffer takes an alert whole.
        if self.socket.send(request) != len(request):
            raise WrongAnswer("the connection does not take a whole request")
        return True

    def receive(self) -> bytes | None:
        """Return the answer once all of it is there.

        Raises:
            WrongAnswer: the connection was closed, or what came is no answer.
        """
        chunk = self.socket.recv(_CHUNK)
        if not chunk:
            raise WrongAnswer(f"the connection was closed after {_shown(self._received)}")
        received = self._received + chunk
        missing = _missing(received)
        self._received = received if missing else b""
        return None if missing else received


def _missing(received: bytes) -> int:
    """Return how many bytes an answer still lacks, or 1 if that is not known yet."""
    end = received.find(b"\r\n\r\n")
    if end < 0:
        return 1
    length = _LENGTH.search(received, 0, end + 2)
    if length is None:
        raise WrongAnswer(f"an answer without a length: {_shown(received)}")
    missing = end + 4 + int(length[1]) - len(received)
    if missing < 0:
        raise WrongAnswer(f"more than an answer: {_shown(received)}")
    return missing


def _shown(received: bytes) -> str:
    return repr(received[:_EXAMPLE_LENGTH])


class Load:
    """A load, ready to run."""

    def __init__(self, job: Job) -> None:
        """Connect and build all requests.

        Raises:
            OSError: nobody listens there.
        """
        parts = urlsplit(job.url)
        address = (parts.hostname or "", parts.port or 80)
        self._start = b"HTTP/1.1 %d " % job.status
        self._marker = job.marker.encode()
        self._seconds = job.seconds
        self._lines: dict[int, Line] = {}
        self._latencies: list[int] = []
        self._wrong: list[str] = []
        self._ending = False
        self._end = 0
        self._flying = 0
        for number in job.connections:
            alerts = alerts_of(job.name, number, secret=job.secret, prefer=job.prefer)
            line = Line(address, iter(list(islice(alerts, job.each))))
            self._lines[line.socket.fileno()] = line

    def run(self) -> Sent:
        """Send, and return once all that was sent is answered; closes the connections."""
        gc.collect()
        gc.disable()
        cpu, begin = time.process_time_ns(), time.perf_counter_ns()
        self._end = begin + int(self._seconds * 1e9)
        try:
            with select.epoll() as poll:
                self._run(poll)
            end, cpu = time.perf_counter_ns(), time.process_time_ns() - cpu
        finally:
            gc.enable()
            for line in self._lines.values():
                line.socket.close()
        return Sent(
            begin=begin,
            end=end,
            cpu=cpu,
            latencies=self._latencies,
            wrong=len(self._wrong),
            examples=self._wrong[:_EXAMPLES],
        )

    def _run(self, poll: select.epoll) -> None:
        self._flying = len(self._lines)
        for descriptor in self._lines:
            poll.register(descriptor, select.EPOLLIN)
            self._go_on(poll, descriptor, Line.send)
        while self._flying:
            ready = poll.poll(_PATIENCE)
            if not ready:
                self._wrong += [f"no answer within {_PATIENCE:g} s"] * self._flying
                return
            for descriptor, _ in ready:
                self._go_on(poll, descriptor, self._serve)

    def _go_on(self, poll: select.epoll, descriptor: int, step: Callable[[Line], bool]) -> None:
        try:
            if step(self._lines[descriptor]):
                return
        except (WrongAnswer, OSError) as error:
            self._wrong.append(str(error))
        poll.unregister(descriptor)
        self._flying -= 1

    def _serve(self, line: Line) -> bool:
        """Read what came and send the next request; False once the line has come to its end."""
        answer = line.receive()
        if answer is None:
            return True
        now = time.perf_counter_ns()
        if not answer.startswith(self._start) or self._marker not in answer:
            raise WrongAnswer(_shown(answer))
        self._latencies.append(now - line.sent_at)
        self._ending = self._ending or now >= self._end or not line.send()
        return not self._ending
