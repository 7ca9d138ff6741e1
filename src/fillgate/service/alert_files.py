"""Files of alerts with the times at which they came: what a replay sends.

Each line is a JSON object:

    {"time": "2026-01-05T09:30:01Z", "alert": {"symbol": "BTC/USDT", "action": "buy", ...}}

`time` is ISO 8601 with its offset, or Unix milliseconds; `alert` is the body: an object, or the
text as it was sent.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from fillgate.domain.errors import FillgateError

__all__ = ["AlertFileError", "TimedAlert", "read_alerts"]

_MOST_SHOWN = 60


class AlertFileError(FillgateError):
    """A line of a file of alerts cannot be read; the text names it and says what would be right."""


class TimedAlert(NamedTuple):
    """An alert, and when it came."""

    at: int
    """Unix microseconds."""
    body: bytes


class _Line(msgspec.Struct, forbid_unknown_fields=True):
    time: str | int
    alert: msgspec.Raw


def read_alerts(lines: Iterable[bytes], name: str) -> list[TimedAlert]:
    """Return the alerts of a file in the order of their times.

    Args:
        lines: of the file; empty ones do not count.
        name: of the file, for errors.

    Raises:
        AlertFileError: a line is not what it should be.
    """
    return sorted(_read(lines, name), key=lambda alert: alert.at)


def _read(lines: Iterable[bytes], name: str) -> Iterator[TimedAlert]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            read = msgspec.json.decode(line, type=_Line)
            yield TimedAlert(_microseconds(read.time), _body(bytes(read.alert)))
        except (msgspec.MsgspecError, UnicodeDecodeError, ValueError) as error:
            raise AlertFileError(f"{name}, line {number}: {error}") from None


def _microseconds(time: str | int) -> int:
    if isinstance(time, int):
        return time * 1000
    try:
        moment = datetime.fromisoformat(time)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise ValueError(
            "expected `time` as ISO 8601 with its offset, such as 2026-01-05T09:30:01Z, or as Unix "
            f"milliseconds, found {time[:_MOST_SHOWN]!r}"
        )
    return int(moment.timestamp() * 1_000_000)


def _body(alert: bytes) -> bytes:
    """Return the body as it is sent; an object as it stands there, so that numbers keep digits."""
    read = msgspec.json.decode(alert, type=dict[str, Any] | str)
    return read.encode() if isinstance(read, str) else alert
