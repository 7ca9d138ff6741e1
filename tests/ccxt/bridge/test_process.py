"""The bridge in the environment of ccxt, as a process: what is pinned there does not disturb it."""

from contextlib import AsyncExitStack
from decimal import Decimal
from pathlib import Path

import pytest

from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.reports import Found
from tests.bridge.process import SECRET, BridgeProcess, bridging
from tests.bridge.running import client_of
from tests.plugins.ccxt_http.conftest import an_order


def maps(bridge: BridgeProcess) -> str:
    """Return which files are loaded in the process."""
    assert bridge.process is not None
    return Path(f"/proc/{bridge.process.pid}/maps").read_text()


@pytest.mark.anyio
async def test_an_order_and_its_lookup(tmp_path: Path) -> None:
    order = an_order(quantity=Decimal("0.01"))
    async with AsyncExitStack() as stack:
        bridge = stack.enter_context(bridging(BridgeProcess(tmp_path / "bridge")))
        plugin, _ = await client_of(bridge.url, stack, webhook_secret=SECRET)
        assert (await plugin.execute_order(order)).status is OrderStatus.FILLED
        found = await plugin.fetch_order(client_order_id=order.client_order_id, symbol=order.symbol)
        assert isinstance(found, Found)
        # None of what ccxt brings is loaded for an account of another type.
        loaded = maps(bridge)
        assert "uvloop" in loaded
        assert "coincurve" not in loaded
        assert "aiohttp" not in loaded
