"""The exchange goes away for a while, and comes back with all that it had."""

import asyncio
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed

from tests.practice.serving import Served, served
from tests.practice.test_ws_api import LIMIT, ask, opening

pytestmark = pytest.mark.anyio


async def can_connect(there: Served) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", there.port)
    except ConnectionRefusedError:
        return False
    writer.close()
    return True


async def test_it_is_away_and_comes_back_with_its_orders(tmp_path: Path) -> None:
    async with served(tmp_path) as there, opening(there) as socket:
        price = str(round(there.practice.exchange.last_price("BTCUSDT") / 2, 2))
        placed = await ask(socket, there, "order.place", **LIMIT, price=price)
        there.practice.absence.ask(0.3)
        with pytest.raises(ConnectionClosed):
            await asyncio.wait_for(socket.recv(), 10)
        assert not await can_connect(there)
        async with asyncio.timeout(10):
            while not await can_connect(there):  # noqa: ASYNC110 - nothing tells of it
                await asyncio.sleep(0.01)
        async with opening(there) as again:
            named = {"symbol": "BTCUSDT", "orderId": placed["result"]["orderId"]}
            found = await ask(again, there, "order.status", **named)
            assert found["result"]["status"] == "NEW"
