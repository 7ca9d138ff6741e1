"""The simulated venue does what any account has to do."""

from pathlib import Path

import pytest

from fillgate.plugins.mock import MockPlugin
from tests.acceptance.cases import CASES, cases_of
from tests.acceptance.mock_world import margin_options, mock_options, mock_world

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("name", cases_of(MockPlugin.capabilities))
async def test_the_mock(name: str, tmp_path: Path) -> None:
    async with mock_world(mock_options(tmp_path)) as world:
        await CASES[name].run(world)


@pytest.mark.parametrize("name", cases_of(MockPlugin.capabilities))
async def test_the_mock_with_contracts(name: str, tmp_path: Path) -> None:
    async with mock_world(margin_options(tmp_path)) as world:
        await CASES[name].run(world)


def test_the_mock_is_called_to_do_all() -> None:
    assert cases_of(MockPlugin.capabilities) == list(CASES)
