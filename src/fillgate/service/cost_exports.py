"""Reports of costs for other programs: CSV and Parquet, one row a group or an order.

Invariants:

1. Amounts are exact: CSV has them as canonical text, Parquet as decimals with `_PLACES` places,
   rounded half-even beyond those (only averages have more).
2. Rows are written as they come; memory holds a bounded number of them.
"""

import csv
from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Context, Decimal
from itertools import islice
from pathlib import Path
from typing import Any, Final, get_args

import msgspec

from fillgate.domain.numbers import decimal_text
from fillgate.service.exporting import ParquetMissing

__all__ = ["write_csv", "write_parquet"]

_ROW_GROUP: Final = 20_000
_PLACES: Final = 12
_DIGITS: Final = 38
_STEP: Final = Decimal(1).scaleb(-_PLACES)
_CONTEXT: Final = Context(prec=_DIGITS, rounding=ROUND_HALF_EVEN)


def write_csv(rows: Iterable[msgspec.Struct], kind: type[msgspec.Struct], path: Path) -> int:
    """Write views as CSV with a line of names; return how many there were.

    Args:
        rows: of one kind.
        kind: their type.
        path: a new file.
    """
    count = 0
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(kind.__struct_fields__)
        for row in rows:
            out.writerow([_text(getattr(row, name)) for name in kind.__struct_fields__])
            count += 1
    return count


def _text(value: object) -> object:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, Mapping):
        return " ".join(f"{decimal_text(amount)} {asset}" for asset, amount in value.items())
    return str(value)


def write_parquet(rows: Iterable[msgspec.Struct], kind: type[msgspec.Struct], path: Path) -> int:
    """Write views as Parquet; as `write_csv` otherwise.

    Raises:
        ParquetMissing: pyarrow is not installed.
    """
    try:
        import pyarrow  # noqa: PLC0415, ICN001 - an extra
        from pyarrow import parquet  # noqa: PLC0415
    except ImportError as error:
        raise ParquetMissing(
            f"Parquet needs an extra: pip install 'fillgate[parquet]' ({error})"
        ) from error
    fields = [(name, _column(pyarrow, types)) for name, types in _types_of(kind).items()]
    schema, waiting, count = pyarrow.schema(fields), iter(rows), 0
    with parquet.ParquetWriter(path, schema) as writer:
        while some := [
            {name: _cell(getattr(row, name)) for name, _ in fields}
            for row in islice(waiting, _ROW_GROUP)
        ]:
            writer.write_table(pyarrow.Table.from_pylist(some, schema))
            count += len(some)
    return count


def _types_of(kind: type[msgspec.Struct]) -> dict[str, Sequence[Any]]:
    """Return for each field the types that its values may have."""
    return {field.name: _flat(field.type) for field in msgspec.structs.fields(kind)}


def _flat(annotation: Any) -> list[Any]:
    inner = [each for each in get_args(annotation) if each is not type(None)]
    if hasattr(annotation, "__metadata__"):
        return _flat(get_args(annotation)[0])
    if isinstance(annotation, type) or not inner or getattr(annotation, "__origin__", None):
        return [annotation]
    return [found for each in inner for found in _flat(each)]


def _column(pyarrow: Any, types: Sequence[Any]) -> Any:
    if Decimal in types:
        return pyarrow.decimal128(_DIGITS, _PLACES)
    return pyarrow.int64() if int in types else pyarrow.string()


def _cell(value: object) -> object:
    if isinstance(value, Decimal):
        return value.quantize(_STEP, context=_CONTEXT)
    return value if value is None or isinstance(value, int) else _text(value)
