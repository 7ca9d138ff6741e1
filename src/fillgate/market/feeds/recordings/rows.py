"""The rows of a recorded table, each cell read at its place.

Invariants:

1. What cannot be read is refused with the file, the line, the column, what was found and what
   would be right. No row is left out in silence but empty lines.
2. Times never go back.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, NamedTuple, TypeVar

from fillgate.market.feeds.recordings.columns import BadColumns, Field, Kind, find_columns
from fillgate.market.feeds.recordings.times import parse_time

__all__ = ["BadRecording", "Row", "Rows", "Table"]

_Value = TypeVar("_Value")
_LONGEST: Final = 80


class BadRecording(ValueError):
    """A recording cannot be played. The message says where and what would be right."""


class Table(NamedTuple):
    """A table as it was read from a file: all cells are text."""

    name: str
    """Of the file, for error messages."""
    columns: Sequence[str]
    rows: Iterable[tuple[int, Sequence[str]]]
    """Their numbers, from 1, and their cells."""
    unit: str = "line"
    """What is numbered."""


class Row(NamedTuple):
    """One row of a table."""

    rows: "Rows"
    number: int
    cells: Sequence[str]

    def read(self, field: Field, parse: Callable[[str], _Value]) -> _Value:
        """Return what a cell says.

        Args:
            field: its column; one that the table has.
            parse: reads it; raises ValueError with what was expected and found.

        Raises:
            BadRecording: it says nothing that can be read.
        """
        try:
            return parse(self.cells[self.rows.places[field]].strip())
        except ValueError as error:
            raise self.bad(field, str(error)) from None

    def bad(self, field: Field, words: str) -> BadRecording:
        """Return the error for a cell."""
        column = self.rows.columns[self.rows.places[field]]
        return self.rows.bad(self.number, f", column {column!r}", words)


class Rows:
    """All rows of a table."""

    def __init__(self, table: Table) -> None:
        """Look at the columns.

        Raises:
            BadRecording: they do not say what the table is.
        """
        try:
            self.kind, self.places = find_columns(table.columns)
        except BadColumns as error:
            raise BadRecording(f"{table.name}: {error}") from None
        self.name, self.columns = table.name, table.columns
        self._rows, self._unit = table.rows, table.unit

    def has(self, field: Field) -> bool:
        """Tell whether the table has such a column."""
        return field in self.places

    def bad(self, number: int, place: str, words: str) -> BadRecording:
        """Return the error for a row.

        Args:
            number: the row's.
            place: in the row, as it goes on in a sentence.
            words: what was expected, and found.
        """
        return BadRecording(f"{self.name}, {self._unit} {number}{place}: {words}")

    def in_order(self) -> Iterator[tuple[int, Row]]:
        """Return the rows with their times, Unix microseconds.

        Raises:
            BadRecording: a row has too few or too many cells, or a time that cannot be read or is
                before that of the row before; for bars also one that is the same.
        """
        before, width = 0, len(self.columns)
        step = 1 if self.kind is Kind.BARS else 0
        for number, cells in self._rows:
            if not cells:
                continue
            row = Row(self, number, cells)
            if len(cells) != width:
                words = f"expected {width} cells, found {len(cells)}"
                raise self.bad(number, "", words)
            time = row.read(Field.TIME, parse_time)
            if time < before + step:
                raise row.bad(Field.TIME, _out_of_order(cells[self.places[Field.TIME]], step))
            before = time
            yield time, row


def _out_of_order(found: str, step: int) -> str:
    after = "after that" if step else "not before that"
    return f"expected a time {after} of the row before, found {found[:_LONGEST]!r}"
