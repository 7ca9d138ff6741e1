"""Background tasks of the engine: none is lost, none takes the service down with it."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from fillgate.domain.logger import Logger

__all__ = ["Tasks"]


class Tasks:
    """Keeps the tasks that were started until they end, and logs those that fail."""

    def __init__(self, logger: Logger, *, patience: float = 5.0) -> None:
        """Start with none.

        Args:
            patience: seconds that cancelled tasks have to end.
        """
        self._logger = logger
        self._patience = patience
        self._running: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None], *, name: str) -> "asyncio.Task[None]":
        """Run `work` beside everything else."""
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._running.add(task)
        task.add_done_callback(self._ended)
        return task

    def hold(self, task: "asyncio.Task[None]") -> None:
        """Keep a task that lets nothing out and says itself when it ends: `let_go`."""
        self._running.add(task)

    def let_go(self, task: "asyncio.Task[None]") -> None:
        """Keep a task no longer."""
        self._running.discard(task)

    def starter(self, work: Coroutine[Any, Any, None], *, name: str) -> None:
        """Run `work` and keep the task to oneself: the `TaskStarter` that plugins get."""
        self.start(work, name=name)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._logger.error("task-failed", task=task.get_name(), exc_info=error)

    async def cancel_all(self) -> None:
        """Cancel what still runs and wait until it has ended, or has not in time."""
        running = [task for task in self._running if task is not asyncio.current_task()]
        for task in running:
            task.cancel()
        if running:
            _, stubborn = await asyncio.wait(running, timeout=self._patience)
            for task in stubborn:
                self._logger.error("task-stuck", task=task.get_name())
