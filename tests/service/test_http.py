"""Replies as they are sent."""

from fillgate.service.http import Reply
from tests.service.asgi import Exchange


async def test_a_reply_says_how_long_it_is() -> None:
    exchange = Exchange([b""])
    await Reply(200, b"{}", headers=((b"x-more", b"1"),)).send(exchange.send)
    assert exchange.response == (
        200,
        {"content-type": "application/json", "content-length": "2", "x-more": "1"},
        b"{}",
    )
