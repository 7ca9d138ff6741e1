"""What accounts get of the world."""

import random

from fillgate.domain.clock import Clock
from fillgate.domain.logger import Logger
from fillgate.engine.tasks import Tasks
from fillgate.plugins.base import PluginContext

__all__ = ["account_context"]


def account_context(clock: Clock, tasks: Tasks, logger: Logger) -> PluginContext:
    """Return the context of an account's plugin."""
    return PluginContext(
        clock=clock,
        random=random.Random(),  # noqa: S311 - plugins' jitter and simulation, no secrets
        logger=logger,
        tasks=tasks.starter,
    )
