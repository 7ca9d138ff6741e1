"""What accounts get of the world."""

import random
from collections.abc import Awaitable, Callable

from fillgate.domain.clock import Clock
from fillgate.domain.logger import Logger
from fillgate.domain.market import MarketData
from fillgate.engine.clock import SystemClock
from fillgate.engine.tasks import Tasks
from fillgate.plugins.base import PluginContext
from fillgate.plugins.registry import PluginRegistry

__all__ = ["account_context", "lone_context"]


class _Quotes:
    """The quotes of the accounts in a registry; a `QuoteSource`."""

    def __init__(self, registry: PluginRegistry) -> None:
        self._registry = registry

    def check(self, account: str) -> None:
        self._registry.get(account)

    async def fetch(self, account: str, symbol: str) -> MarketData:
        return await self._registry.fetch_data(symbol, account)


def account_context(
    clock: Clock, tasks: Tasks, logger: Logger, registry: PluginRegistry
) -> PluginContext:
    """Return the context of an account's plugin.

    Args:
        clock: its time.
        tasks: where its tasks run.
        logger: writes its lines.
        registry: has, or will have, all accounts: they may ask each other for quotes.
    """
    return PluginContext(
        clock=clock,
        random=random.Random(),  # noqa: S311 - plugins' jitter and simulation, no secrets
        logger=logger,
        tasks=tasks.starter,
        quotes=_Quotes(registry),
    )


def lone_context(logger: Logger) -> tuple[PluginContext, Callable[[], Awaitable[None]]]:
    """Return the context of an account that stands alone, on this machine's clock.

    Returns:
        The context, which has no quotes of other accounts, and what ends the account's tasks.
    """
    clock, tasks = SystemClock(), Tasks(logger)
    return account_context(clock, tasks, logger, PluginRegistry()), tasks.cancel_all
