"""Archives: old events and bodies of a journal, in files beside it that never change.

Invariants:

1. Archives hold all events up to a position, in their order, without a gap; the journal's own file
   holds the rest. Keys and rows stay in it.
2. An archive that is needed and not there is told by its name; nothing is answered without it.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import apsw

from fillgate.journal.base import JournalUnavailable

__all__ = ["Archive", "Archives", "JournalConnection", "archive_path", "list_archives"]


class Archive(NamedTuple):
    """What the journal knows of an archive."""

    number: int
    last: int
    """Position of its last event."""
    first_signal: int
    """The lowest number of a signal that something in it belongs to; 0 without one."""
    last_signal: int


def archive_path(journal: Path, number: int) -> Path:
    """Return where an archive of a journal lies."""
    return Path(f"{journal}.archive-{number:04}")


class Archives:
    """The archives of a journal, each opened when it is first needed."""

    def __init__(self, journal: Path) -> None:
        """Find them beside `journal`."""
        self._journal = journal
        self._open: dict[int, apsw.Connection] = {}

    def connection(self, archive: Archive) -> apsw.Connection:
        """Return an open archive.

        Raises:
            JournalUnavailable: it is not there.
        """
        if archive.number not in self._open:
            path = archive_path(self._journal, archive.number)
            if not path.is_file():
                raise JournalUnavailable(
                    f"its archive {path.name} is missing: events up to {archive.last} are in it"
                )
            name = f"{path.absolute().as_uri()}?immutable=1"
            flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
            self._open[archive.number] = apsw.Connection(name, flags=flags)
        return self._open[archive.number]

    def close(self) -> None:
        """Close those that are open."""
        while self._open:
            self._open.popitem()[1].close()


class JournalConnection(apsw.Connection):
    """A connection to a journal, with its archives."""

    archives: Archives

    def close(self, force: bool = False) -> None:  # noqa: FBT001, FBT002 - as it is inherited
        """Close it and its archives."""
        self.archives.close()
        super().close(force)

    def parts(self, where: str, *values: int) -> Iterator[apsw.Connection]:
        """Yield the archives that a condition picks, oldest first, then the journal itself."""
        for archive in list_archives(self, where, *values):
            yield self.archives.connection(archive)
        yield self


def list_archives(
    connection: apsw.Connection, where: str = "true", *values: int
) -> Sequence[Archive]:
    """Return the archives that a condition on their table picks, oldest first."""
    rows: list[tuple[Any, ...]] = connection.execute(_LIST.format(where=where), values).fetchall()
    return [Archive(*row) for row in rows]


_LIST: Final = """
    SELECT number, last, first_signal, last_signal FROM archives WHERE {where} ORDER BY number
"""
