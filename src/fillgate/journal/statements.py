"""INSERT statements of several rows.

One statement for many rows costs less a row than one for each, and gives up the interpreter's lock
less often: each time it does, the event loop may keep the writer waiting.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, TypeVar

__all__ = ["in_portions", "insert_statements"]

_PORTIONS: Final = (64, 16, 4, 2, 1)
"""How many rows a statement may have, descending; so many that few are needed, so few that all are
kept prepared."""

Row = TypeVar("Row")


def insert_statements(table: str, columns: str, conflict: str = "") -> Mapping[int, str]:
    """Return, for each size of a portion, the statement that inserts so many rows.

    Args:
        table: where to.
        columns: their names, with spaces between.
        conflict: what stands behind the rows: `ON CONFLICT ...`, `RETURNING ...`.
    """
    names = columns.split()
    head = f"INSERT INTO {table} ({','.join(names)}) VALUES "  # noqa: S608 - all constants
    row = f"({','.join('?' * len(names))})"
    return {size: f"{head} {','.join([row] * size)} {conflict}" for size in _PORTIONS}


def in_portions(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    """Cut rows into portions for which there are statements, the largest first."""
    done = 0
    for size in _PORTIONS:
        while len(rows) - done >= size:
            yield rows[done : done + size]
            done += size
