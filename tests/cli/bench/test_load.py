"""A load on real sockets: right answers, wrong ones, pieces, and ends of connections."""

import itertools
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillgate.cli.bench import load
from fillgate.cli.bench.load import Line, Load, Sent, WrongAnswer, merged
from tests.cli.bench.made import FILLED, SECRET, Answering, job
from tests.cli.conftest import free_port, http


@contextmanager
def a_line() -> Iterator[tuple[Line, socket.socket]]:
    """A line and the other end of its connection."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        line = Line(listener.getsockname(), iter([b"request"]))
        other, _ = listener.accept()
        with line.socket, other:
            yield line, other


@given(st.sets(st.integers(1, len(FILLED) - 1)))
def test_an_answer_may_come_in_any_pieces(cuts: set[int]) -> None:
    places = [0, *sorted(cuts), len(FILLED)]
    pieces = [FILLED[begin:end] for begin, end in itertools.pairwise(places)]
    with a_line() as (line, other):
        for _ in range(2):
            for piece in pieces[:-1]:
                other.sendall(piece)
                assert line.receive() is None
            other.sendall(pieces[-1])
            assert line.receive() == FILLED


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        (b"", "closed after b''"),
        (b"HTTP/1.1 200 OK\r\nconte", "closed after b'HTTP/1.1 200"),
        (FILLED[:-1], "closed after"),
        (b"HTTP/1.1 200 OK\r\nx-content-length: 3\r\n\r\nabc", "without a length"),
        (b"HTTP/1.1 200 OK\r\n\r\ncontent-length: 3\r\n", "without a length"),
        (FILLED + b"H", "more than an answer"),
        (b"x" * 5000, "closed after"),
    ],
)
def test_what_is_no_answer_is_told(sent: bytes, words: str) -> None:
    with a_line() as (line, other):
        other.sendall(sent)
        other.shutdown(socket.SHUT_WR)
        with pytest.raises(WrongAnswer) as raised:  # noqa: PT012 - the last of some calls
            while True:
                line.receive()
        assert words in str(raised.value)
        assert len(str(raised.value)) < 1500


def test_a_line_sends_what_it_has_and_no_more() -> None:
    with a_line() as (line, other):
        assert line.send()
        assert line.sent_at > 0
        assert other.recv(100) == b"request"
        assert not line.send()


def test_every_request_is_sent_once_and_one_at_a_time() -> None:
    with Answering() as server:
        sent = Load(job(server.url, connections=[0, 1, 2], each=20)).run()
    assert not server.pipelined
    bodies = [json.loads(request.partition(b"\r\n\r\n")[2]) for request in server.requests]
    ids = [body["id"] for body in bodies]
    assert len(set(ids)) == len(ids) == len(sent.latencies)
    # The first line that has sent all ends the load.
    assert {body["symbol"] for body in bodies} == {"S0/USDT", "S1/USDT", "S2/USDT"}
    assert any(f"test-{line}-19" in ids for line in range(3))
    assert (sent.wrong, sent.examples) == (0, [])
    assert 0 < min(sent.latencies) <= max(sent.latencies) <= sent.end - sent.begin
    assert sent.cpu > 0


def test_when_time_is_up_nothing_more_is_sent() -> None:
    with Answering() as server:
        sent = Load(job(server.url, connections=[0, 1], each=1000, seconds=0.0)).run()
    assert len(server.requests) == len(sent.latencies) == 2
    assert sent.wrong == 0


WRONG: dict[str, tuple[bytes | None, str]] = {
    "another status": (http("202 Accepted", '{"status":"FILLED"}'), "202 Accepted"),
    "another body": (http("200 OK", '{"status":"UNKNOWN"}'), "UNKNOWN"),
    "an error": (http("503 Service Unavailable", "{}"), "503"),
    "no answer": (None, "closed"),
    "more than one": (FILLED + FILLED, "more than an answer"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_answer_is_counted_and_ends_its_connection_alone(name: str) -> None:
    wrong, words = WRONG[name]
    with Answering(lambda number: wrong if number == 3 else FILLED) as server:
        sent = Load(job(server.url, connections=[0, 1], each=5)).run()
    assert sent.wrong == 1
    assert words in sent.examples[0]
    # Nothing is sent again, and the other connection goes on to its end.
    assert len(server.requests) == len(sent.latencies) + 1
    assert len(sent.latencies) >= 5


def test_if_all_are_wrong_it_ends_and_tells_some() -> None:
    with Answering(lambda _: http("500 No", "{}")) as server:
        sent = Load(job(server.url, connections=list(range(9)), each=5)).run()
    assert (sent.wrong, sent.latencies) == (9, [])
    assert 0 < len(sent.examples) < 9


def test_silence_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "_PATIENCE", 0.05)
    with Answering(lambda number: FILLED if number < 3 else b"") as server:
        sent = Load(job(server.url, connections=[0, 1], each=5)).run()
    assert sent.wrong == 2
    assert "no answer within 0.05 s" in sent.examples[0]


def test_where_nobody_listens_is_no_load() -> None:
    with pytest.raises(OSError, match="refused"):
        Load(job(f"http://127.0.0.1:{free_port()}"))


def test_a_job_does_not_show_its_secret() -> None:
    assert SECRET not in repr(job("http://127.0.0.1:1"))


def test_loads_side_by_side_are_one() -> None:
    one = Sent(begin=5, end=9, cpu=2, latencies=[1, 2], wrong=1, examples=["a"])
    two = Sent(begin=4, end=8, cpu=3, latencies=[3], wrong=0, examples=[])
    both = Sent(begin=4, end=9, cpu=5, latencies=[1, 2, 3], wrong=1, examples=["a"])
    assert merged([one, two]) == both
