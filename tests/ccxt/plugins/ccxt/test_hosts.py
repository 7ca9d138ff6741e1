"""The resolver in the real aiohttp, which ccxt uses."""

import asyncio

import aiohttp
import pytest

from fillgate.plugins.ccxt.hosts import LoopbackResolver, loopback_socket


async def asked(url: str) -> str:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nhere")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        connector = aiohttp.TCPConnector(
            resolver=LoopbackResolver({"*.binance.com": ("127.0.0.1", port)}),
            socket_factory=loopback_socket,
        )
        async with aiohttp.ClientSession(connector=connector) as session, session.get(url) as got:
            return str(await got.text())


async def test_a_host_leads_to_its_place_whatever_the_port_of_the_url() -> None:
    assert await asked("http://api.binance.com/api/v3/ping") == "here"
    assert await asked("http://stream.binance.com:9443/ws") == "here"


@pytest.mark.parametrize("url", ["http://example.com/", "http://localhost/", "http://192.0.2.1/"])
async def test_nothing_else_is_reached(url: str) -> None:
    with pytest.raises(aiohttp.ClientConnectorError, match="is refused: only") as caught:
        await asked(url)
    assert isinstance(caught.value, OSError)
