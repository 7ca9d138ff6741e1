"""The context for tests of plugins."""

import asyncio

import pytest

from fillgate.domain.logger import Logger
from fillgate.plugins.base import TaskStarter
from fillgate.testing import (
    LogEntry,
    RecordingLogger,
    TaskCollector,
    VirtualClock,
    plugin_context,
)


def test_it_takes_what_it_is_given_and_makes_the_rest() -> None:
    clock, logger, tasks = VirtualClock(), RecordingLogger(), TaskCollector()
    given = plugin_context(clock=clock, logger=logger, tasks=tasks)
    assert (given.clock, given.logger, given.tasks) == (clock, logger, tasks)
    made = plugin_context()
    assert isinstance(made.clock, VirtualClock)
    assert isinstance(made.logger, RecordingLogger)
    assert isinstance(made.tasks, TaskCollector)


def test_the_seed_chooses_the_random_numbers() -> None:
    numbers = [plugin_context(seed=seed).random.random() for seed in (1, 1, 2)]
    assert numbers[0] == numbers[1] != numbers[2]


def test_the_logger_keeps_what_it_was_told() -> None:
    recording = RecordingLogger()
    logger: Logger = recording
    logger.debug("a")
    logger.info("b", x=1)
    logger.warning("c")
    logger.error("d", y="z")
    assert recording.entries == [
        LogEntry("debug", "a", {}),
        LogEntry("info", "b", {"x": 1}),
        LogEntry("warning", "c", {}),
        LogEntry("error", "d", {"y": "z"}),
    ]


@pytest.mark.anyio
async def test_tasks_run_until_they_are_cancelled() -> None:
    collector = TaskCollector()
    start: TaskStarter = collector
    done: list[int] = []

    async def short() -> None:
        done.append(1)

    async def endless() -> None:
        await asyncio.Event().wait()

    start(short(), name="short")
    start(endless(), name="endless")
    await asyncio.sleep(0)
    assert [task.get_name() for task in collector.tasks] == ["short", "endless"]
    assert done == [1]
    tasks = list(collector.tasks)
    await collector.cancel()
    assert collector.tasks == []
    assert tasks[1].cancelled()


@pytest.mark.anyio
async def test_failures_of_tasks_are_not_lost() -> None:
    collector = TaskCollector()

    async def failing() -> None:
        raise OSError("broken")

    collector(failing(), name="failing")
    await asyncio.sleep(0)
    with pytest.raises(ExceptionGroup) as caught:
        await collector.cancel()
    assert [str(error) for error in caught.value.exceptions] == ["broken"]
