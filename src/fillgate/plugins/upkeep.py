"""Opening an account's plugin, and asking after its health: one look at a time.

Invariants:

1. A wrong setting is raised. Whatever else a plugin raises, or that it does not answer in time, is
   why its account is down.
2. A plugin is opened once; it is tried again only while that failed.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from fillgate.domain.errors import ConfigurationError
from fillgate.domain.logger import Logger
from fillgate.domain.telling import words_of
from fillgate.plugins.base import ExecutionPlugin

__all__ = ["Upkeep"]


class Upkeep:
    """Opens one plugin, looks after it and closes it."""

    def __init__(
        self,
        plugin: ExecutionPlugin,
        options: Mapping[str, Any],
        *,
        deadline: float,
        health_deadline: float | None = None,
        opened: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """Open nothing yet.

        Args:
            plugin: the account's.
            options: what it is initialised with; secrets resolved.
            deadline: seconds that opening may take, and closing.
            health_deadline: seconds that the health check may take; None: as long.
            opened: is awaited after it was opened, within the same deadline.
        """
        self._plugin = plugin
        self._options = options
        self._deadline = deadline
        self._health_deadline = deadline if health_deadline is None else health_deadline
        self._opened = opened
        self.is_open = False

    async def look(self) -> str | None:
        """Open the plugin, or ask for its health if it is open; return why it is down.

        Raises:
            ConfigurationError: a setting is wrong.
        """
        seconds = self._health_deadline if self.is_open else self._deadline
        try:
            async with asyncio.timeout(seconds) as deadline:
                return await (self._health() if self.is_open else self._open())
        except ConfigurationError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a plugin raises keeps it down
            late = f"no answer within {seconds:g} s" if deadline.expired() else ""
            return late or words_of(error) or type(error).__name__

    async def _open(self) -> None:
        await self._plugin.init(self._options)
        self.is_open = True
        if self._opened is not None:
            await self._opened()

    async def _health(self) -> str | None:
        return None if await self._plugin.health_check() else "the health check says no"

    async def close(self, logger: Logger) -> None:
        """Close the plugin; a failure is logged, no more."""
        self.is_open = False
        try:
            async with asyncio.timeout(self._deadline):
                await self._plugin.close()
        except Exception as error:
            logger.warning("account-close-failed", account=self._plugin.name, exc_info=error)
