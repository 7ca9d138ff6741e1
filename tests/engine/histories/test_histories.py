"""Random histories over a real file and a disk that fails."""

import os
from pathlib import Path

import pytest

from tests.engine.histories.checks import check_at_rest, check_journal
from tests.engine.histories.history import History
from tests.journal.faulty_disk import FaultyDisk

SEEDS = range(int(os.environ.get("HISTORIES_FROM", "0")), int(os.environ.get("HISTORIES_TO", "16")))
"""More of them can be lived by hand."""


@pytest.mark.anyio
@pytest.mark.parametrize("seed", SEEDS)
async def test_whatever_happens_nothing_is_lost_or_doubled(seed: int, tmp_path: Path) -> None:
    with FaultyDisk() as disk:
        history = History(seed, tmp_path, disk)
        try:
            await history.live()
            await check_at_rest(history)
            await history.close()
            await check_journal(history)
        except BaseException as error:
            await history.abandon()
            steps = "\n  ".join(history.told)
            error.add_note(f"seed {seed}, settings {history.settings}, steps:\n  {steps}")
            raise
