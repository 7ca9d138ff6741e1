"""Background work that will not end."""

import asyncio
from pathlib import Path

import pytest

from fillgate.domain.reports import ExecutionResult
from tests.engine.conftest import PATIENCE, open_house
from tests.engine.venue import filled

pytestmark = pytest.mark.anyio


async def test_a_plugin_that_ignores_its_cancellation_does_not_keep_the_service(
    tmp_path: Path,
) -> None:
    released = asyncio.Event()

    async def stubborn(order: object) -> ExecutionResult:
        while not released.is_set():
            try:
                await released.wait()
            except asyncio.CancelledError:
                continue
        return await filled(order)  # type: ignore[arg-type]

    async with asyncio.timeout(PATIENCE), open_house(tmp_path) as house:
        house.venue.answers["BTC/USDT"] = stubborn
        assert (await house.send()).status.value == "UNKNOWN"
    released.set()
