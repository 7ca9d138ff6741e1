"""Opening a plugin, and what keeps its account down."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from fillgate.domain.errors import ConfigurationError
from fillgate.plugins.mock import MockPlugin
from fillgate.plugins.upkeep import Upkeep
from fillgate.testing import plugin_context
from tests.service.conftest import Lines

pytestmark = pytest.mark.anyio

PATIENT, AT_ONCE = 30.0, 0.0


class Moody(MockPlugin):
    """It does what it is told to, whatever it is asked."""

    does: Any = None
    asked = 0

    async def init(self, config: Mapping[str, Any]) -> None:
        await self._do()

    async def health_check(self) -> bool:
        return bool(await self._do())

    async def close(self) -> None:
        await self._do()

    async def _do(self) -> Any:
        self.asked += 1
        if isinstance(self.does, Exception):
            raise self.does
        if isinstance(self.does, asyncio.Event):
            await self.does.wait()
        return self.does


class Speechless(Exception):
    """An error that cannot be told."""

    def __str__(self) -> str:
        raise RuntimeError


def moody() -> Moody:
    return Moody("m", plugin_context())


FAILURES = [
    (ConnectionError("the exchange is away"), "the exchange is away"),
    (ConnectionError(), "ConnectionError"),
    (Speechless(), "Speechless"),
    (ValueError("\ud800"), "\\ud800"),
]


@pytest.mark.parametrize(("error", "reason"), FAILURES)
async def test_whatever_is_raised_is_why_it_is_down(error: Exception, reason: str) -> None:
    plugin = moody()
    upkeep = Upkeep(plugin, {}, deadline=PATIENT)
    plugin.does = error
    assert (await upkeep.look(), upkeep.is_open) == (reason, False)
    plugin.does = None
    assert (await upkeep.look(), upkeep.is_open) == (None, True)
    plugin.does = error
    assert (await upkeep.look(), upkeep.is_open) == (reason, True)
    plugin.does = False
    assert await upkeep.look() == "the health check says no"
    plugin.does = True
    assert await upkeep.look() is None


async def test_a_wrong_setting_is_raised() -> None:
    plugin = moody()
    plugin.does = ConfigurationError("`accounts.m.x`: is wrong")
    with pytest.raises(ConfigurationError, match="is wrong"):
        await Upkeep(plugin, {}, deadline=PATIENT).look()


async def test_no_answer_in_time_is_none() -> None:
    plugin = moody()
    upkeep = Upkeep(plugin, {}, deadline=PATIENT, health_deadline=AT_ONCE)
    assert await upkeep.look() is None
    plugin.does = asyncio.Event()
    assert await upkeep.look() == "no answer within 0 s"
    assert not Upkeep(plugin, {}, deadline=AT_ONCE).is_open


async def test_who_waits_for_it_to_be_open_hears_once() -> None:
    heard: list[bool] = []

    async def opened() -> None:
        heard.append(upkeep.is_open)

    plugin = moody()
    plugin.does = True
    upkeep = Upkeep(plugin, {}, deadline=PATIENT, opened=opened)
    await upkeep.look()
    await upkeep.look()
    assert (heard, plugin.asked) == ([True], 2)


async def test_a_failure_to_close_is_logged() -> None:
    plugin, log = moody(), Lines()
    upkeep = Upkeep(plugin, {}, deadline=PATIENT)
    await upkeep.look()
    plugin.does = OSError("still busy")
    await upkeep.close(log)
    assert not upkeep.is_open
    assert [line["account"] for line in log.of("account-close-failed")] == ["m"]
