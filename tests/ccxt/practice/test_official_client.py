"""Binance's own client trades, given only where to go and whom to trust."""

import asyncio
import ssl
from pathlib import Path
from typing import Any

import pytest
from binance_common.configuration import ConfigurationRestAPI
from binance_sdk_spot.spot import Spot

from tests.practice.serving import ALICE, Served, served

pytestmark = pytest.mark.anyio


def client_of(there: Served) -> Any:
    trusted: Any = ssl.create_default_context(cafile=str(there.ca))
    configuration = ConfigurationRestAPI(
        api_key=ALICE.key,
        api_secret=ALICE.secret,
        base_path=f"https://localhost:{there.port}",
        https_agent=trusted,
        retries=0,
        timeout=10_000,
    )
    return Spot(config_rest_api=configuration).rest_api


async def test_it_trades(tmp_path: Path) -> None:
    async with served(tmp_path) as there:
        await asyncio.to_thread(follow, client_of(there))
        receipts = there.practice.exchange.receipts.all
        assert [each.order_id for each in receipts] == [1, 2]


def follow(api: Any) -> None:
    """Place, query and cancel an order, buy at the market, and look at what came of it."""
    price = float(api.ticker_price(symbol="BTCUSDT").data().actual_instance.price)
    limit: dict[str, Any] = {"side": "BUY", "type": "LIMIT", "time_in_force": "GTC"}
    placed = api.new_order(
        symbol="BTCUSDT", quantity=0.01, price=round(price / 2, 2), **limit
    ).data()
    assert placed.status == "NEW"
    found = api.get_order(symbol="BTCUSDT", order_id=placed.order_id).data()
    assert (found.client_order_id, found.status) == (placed.client_order_id, "NEW")
    assert api.delete_order(symbol="BTCUSDT", order_id=placed.order_id).data().status == "CANCELED"
    bought = api.new_order(symbol="BTCUSDT", side="BUY", type="MARKET", quantity=0.01).data()
    assert bought.status == "FILLED"
    [traded] = api.my_trades(symbol="BTCUSDT").data()
    assert traded.order_id == bought.order_id
    owned = {each.asset: each.free for each in api.get_account().data().balances}
    assert owned["BTC"] == "1.00999000"
