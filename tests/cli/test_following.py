"""Reading the stream: its blocks however they are cut, and going on where it ended."""

import json
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

from fillgate.cli.client import Service
from fillgate.cli.following import Follower, blocks
from tests.cli.conftest import Server, free_port, http

STREAM = (
    b"retry: 20\nid: A\n\n"
    b'id: B\nevent: order-intended\ndata: {"text": "a\xe2\x80\xa8b: c"}\n\n'
    b": still here\nid: C\n\n"
    b'id: D\nevent: order-sending\ndata: {"n": 1}\n\n'
)
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n"


@given(cuts=st.sets(st.integers(0, len(STREAM))))
def test_blocks_are_the_same_however_they_are_cut(cuts: set[int]) -> None:
    ends = sorted({0, *cuts, len(STREAM)})
    pieces = [STREAM[begin:end] for begin, end in pairwise(ends)]
    found = list(blocks(pieces))
    assert [each.get("id") for each in found] == ["A", "B", "C", "D"]
    assert found[0]["retry"] == "20"
    assert json.loads(found[1]["data"]) == {"text": "a\u2028b: c"}
    assert found[3]["event"] == "order-sending"


@given(end=st.integers(0, len(STREAM)))
def test_a_torn_block_is_none(end: int) -> None:
    whole = list(blocks([STREAM]))
    assert list(blocks([STREAM[:end]])) == whole[: STREAM[:end].count(b"\n\n")]


class Waits:
    """Counts the waits of a follower, and ends it after some."""

    def __init__(self, most: int, between: Callable[[], None] = lambda: None) -> None:
        self.lengths: list[float] = []
        self.notices: list[str] = []
        self._most = most
        self._between = between

    def __call__(self, seconds: float) -> None:
        self.lengths.append(seconds)
        self._between()
        if len(self.lengths) == self._most:
            raise KeyboardInterrupt


def follow(
    url: str, waits: Waits, parameters: Sequence[tuple[str, str]] = ()
) -> Iterator[tuple[str, str]]:
    follower = Follower(Service(url), parameters, notice=waits.notices.append, pause=waits)
    try:
        for message in follower.messages():
            yield message.id, message.event
    except KeyboardInterrupt:
        return


def test_it_goes_on_behind_the_last_it_heard_of() -> None:
    waits = Waits(2)
    with Server(HEAD + STREAM + b"id: E\nevent: order-int") as server:
        told = list(follow(server.url, waits, [("kind", "order-sending")]))
        first, second = server.requests
    assert told == [("B", "order-intended"), ("D", "order-sending")] * 2
    assert first.startswith(b"GET /api/v1/events?kind=order-sending ")
    assert b"last-event-id" not in first.lower()
    assert b"last-event-id: d\r\n" in second.lower()
    assert waits.lengths == [0.02, 0.02]


def test_a_service_that_is_away_is_waited_for() -> None:
    server = Server(HEAD + STREAM)
    server.__enter__()
    waits = Waits(3, between=lambda: None if server._ended else server.__exit__())
    assert len(list(follow(server.url, waits))) == 2
    assert waits.notices == [
        "the service ended the stream; going on",
        "no service answers; asking again",
    ]


def test_a_cut_off_reader_is_told_and_comes_back() -> None:
    last = b'id: D\nevent: cut-off\ndata: {"reason": "behind", "text": "too slow"}\n\n'
    waits = Waits(2)
    with Server(HEAD + STREAM + last) as server:
        assert len(list(follow(server.url, waits))) == 4
    assert "cut off: too slow" in waits.notices


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (http("503 No", '{"code": "TOO_MANY_STREAMS", "detail": "x"}'), 4),
        (http("410 Gone", '{"code": "EVENT_GONE", "detail": "x"}'), 1),
        (http("200 OK", "{}"), 4),
        (b"", 4),
    ],
)
def test_a_first_answer_that_is_none_ends_the_command(answer: bytes, code: int) -> None:
    with Server(answer) as server, pytest.raises(typer.Exit) as ended:
        list(follow(server.url, Waits(1)))
    assert ended.value.exit_code == code


def test_nobody_there_at_first_ends_the_command() -> None:
    with pytest.raises(typer.Exit) as ended:
        list(follow(f"http://127.0.0.1:{free_port()}", Waits(1)))
    assert ended.value.exit_code == 4


@pytest.mark.parametrize(("status", "ends"), [("503 No", False), ("410 Gone", True)])
def test_a_later_refusal_ends_it_only_if_it_is_one(status: str, ends: bool) -> None:
    server = Server(HEAD + STREAM)

    def refuse() -> None:
        server.answer = http(status, '{"code": "X", "detail": "x"}')

    waits = Waits(3, between=refuse)
    with server:
        told = follow(server.url, waits)
        assert len([next(told), next(told)]) == 2
        if ends:
            with pytest.raises(typer.Exit):
                next(told)
        else:
            assert list(told) == []
