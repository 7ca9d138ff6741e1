"""A `PluginContext` for tests, and the parts of it that remember what they were used for."""

import asyncio
import random
from collections.abc import Coroutine, Mapping
from typing import Any

import msgspec

from fillgate.domain.clock import Clock
from fillgate.domain.logger import Logger
from fillgate.plugins.base import PluginContext, TaskStarter
from fillgate.testing.clock import VirtualClock

__all__ = ["LogEntry", "RecordingLogger", "TaskCollector", "plugin_context"]


class LogEntry(msgspec.Struct, frozen=True):
    """One thing that was logged."""

    level: str
    """`debug`, `info`, `warning` or `error`."""
    event: str
    fields: Mapping[str, Any]


class RecordingLogger:
    """A `Logger` that prints nothing and keeps what it was told in `entries`, oldest first."""

    def __init__(self) -> None:
        self.entries: list[LogEntry] = []

    def is_enabled_for(self, level: int) -> bool:
        """Tell that all levels are kept."""
        return True

    def debug(self, event: str, **fields: Any) -> None:
        """Keep an entry of this level."""
        self.entries.append(LogEntry("debug", event, fields))

    def info(self, event: str, **fields: Any) -> None:
        """Keep an entry of this level."""
        self.entries.append(LogEntry("info", event, fields))

    def warning(self, event: str, **fields: Any) -> None:
        """Keep an entry of this level."""
        self.entries.append(LogEntry("warning", event, fields))

    def error(self, event: str, **fields: Any) -> None:
        """Keep an entry of this level."""
        self.entries.append(LogEntry("error", event, fields))


class TaskCollector:
    """A `TaskStarter` that keeps the tasks it started in `tasks`, oldest first."""

    def __init__(self) -> None:
        self.tasks: list[asyncio.Task[None]] = []

    def __call__(self, work: Coroutine[Any, Any, None], *, name: str) -> None:
        """Start `work` in the running event loop."""
        self.tasks.append(asyncio.get_running_loop().create_task(work, name=name))

    async def cancel(self) -> None:
        """Cancel what still runs and wait for it to end. What failed before raises here.

        Raises:
            ExceptionGroup: the failures of the tasks.
        """
        for task in self.tasks:
            task.cancel()
        ended = await asyncio.gather(*self.tasks, return_exceptions=True)
        self.tasks.clear()
        failures = [end for end in ended if isinstance(end, Exception)]
        if failures:
            msg = "background tasks failed"
            raise ExceptionGroup(msg, failures)


def plugin_context(
    *,
    clock: Clock | None = None,
    seed: int = 0,
    logger: Logger | None = None,
    tasks: TaskStarter | None = None,
) -> PluginContext:
    """Return what a plugin may use of the world, for a test.

    Args:
        clock: a new `VirtualClock` unless given.
        seed: of the random numbers.
        logger: a new `RecordingLogger` unless given.
        tasks: a new `TaskCollector` unless given.
    """
    return PluginContext(
        clock=clock or VirtualClock(),
        random=random.Random(seed),  # noqa: S311 - reproducible on purpose, protects nothing
        logger=logger or RecordingLogger(),
        tasks=tasks or TaskCollector(),
    )
