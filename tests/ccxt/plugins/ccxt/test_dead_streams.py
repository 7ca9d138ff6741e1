"""A stream whose connection is dead, though nobody closed it."""

import base64
import hashlib
from pathlib import Path

import pytest

from fillgate.plugins.ccxt import CcxtPlugin, ExchangeFailure
from tests.ccxt.plugins.ccxt.exchange import Exchange, config_of, silence
from tests.plugins.ccxt_http.service import Peer, Request

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


async def fall_silent(peer: Peer, request: Request) -> None:
    """Open a WebSocket, and never say anything on it, pongs neither."""
    key = request.headers["sec-websocket-key"].encode()
    accept = base64.b64encode(hashlib.sha1(key + _GUID).digest()).decode()
    await peer.send(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        + f"Sec-WebSocket-Accept: {accept}\r\n\r\n".encode()
    )
    await silence(peer, request)


async def test_a_dead_connection_is_noticed(
    plugin: CcxtPlugin, exchange: Exchange, tmp_path: Path
) -> None:
    exchange.answers["GET", "/ws-api/v3"] = fall_silent
    await plugin.init(config_of(exchange, tmp_path, stream_timeout=0.4))
    with pytest.raises(ExchangeFailure, match=r"no sign of life for 0\.4 s|keepalive"):
        await anext(aiter(plugin.stream_reports()))
    assert exchange.said("GET", "/ws-api/v3")
