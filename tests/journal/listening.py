"""Opening journals in tests, appending to them, and hearing how it went."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fillgate.journal.base import CommitOutcome, Undecided, Write
from fillgate.journal.sqlite import SqliteJournal
from tests.journal.made import Notes

PATIENCE = 30.0


async def wait_for(condition: Callable[[], bool]) -> None:
    """Return once the condition holds."""
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0.001)


class Heard:
    """A `Done` that keeps all it hears."""

    def __init__(self) -> None:
        self.outcomes: list[CommitOutcome] = []
        self._final = asyncio.Event()
        self._any = asyncio.Event()

    def __call__(self, outcome: CommitOutcome) -> None:
        self.outcomes.append(outcome)
        self._any.set()
        if not isinstance(outcome, Undecided):
            assert not self._final.is_set(), "it ended twice"
            self._final.set()

    async def first(self) -> CommitOutcome:
        async with asyncio.timeout(PATIENCE):
            await self._any.wait()
        return self.outcomes[0]

    async def last(self) -> CommitOutcome:
        async with asyncio.timeout(PATIENCE):
            await self._final.wait()
        return self.outcomes[-1]


def append(journal: SqliteJournal, write: Write) -> Heard:
    heard = Heard()
    journal.append(write, heard)
    return heard


async def commit(journal: SqliteJournal, write: Write) -> CommitOutcome:
    return await append(journal, write).last()


@asynccontextmanager
async def open_journal(folder: Path, **options: Any) -> AsyncIterator[SqliteJournal]:
    usual: dict[str, Any] = {"logger": Notes(), "durable": False, "retry_pauses": (0.001, 0.01)}
    journal = await SqliteJournal.open(folder / "journal.db", **(usual | options))
    try:
        yield journal
    finally:
        await journal.close()
