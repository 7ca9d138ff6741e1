"""A process that writes to a journal as fast as it can and says what was committed."""

import asyncio
import itertools
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from fillgate.journal.base import Committed
from fillgate.journal.sqlite import SqliteJournal
from tests.journal.listening import commit
from tests.journal.made import Notes, taken, unanswered


async def source(journal: SqliteJournal, numbers: Iterator[int]) -> None:
    for number in numbers:
        for write in (taken(number), unanswered(number)):
            outcome = await commit(journal, write)
            assert isinstance(outcome, Committed), outcome
            os.write(1, f"{number} {outcome.position}\n".encode())


async def main() -> None:
    journal = await SqliteJournal.open(Path(sys.argv[1]), logger=Notes(), checkpoint_pages=100)
    numbers = itertools.count(journal.last_signal + 1)
    await asyncio.gather(*(source(journal, numbers) for _ in range(16)))


asyncio.run(main())
