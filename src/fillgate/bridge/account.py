"""The one account: opened, opened again after failures, asked for its health.

Invariants:

1. A wrong setting is an error at start. Any other failure to open leaves the bridge running: it
   says in `/health` why the account is down, and tries again with growing pauses.
2. However many ask for its health, the plugin is asked once a second at the most.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

import msgspec

from fillgate.bridge.refusals import Refusal
from fillgate.domain.capabilities import Capabilities
from fillgate.domain.errors import ConfigurationError
from fillgate.domain.logger import Logger
from fillgate.plugins.base import ExecutionPlugin
from fillgate.plugins.upkeep import Upkeep

__all__ = ["Account"]

_INIT_SECONDS: Final = 30.0
_HEALTH_SECONDS: Final = 3.0
_LONGEST_PAUSE: Final = 30.0
_FRESH_SECONDS: Final = 1.0


class Account:
    """An account of any plugin."""

    def __init__(self, plugin: ExecutionPlugin, options: Mapping[str, Any], logger: Logger) -> None:
        """Open nothing yet.

        Args:
            plugin: the account's.
            options: what it is initialised with; secrets resolved.
            logger: hears when it comes up and goes down.
        """
        self._plugin = plugin
        self._upkeep = Upkeep(
            plugin, options, deadline=_INIT_SECONDS, health_deadline=_HEALTH_SECONDS
        )
        self._logger = logger
        self._clock = plugin.context.clock
        self._asking = asyncio.Lock()
        self._asked = -_FRESH_SECONDS
        self.reason: str | None = "not opened yet"
        """Why it is down; None when it is up."""

    @property
    def name(self) -> str:
        """Its name in the configuration."""
        return self._plugin.name

    @property
    def plugin(self) -> ExecutionPlugin:
        """Its plugin, ready to be asked.

        Raises:
            Refusal: it is not open.
        """
        if not self._upkeep.is_open:
            raise Refusal("ACCOUNT_DOWN", f"the account is not open: {self.reason}")
        return self._plugin

    def capabilities(self, *, late_seconds: float) -> Capabilities:
        """Return what it can do through the bridge.

        Args:
            late_seconds: how long after it was signed a request may still be sent to the venue. A
                lookup that comes first finds nothing, so a miss counts that much later.
        """
        told = self._plugin.capabilities
        settle = told.settle_seconds + late_seconds
        return msgspec.structs.replace(told, settle_seconds=settle, stream_data=False)

    async def open(self) -> None:
        """Open it, and keep trying in the background if that fails.

        Raises:
            ConfigurationError: a setting is wrong.
        """
        if not await self._is_up():
            self._plugin.context.tasks(self._keep_trying(), name=f"account {self.name}")

    async def _keep_trying(self) -> None:
        pause = 1.0
        while not self._upkeep.is_open:
            await self._clock.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
            with suppress(ConfigurationError):
                await self._is_up()

    async def _is_up(self) -> bool:
        try:
            self._change(await self._upkeep.look())
        except ConfigurationError as error:
            self._change(str(error))
            raise
        return self.reason is None

    async def look(self) -> None:
        """Ask for its health, unless that was done a moment ago; see `reason`."""
        async with self._asking:
            if not self._upkeep.is_open or self._clock.monotonic() - self._asked < _FRESH_SECONDS:
                return
            self._change(await self._upkeep.look())
            self._asked = self._clock.monotonic()

    def _change(self, reason: str | None) -> None:
        if reason == self.reason:
            return
        self.reason = reason
        if reason is None:
            self._logger.info("bridge-account-up", account=self.name)
        else:
            self._logger.warning("bridge-account-down", account=self.name, reason=reason)

    async def close(self) -> None:
        """Close the plugin."""
        await self._upkeep.close(self._logger)
