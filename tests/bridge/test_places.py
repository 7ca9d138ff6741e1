"""What is meant for another exchange is neither done nor told, and noticed before any order."""

from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import msgspec
import pytest

from fillgate.bridge.places import check_place
from fillgate.bridge.refusals import Refusal
from fillgate.plugins.ccxt_http import ServiceFailure
from fillgate.plugins.mock import MockOptions, MockPlugin
from tests.bridge.running import Bridge, client_of

HERE = {"exchange": "binance", "testnet": True}


@pytest.mark.parametrize(
    ("meant", "here", "wrong"),
    [
        (HERE, HERE, None),
        (HERE, {}, None),
        ({}, HERE, None),
        (HERE | {"exchange": "kraken"}, HERE, "exchange=kraken"),
        (HERE | {"testnet": False}, HERE, "testnet=False"),
        (HERE | {"testnet": False}, {"testnet": True}, "testnet=False"),
    ],
)
def test_places(meant: dict[str, Any], here: dict[str, Any], wrong: str | None) -> None:
    if wrong is None:
        check_place(meant, here)
        return
    with pytest.raises(Refusal, match=wrong) as caught:
        check_place(meant, here)
    assert caught.value.code == "WRONG_EXCHANGE"


class PlacedOptions(MockOptions, frozen=True, kw_only=True):
    """Those of a simulated venue that says which exchange it is."""

    exchange: str = "binance"
    testnet: bool = False


class Placed(MockPlugin):
    """A simulated venue that says which exchange it is."""

    options = PlacedOptions

    async def init(self, config: Any) -> None:
        known = {field.name for field in msgspec.structs.fields(MockOptions)}
        await super().init({name: each for name, each in config.items() if name in known})


@pytest.mark.anyio
async def test_an_account_at_the_bridge_of_another_exchange_is_down(
    tmp_path: Path, stack: AsyncExitStack
) -> None:
    options = {"exchange": "kraken", "testnet": True}
    bridge = await stack.enter_async_context(Bridge(tmp_path, kind=Placed, options=options))
    for wrong in ({}, {"exchange": "kraken"}, {"testnet": True}):
        with pytest.raises(ServiceFailure, match="WRONG_EXCHANGE"):
            await client_of(bridge.url, stack, **wrong)
    plugin, _ = await client_of(bridge.url, stack, **options)
    assert await plugin.balances()
