"""A bridge over an account of type `ccxt`: which exchange it is, and that it tells no keys."""

from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from fillgate.config import AccountConfig
from fillgate.domain.errors import FillgateError
from fillgate.plugins.ccxt import CcxtPlugin
from tests.bridge.running import Bridge, client_of
from tests.ccxt.acceptance.ccxt_world import SPOT, Far
from tests.practice.serving import ALICE

pytestmark = pytest.mark.anyio


async def far_and_bridge(folder: Path, stack: AsyncExitStack) -> Bridge:
    far = Far(folder, SPOT)
    await far.start()
    stack.push_async_callback(far.stop)
    account = AccountConfig(type="ccxt", options=far.options)
    return await stack.enter_async_context(Bridge(folder, kind=CcxtPlugin, account=account))


@pytest.mark.parametrize(
    "meant", [{"exchange": "kraken"}, {"exchange": "binance", "testnet": True}], ids=str
)
async def test_what_is_meant_for_another_exchange_is_refused(
    meant: dict[str, object], tmp_path: Path
) -> None:
    async with AsyncExitStack() as stack:
        bridge = await far_and_bridge(tmp_path, stack)
        plugin, _ = await client_of(bridge.url, stack, exchange="binance")
        assert await plugin.health_check()
        with pytest.raises(FillgateError, match="WRONG_EXCHANGE") as caught:
            await client_of(bridge.url, stack, **meant)
        assert ALICE.secret not in str(caught.value)
        assert ALICE.key not in str(caught.value)
