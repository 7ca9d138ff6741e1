"""What is read from a data folder without a service."""

from pathlib import Path

import pytest

from fillgate.journal.base import CommitOutcome
from fillgate.journal.sqlite import SqliteJournal
from fillgate.service import offline
from fillgate.service.files import JOURNAL_FILE
from fillgate.service.offline import JournalUnavailable, count_orders
from tests.journal.made import Notes, taken, unanswered


@pytest.mark.parametrize("page", [1, 3, 5, 6, 1000])
async def test_orders_are_counted_by_status_over_all_pages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, page: int
) -> None:
    monkeypatch.setattr(offline, "_PAGE", page)
    outcomes: list[CommitOutcome] = []
    journal = await SqliteJournal.open(tmp_path / JOURNAL_FILE, logger=Notes())
    assert await count_orders(tmp_path) == {}
    for number in range(1, 6):
        journal.append(taken(number), outcomes.append)
    for number in (2, 4):
        journal.append(unanswered(number), outcomes.append)
    await journal.close()
    assert len(outcomes) == 7
    assert await count_orders(tmp_path) == {"PENDING_NEW": 3, "UNKNOWN": 2}


async def test_without_a_journal_there_is_nothing_to_count(tmp_path: Path) -> None:
    with pytest.raises(JournalUnavailable):
        await count_orders(tmp_path)
