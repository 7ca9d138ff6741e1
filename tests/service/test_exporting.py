"""Exports hold what the event stream tells, in the same words."""

import io
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from pyarrow import parquet

from fillgate.journal.base import JournalUnavailable
from fillgate.journal.compaction import compact
from fillgate.service import exporting
from fillgate.service.exporting import ParquetMissing, export_lines, export_parquet
from fillgate.service.files import JOURNAL_FILE
from fillgate.service.problems import Problem
from fillgate.service.queries import EventsQuery
from tests.engine.conftest import open_house

ALL = EventsQuery()


@pytest.fixture
async def folder(tmp_path: Path) -> Path:
    """The data folder of some orders of two symbols."""
    async with open_house(tmp_path) as house:
        for number in range(4):
            await house.send(key=f"k{number}", symbol="ETH/USDT" if number % 2 else "BTC/USDT")
    assert (tmp_path / "journal.db").name == JOURNAL_FILE
    return tmp_path


async def lines(folder: Path, query: EventsQuery = ALL) -> list[dict[str, Any]]:
    out = io.BytesIO()
    count = await export_lines(folder, query, out)
    documents = [json.loads(line) for line in out.getvalue().splitlines()]
    assert len(documents) == count
    return documents


async def test_all_events_are_written_in_their_order(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = await lines(folder)
    monkeypatch.setattr(exporting, "_PAGE", 3)
    assert await lines(folder) == whole
    kinds = [document["event"] for document in whole]
    assert kinds[0] == "service-started"
    assert kinds[-1] == "service-stopped"
    assert kinds.count("submission-answered") == 4
    answered = next(each for each in whole if each["event"] == "submission-answered")
    assert answered["symbol"] in {"BTC/USDT", "ETH/USDT"}
    assert answered["details"]["result"]["order_id"]


async def test_events_are_chosen_and_gone_on_with(folder: Path) -> None:
    whole = await lines(folder)
    some = await lines(folder, EventsQuery(symbol=("ETH/USDT",), kind=("order-intended",)))
    assert [each["symbol"] for each in some] == ["ETH/USDT"] * 2
    for place in (0, 3, len(whole) - 1):
        rest = await lines(folder, EventsQuery(after=whole[place]["id"]))
        assert rest == whole[place + 1 :]
    with pytest.raises(Problem):
        await lines(folder, EventsQuery(after="nonsense"))


async def test_archives_are_read_along(folder: Path) -> None:
    whole = await lines(folder)
    assert compact(folder / JOURNAL_FILE, before=2**62).events
    assert await lines(folder) == whole


async def test_parquet_holds_the_same(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "_ROW_GROUP", 5)
    monkeypatch.setattr(exporting, "_PAGE", 3)
    told: list[int] = []
    path = tmp_path / "events.parquet"
    count = await export_parquet(folder, ALL, path, on_progress=told.append)
    rows = parquet.read_table(path).to_pylist()
    whole = await lines(folder)
    assert len(rows) == count == told[-1] == len(whole)
    for row, document in zip(rows, whole, strict=True):
        assert msgspec.json.decode(row.pop("details")) == document.pop("details")
        moment = row.pop("at").isoformat(timespec="microseconds").replace("+00:00", "Z")
        assert moment == document.pop("at")
        assert row == document


async def test_without_the_extra_it_is_said_what_to_install(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(ParquetMissing, match=r"pip install 'fillgate\[parquet\]'"):
        await export_parquet(folder, ALL, tmp_path / "x")


async def test_without_a_journal_there_is_nothing_to_export(tmp_path: Path) -> None:
    with pytest.raises(JournalUnavailable):
        await lines(tmp_path / "nothing")
