"""The events of a journal, read without a running service, for other programs.

Lines of JSON are what `GET /api/v1/events` tells, each with its id; Parquet has the same columns,
with the details as JSON.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import IO, Any, Final

import msgspec

from fillgate.engine.blotter import Blotter
from fillgate.journal.arriving import arriving as new_file
from fillgate.journal.base import JournalUnavailable
from fillgate.journal.codec import UnreadableEvent
from fillgate.journal.reader import SqliteReader
from fillgate.service.events.messages import Message
from fillgate.service.events.places import START, find_place
from fillgate.service.events.subjects import Subjects
from fillgate.service.events.wanted import Wanted
from fillgate.service.files import JOURNAL_FILE
from fillgate.service.logs import logger
from fillgate.service.plain import plain
from fillgate.service.problems import Problem
from fillgate.service.queries import EventsQuery

__all__ = ["EXPORT_ERRORS", "ParquetMissing", "export_lines", "export_parquet", "new_file"]

_PAGE: Final = 1000
_ROW_GROUP: Final = 50_000

Progress = Callable[[int], None]


class ParquetMissing(Exception):
    """The library that writes Parquet is not installed; the text says what to do."""


EXPORT_ERRORS: Final = (JournalUnavailable, ParquetMissing, Problem, UnreadableEvent, OSError)
"""What keeps an export from being written; the text says what."""


async def export_lines(
    data: Path, query: EventsQuery, out: IO[bytes], *, on_progress: Progress = lambda _: None
) -> int:
    """Write the events of a journal as lines of JSON.

    Args:
        data: the folder of the journal.
        query: which, and behind which; what says `follow` is not looked at.
        out: where to.
        on_progress: hears how many are written.

    Returns:
        How many there were.

    Raises:
        JournalUnavailable: there is no journal, or it cannot be read.
        Problem: `after` is no id of an event of this journal.
        UnreadableEvent: this software does not know an event.
    """
    count = 0
    async for messages in _pages(data, query):
        out.writelines(map(_line, messages))
        count += len(messages)
        on_progress(count)
    return count


async def export_parquet(
    data: Path, query: EventsQuery, path: Path, *, on_progress: Progress = lambda _: None
) -> int:
    """Write the events of a journal to a new Parquet file; as `export_lines` otherwise.

    Raises:
        ParquetMissing: pyarrow is not installed.
    """
    try:
        import pyarrow  # noqa: PLC0415, ICN001 - an extra
        from pyarrow.parquet import ParquetWriter  # noqa: PLC0415
    except ImportError as error:
        raise ParquetMissing(
            f"Parquet needs an extra: pip install 'fillgate[parquet]' ({error})"
        ) from error
    schema = pyarrow.schema(
        [(name, getattr(pyarrow, kind)(*values)) for name, kind, *values in _COLUMNS]
    )
    rows: list[dict[str, Any]] = []
    count = 0
    with ParquetWriter(path, schema) as writer:
        async for messages in _pages(data, query):
            rows += map(_row, messages)
            count += len(messages)
            on_progress(count)
            if len(rows) >= _ROW_GROUP:
                writer.write_table(pyarrow.Table.from_pylist(rows, schema))
                rows = []
        writer.write_table(pyarrow.Table.from_pylist(rows, schema))
    return count


async def _pages(data: Path, query: EventsQuery) -> AsyncIterator[Sequence[Message]]:
    wanted = Wanted(query)
    reader = await SqliteReader.open(data / JOURNAL_FILE)
    try:
        subjects = Subjects(Blotter(remembered=0, logger=logger()), reader)
        place = START if query.after is None else await find_place(reader, query.after, "after")
        position = place.position
        while records := await reader.events(after=position, limit=_PAGE):
            position = records[-1].position
            yield wanted.among([Message(each, await subjects.of(each)) for each in records])
    finally:
        await reader.close()


def _line(message: Message) -> bytes:
    return msgspec.json.encode({"id": message.place.id} | plain(message.view)) + b"\n"


def _row(message: Message) -> dict[str, Any]:
    view = message.view
    return {
        "id": message.place.id,
        "at": message.at,
        "event": view.event,
        "stream": view.stream,
        "sequence": view.sequence,
        "signal": view.signal,
        "client_order_id": view.client_order_id,
        "account": view.account,
        "symbol": view.symbol,
        "details": msgspec.json.encode(plain(view.details)).decode(),
    }


_COLUMNS: Final = (
    ("id", "string"),
    ("at", "timestamp", "us", "UTC"),
    ("event", "string"),
    ("stream", "string"),
    ("sequence", "int64"),
    ("signal", "int64"),
    ("client_order_id", "string"),
    ("account", "string"),
    ("symbol", "string"),
    ("details", "string"),
)
