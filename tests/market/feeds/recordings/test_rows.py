"""Rows of a table: what cannot be read is refused at its place."""

import pytest

from fillgate.market.feeds.recordings.columns import Field
from fillgate.market.feeds.recordings.rows import BadRecording, Rows, Table
from tests.market.feeds.recordings.tables import BEGIN, SECOND, table

QUOTES = "time bid ask\n1704067200 100 101\n1704067200 100 101\n1704067203 100 101"


def test_rows_come_with_their_times() -> None:
    found = [(time, row.number) for time, row in Rows(table(QUOTES)).in_order()]
    assert found == [(BEGIN, 2), (BEGIN, 3), (BEGIN + 3 * SECOND, 4)]


def test_cells_are_read_without_the_spaces_around_them() -> None:
    rows = Rows(Table("x", ["time", "bid", "ask"], [(1, ["1704067200 ", " 100", "101"])]))
    ((_, row),) = rows.in_order()
    assert row.read(Field.BID, int) == 100


def test_empty_lines_are_left_out() -> None:
    lines = [(2, ["1704067200", "1", "2"]), (3, []), (4, ["1704067201", "1", "2"])]
    assert len(list(Rows(Table("x", ["time", "bid", "ask"], lines)).in_order())) == 2


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("noon 100 101", "file.csv, line 2, column 'time': expected a Unix time .* found 'noon'"),
        ("1704067200 100", "file.csv, line 2: expected 3 cells, found 2"),
        ("1704067200 1 2 3", "file.csv, line 2: expected 3 cells, found 4"),
        (
            "1704067200 1 2\n1704067199 1 2",
            "line 3, column 'time': expected a time not before .* found '1704067199'",
        ),
    ],
)
def test_broken_rows_are_refused(lines: str, words: str) -> None:
    rows = Rows(table(f"time bid ask\n{lines}"))
    with pytest.raises(BadRecording, match=words):
        list(rows.in_order())


def test_two_bars_of_one_time_are_refused() -> None:
    bar = "1704067200 1 1 1 1"
    rows = Rows(table(f"time open high low close\n{bar}\n{bar}"))
    with pytest.raises(BadRecording, match="line 3, column 'time': expected a time after that"):
        list(rows.in_order())


def test_unknown_columns_are_refused_with_the_name_of_the_file() -> None:
    with pytest.raises(BadRecording, match=r"file\.csv: expected columns named"):
        Rows(table("a b c"))


def test_an_error_names_what_is_numbered() -> None:
    rows = Rows(Table("x.parquet", ["time", "bid", "ask"], [(7, ["", "", ""])], unit="row"))
    with pytest.raises(BadRecording, match=r"x\.parquet, row 7, column 'time'"):
        list(rows.in_order())
