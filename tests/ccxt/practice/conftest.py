"""What the tests with real clients share."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.ccxt.practice.clients import Trading, trading


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[Trading]:
    """A client with loaded markets, and BTC at 60000."""
    async with trading(tmp_path) as made:
        made.price("60000")
        await made.client.load_markets()
        yield made
