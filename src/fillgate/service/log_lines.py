"""From an event and its fields to one line: JSON for programs, words for people.

Invariants:

1. A line is a line: what others wrote (a symbol, a venue's text, an exception) can neither end it
   nor send anything to a terminal. In the style for people only a traceback takes further lines,
   each of them indented.
2. JSON is always one valid object with `timestamp`, `level` and `event` first; no field replaces
   these.
3. Nothing that is logged raises here, however strange it is.
"""

import re
import sys
import traceback
from collections.abc import Iterable, MutableMapping
from datetime import UTC, datetime
from time import time_ns
from types import TracebackType
from typing import Any, Final

import msgspec
import structlog

from fillgate.service.redaction import HIDDEN, Redaction, is_credential

__all__ = ["JsonLines", "PeopleLines"]

Fields = MutableMapping[str, Any]

_LEVELS: Final = {"exception": "error", "warn": "warning", "fatal": "critical", "msg": "info"}
"""Levels by those method names of loggers that are not their level's."""

_HEAD: Final = ("timestamp", "level", "event")
_DELETE: Final = 0x7F
_LONGEST_LINE: Final = 32 * 1024
_LONGEST_TEXT: Final = 4 * 1024
_FRAMES: Final = -20
_MOST_NAMES: Final = 500

# In UTF-8: DEL, C1 controls, separators of lines and paragraphs, what turns the direction of text.
_UNSAFE: Final = re.compile(
    rb"\x7f|\xc2[\x80-\x9f]|\xe2\x80[\x8e\x8f\xa8-\xae]|\xe2\x81[\xa6-\xa9]"
)

_PLAIN_TYPES: Final = frozenset({str, int, float, bool, type(None)})

_encode = msgspec.json.Encoder().encode


class _Clock:
    """The time of day as RFC 3339 text in UTC; the second's text is made once a second."""

    def __init__(self) -> None:
        self._second = -1
        self._text = ""

    def text(self) -> str:
        second, fraction = divmod(time_ns() // 1000, 1_000_000)
        if second != self._second:
            self._text = f"{datetime.fromtimestamp(second, UTC):%Y-%m-%dT%H:%M:%S}"
            self._second = second
        return f"{self._text}.{fraction:06d}Z"


class JsonLines:
    """Renders lines as JSON, one object each."""

    def __init__(self, redaction: Redaction) -> None:
        """Leave out what `redaction` hides."""
        self._redaction = redaction
        self._clock = _Clock()
        self._known: set[str] = set()
        """Names of fields that are neither a credential's nor a line's own."""

    def __call__(self, _: object, method: str, fields: Fields) -> bytes:
        """Return a line; a processor for structlog, the last of its chain."""
        now = self._clock.text()
        if self._known.issuperset(fields) and _PLAIN_TYPES.issuperset(map(type, fields.values())):
            # As nearly all are. The event's own name takes the place that is kept for it.
            level = _LEVELS.get(method, method)
            line: dict[str, Any] = {"timestamp": now, "level": level, "event": "", **fields}
        else:
            line = _headed(now, method, fields, self._redaction)
            self._learn(fields)
        try:
            text = _encode(line)
        except Exception:  # noqa: BLE001 - a line that cannot be encoded is made so that it can
            text = self._cleaned(line)
        if len(text) > _LONGEST_LINE or self._redaction.is_needed(text):
            text = self._cleaned(line)
        if not text.isascii() or _DELETE in text:
            text = _UNSAFE.sub(_escaped, text)
        return text + b"\n"

    def _learn(self, names: Iterable[str]) -> None:
        if len(self._known) < _MOST_NAMES:
            self._known |= {name for name in names if not is_credential(name)}
            self._known -= {"timestamp", "level", "exc_info"}
            self._known.add("event")

    def _cleaned(self, line: dict[str, Any]) -> bytes:
        cleaned = self._redaction.fields(line)
        text = _encode(cleaned)
        if len(text) > _LONGEST_LINE:
            text = _encode({name: _cut(value) for name, value in cleaned.items()})
        if len(text) > _LONGEST_LINE:
            text = _encode({name: _cut(cleaned[name]) for name in _HEAD if name in cleaned})
        return text


class PeopleLines:
    """Renders lines for people on a terminal."""

    def __init__(self, redaction: Redaction, *, colors: bool) -> None:
        """Leave out what `redaction` hides."""
        self._redaction = redaction
        self._clock = _Clock()
        self._renderer = structlog.dev.ConsoleRenderer(
            colors=colors, pad_event_to=28, sort_keys=False
        )

    def __call__(self, logger: object, method: str, fields: Fields) -> bytes:
        """Return a line; a processor for structlog, the last of its chain."""
        line = _headed(self._clock.text(), method, fields, self._redaction)
        line = self._redaction.fields(line)
        story = line.pop("exception", "")
        shown: dict[str, Any] = {_shown(name): _shown(value) for name, value in line.items()}
        shown["event"] = _printable(str(line["event"]))
        text = str(self._renderer(logger, method, shown))
        lines = [f"    {_printable(each)}" for each in str(story).split("\n") if each.strip()]
        return "\n".join((text, *lines, "")).encode(errors="backslashreplace")


def _headed(now: str, method: str, fields: Fields, redaction: Redaction) -> dict[str, Any]:
    """Return the whole line, its three own fields first; what is not plain made so."""
    error = fields.pop("exc_info", None)
    line = {
        "timestamp": now,
        "level": _LEVELS.get(method, method),
        "event": fields.pop("event", ""),
    }
    for name, value in fields.items():
        own = f"field_{name}" if name in line else name
        if is_credential(name):
            line[own] = HIDDEN
        else:
            line[own] = value if type(value) in _PLAIN_TYPES else redaction.value(value)
    if error:
        _tell(line, error)
    return line


def _tell(line: dict[str, Any], error: object) -> None:
    """Add what went wrong: in a sentence, and where."""
    raised = _exception(error)
    if raised is not None:
        name, told = type(raised).__name__, traceback.format_exception_only(raised)[-1].strip()
        line.setdefault("error", told or name)
        story = "".join(traceback.format_exception(raised, limit=_FRAMES))
        line["exception"] = story[-2 * _LONGEST_TEXT :].rstrip()


def _exception(error: object) -> BaseException | None:
    if isinstance(error, BaseException):
        return error
    if isinstance(error, tuple):
        return next((each for each in error if isinstance(each, BaseException)), None)
    current: tuple[type[BaseException] | None, BaseException | None, TracebackType | None]
    current = sys.exc_info()
    return current[1]


def _escaped(match: re.Match[bytes]) -> bytes:
    return b"".join(b"\\u%04x" % ord(character) for character in match[0].decode())


def _cut(value: object) -> object:
    text = value if isinstance(value, str) else _encode(value).decode()
    return value if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT]}..."


def _shown(value: Any) -> Any:
    """Return a value so that nobody can take a part of it for another field."""
    if value is None or isinstance(value, bool | int | float):
        return value
    # The renderer puts texts with white space, quotes or `=` into quotes.
    return _printable(value if isinstance(value, str) else _encode(value).decode())


def _printable(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in text
    )
