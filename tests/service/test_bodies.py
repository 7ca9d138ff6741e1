"""Bodies as they are read."""

import asyncio
from collections.abc import MutableMapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillgate.service.bodies import Bodies
from fillgate.service.http import MAX_BODY, ClientGone
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
    if len(whole) <= MAX_BODY:
        assert await Bodies().read(headers, exchange.receive) == whole
    else:
        with pytest.raises(Problem, match="BODY_TOO_LARGE"):
            await Bodies().read(headers, exchange.receive)


async def test_a_client_that_is_gone() -> None:
    with pytest.raises(ClientGone):
        await Bodies().read({}, Exchange([b"x"], gone=True).receive)


async def never() -> MutableMapping[str, Any]:
    await asyncio.get_running_loop().create_future()
    raise AssertionError


async def test_a_body_that_does_not_come_is_a_problem() -> None:
    bodies = Bodies(seconds=0.01)
    with pytest.raises(Problem, match=r"BODY_TOO_SLOW: .* within 0.01 s"):
        await bodies.read({}, never)
    task = asyncio.current_task()
    assert task is not None
    assert not task.cancelling()


async def test_a_request_that_is_cancelled_is_not_one_that_is_slow() -> None:
    reading = asyncio.ensure_future(Bodies().read({}, never))
    await asyncio.sleep(0)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
