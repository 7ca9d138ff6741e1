"""An account at a bridge does what any account has to do: over HTTP, what the mock does."""

from pathlib import Path

import pytest

from fillgate.plugins.mock import MockPlugin
from tests.acceptance.bridge_world import bridge_world
from tests.acceptance.cases import CASES, cases_of

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("name", cases_of(MockPlugin.capabilities))
async def test_the_mock_behind_a_bridge(name: str, tmp_path: Path) -> None:
    async with bridge_world(tmp_path) as world:
        assert name in cases_of(world.plugin.capabilities)
        await CASES[name].run(world)
