"""Files of recorded quotes, trades or bars: CSV, also gzipped, and Parquet.

A CSV file is UTF-8 text whose first line names the columns; commas, semicolons or tabs part them.
Of a Parquet file, decimal and text columns are read exactly. A float column is read as the shortest
decimal number that is nearest to the same float: what a person would have written. Parquet needs
pyarrow, the extra `fillgate[parquet]`.

Which columns there may be, and what is refused, is told in `fillgate.market.feeds.recordings`.
"""

import csv
import gzip
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TextIO, cast

from fillgate.market.feeds.quoting import Quoting
from fillgate.market.feeds.recordings import BadRecording, Recording, Table, read_recording
from fillgate.market.feeds.recordings.columns import BadColumns, find_columns
from fillgate.market.listings import Listing

__all__ = ["SUFFIXES", "find_recording", "load_recording"]

_DELIMITERS: Final = ",;\t"
_BATCH: Final = 1 << 14
"""Rows of a Parquet file that are in memory at once."""


def load_recording(path: Path, listing: Listing, quoting: Quoting) -> Recording:
    """Read a whole file of recorded quotes, trades or bars.

    Args:
        path: the file; its name ends in one of `SUFFIXES`.
        listing: what the recorded symbol is.
        quoting: who quotes around the prices of trades and bars.

    Raises:
        BadRecording: it cannot be read, or a row of it is broken; or pyarrow is not installed.
    """
    read = next((read for end, read in _READERS.items() if path.name.endswith(end)), None)
    if read is None:
        raise BadRecording(f"{path}: expected a file named {_suffixes()}")
    try:
        return read(path, listing, quoting)
    except UnicodeDecodeError as error:
        raise BadRecording(f"{path}: expected UTF-8 text ({error.reason})") from None
    except (OSError, EOFError, zlib.error) as error:
        # The last two are what gzip raises for a file that was cut off or damaged.
        words = getattr(error, "strerror", None) or str(error)
        raise BadRecording(f"{path}: cannot be read: {words}") from None


def find_recording(folder: Path, names: Sequence[str]) -> Path:
    """Return the file of a symbol in a folder.

    Args:
        folder: that is looked into, not its subfolders.
        names: of the symbol; the file has one of them, with one of `SUFFIXES`.

    Raises:
        BadRecording: there is none, or more than one.
    """
    wanted = {name + suffix for name in names for suffix in SUFFIXES if "/" not in name}
    try:
        found = sorted(path for path in folder.iterdir() if path.name in wanted)
    except OSError as error:
        raise BadRecording(f"{folder}: cannot be read: {error.strerror}") from None
    if len(found) != 1:
        names_found = ", ".join(path.name for path in found) or "none"
        raise BadRecording(
            f"{folder}: expected one file named {' or '.join(names)} with {_suffixes()}; "
            f"found {names_found}"
        )
    return found[0]


def _suffixes() -> str:
    return ", ".join(f"*{suffix}" for suffix in SUFFIXES)


def _read_csv(path: Path, listing: Listing, quoting: Quoting) -> Recording:
    with path.open(encoding="utf-8-sig", newline="") as text:
        return _read_text(path, text, listing, quoting)


def _read_gzipped(path: Path, listing: Listing, quoting: Quoting) -> Recording:
    with gzip.open(path, "rt", encoding="utf-8-sig", newline="") as text:
        return _read_text(path, cast("TextIO", text), listing, quoting)


def _read_text(path: Path, text: TextIO, listing: Listing, quoting: Quoting) -> Recording:
    head = text.readline()
    delimiter = max(_DELIMITERS, key=head.count)
    lines = csv.reader(text, delimiter=delimiter, strict=True)
    try:
        names = next(csv.reader([head], delimiter=delimiter), [])
        # The first line has been read.
        rows = ((lines.line_num + 1, cells) for cells in lines)
        return read_recording(Table(str(path), names, rows), listing, quoting)
    except csv.Error as error:
        raise BadRecording(f"{path}, line {lines.line_num + 1}: {error}") from None


def _read_parquet(path: Path, listing: Listing, quoting: Quoting) -> Recording:
    try:
        import pyarrow  # noqa: PLC0415, ICN001 - an extra
        from pyarrow.parquet import ParquetFile  # noqa: PLC0415
    except ImportError as error:
        raise BadRecording(
            f"{path}: Parquet needs an extra: pip install 'fillgate[parquet]' ({error})"
        ) from error
    try:
        with path.open("rb") as raw, ParquetFile(raw) as file:
            names = _known_columns(path, file.schema_arrow)
            rows = _parquet_rows(path, file, names, pyarrow)
            return read_recording(Table(str(path), names, rows, unit="row"), listing, quoting)
    except pyarrow.ArrowException as error:
        raise BadRecording(f"{path}: cannot be read: {error}") from None


def _known_columns(path: Path, schema: Any) -> list[str]:
    """Return the columns that count; the others are never read."""
    try:
        _, places = find_columns(schema.names)
    except BadColumns as error:
        raise BadRecording(f"{path}: {error}") from None
    return [schema.names[place] for place in sorted(places.values())]


def _parquet_rows(
    path: Path, file: Any, names: Sequence[str], pyarrow: Any
) -> Iterator[tuple[int, Sequence[str]]]:
    number = 0
    for batch in file.iter_batches(batch_size=_BATCH, columns=names):
        columns = [_texts(path, name, batch.column(name), pyarrow) for name in names]
        for cells in zip(*columns, strict=True):
            number += 1
            yield number, cells


def _texts(path: Path, name: str, column: Any, pyarrow: Any) -> list[str]:
    """Return the values of a column as text; nothing at all for one that is missing."""
    if pyarrow.types.is_timestamp(column.type):
        if column.type.tz is None:
            raise BadRecording(
                f"{path}, column {name!r}: expected times with a zone, such as "
                f"timestamp[{column.type.unit}, tz=UTC]; found {column.type}"
            )
        # The number alone: its magnitude tells the unit.
        column = column.cast(pyarrow.int64())
    return [text or "" for text in column.cast(pyarrow.string()).to_pylist()]


_Reader = Callable[[Path, Listing, Quoting], Recording]
_READERS: Final[Mapping[str, _Reader]] = {
    ".csv": _read_csv,
    ".csv.gz": _read_gzipped,
    ".parquet": _read_parquet,
}

SUFFIXES: Final = tuple(_READERS)
"""What the names of recordings end in."""
