"""Bodies as they are read, and replies as they are sent."""

import asyncio
from collections.abc import MutableMapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillgate.service.bodies import body_of
from fillgate.service.http import MAX_BODY, BodyTooLarge, ClientGone, Reply, read_body
from fillgate.service.problems import Problem
from tests.service.asgi import Exchange

CHUNKS = st.lists(st.binary(max_size=30) | st.just(b"x" * (MAX_BODY // 3)), min_size=1, max_size=8)


@given(CHUNKS, st.booleans())
async def test_a_body_is_the_sum_of_its_pieces_up_to_the_limit(
    chunks: list[bytes], declared: bool
) -> None:
    whole = b"".join(chunks)
    headers = {b"content-length": b"%d" % len(whole)} if declared else {}
    exchange = Exchange(chunks)
    try:
        assert await read_body(headers, exchange.receive) == whole
    except BodyTooLarge:
        assert len(whole) > MAX_BODY
    else:
        assert len(whole) <= MAX_BODY


async def test_a_client_that_is_gone() -> None:
    with pytest.raises(ClientGone):
        await read_body({}, Exchange([b"x"], gone=True).receive)


async def test_a_body_that_does_not_come_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fillgate.service.http._BODY_SECONDS", 0.01)

    async def never() -> MutableMapping[str, Any]:
        await asyncio.get_running_loop().create_future()
        raise AssertionError

    with pytest.raises(Problem, match="BODY_TOO_SLOW"):
        await body_of({}, never)


async def test_a_reply_says_how_long_it_is() -> None:
    exchange = Exchange([b""])
    await Reply(200, b"{}", headers=((b"x-more", b"1"),)).send(exchange.send)
    assert exchange.response == (
        200,
        {"content-type": "application/json", "content-length": "2", "x-more": "1"},
        b"{}",
    )
