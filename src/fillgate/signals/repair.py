"""JSON as people and templates write it, made JSON: syntax is repaired, meaning is never guessed.

Invariants:

1. No member is added, left out or moved, and no value becomes another: what is not JSON is only
   written as JSON. A number that is none (NaN) becomes a text, which no number's reader takes.
2. What could be read in two ways is not repaired: a comma that is missing, a quote within a text, a
   text or a bracket without its end, two objects.
3. Each repair is told, with its place.
4. It takes time in proportion to the text, and nests no deeper than `MAX_DEPTH`.
"""

import json
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from enum import StrEnum
from typing import Final, NamedTuple

from fillgate.domain.errors import FillgateError
from fillgate.signals.json_text import MAX_DEPTH

__all__ = ["Repair", "RepairKind", "Repaired", "Unclear", "repaired", "words_of_repairs"]


class RepairKind(StrEnum):
    """What was not JSON, and what became of it."""

    BYTE_ORDER_MARK = "byte order mark left out"
    TEXT_AROUND = "text around the object left out"
    OUTER_QUOTES = "quotes around the object left out"
    COMMENT = "comment left out"
    TRAILING_COMMA = "comma before a closing bracket left out"
    SINGLE_QUOTES = "single quotes read as double ones"
    SMART_QUOTES = "typographic quotes read as straight ones"
    UNQUOTED_NAME = "name without quotes read as one"
    UNQUOTED_VALUE = "value without quotes read as a text"
    CAPITAL_LITERAL = "True or False read as true or false"
    NOT_A_NUMBER = "NaN or Infinity read as a text"
    CONTROL_CHARACTER = "line break or control character within a text kept"


class Repair(NamedTuple):
    """One repair and where it was, in lines and columns from 1."""

    kind: RepairKind
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.kind} (line {self.line}, column {self.column})"


def words_of_repairs(repairs: Sequence[Repair]) -> tuple[str, ...]:
    """Return a line on each kind of repair: where it was first, and how often."""
    counts = Counter(each.kind for each in repairs)
    first = {each.kind: each for each in reversed(repairs)}
    return tuple(
        str(first[kind]) + (f", {count} times" if count > 1 else "")
        for kind, count in counts.items()
    )


class Repaired(NamedTuple):
    """Text that is JSON, unless what is left cannot be read otherwise, and what was done to it."""

    text: str
    repairs: tuple[Repair, ...]


class Unclear(FillgateError):
    """A text that could mean more than one thing, or nothing. The message says where, and why."""


_DOUBLE: Final = '"\u201c\u201d\u201e\u201f'
_SINGLE: Final = "'\u2018\u2019\u201a\u201b"
_QUOTES: Final = frozenset(_DOUBLE + _SINGLE)
_CLOSING: Final = {"{": "}", "[": "]"}
_BRACKETS: Final = frozenset("{}[]")

_STRAIGHT: Final = re.compile(r'"((?:[^"\\]|\\.)*+)"', re.DOTALL)
_TYPOGRAPHIC: Final = re.compile(rf"[{_DOUBLE}]((?:[^{_DOUBLE}\\]|\\.)*+)[{_DOUBLE}]", re.DOTALL)
_APOSTROPHIC: Final = re.compile(rf"[{_SINGLE}]((?:[^{_SINGLE}\\]|\\.)*+)[{_SINGLE}]", re.DOTALL)
# What may not stand in a JSON string as it is; `\'` is no escape there.
_TO_ESCAPE: Final = re.compile(r"\\'|\\.|[\"\x00-\x1f]", re.DOTALL)
_CONTROL: Final = re.compile(r"[\x00-\x1f]")
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*+")
_COMMENT: Final = re.compile(r"//[^\n]*+|#[^\n]*+|/\*.*?\*/", re.DOTALL)
_SPACE: Final = re.compile(r"[ \t\r\n]*+")
_BLANK: Final = re.compile(r"[ \t]*+")
_WORD: Final = re.compile(rf"[^\s,{{}}\[\]\\{_DOUBLE}{_SINGLE}]++")
_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?")
_LITERALS: Final = frozenset({"true", "false", "null"})
_CAPITAL_LITERALS: Final = {"True": "true", "False": "false"}
_NO_NUMBERS: Final = frozenset({"NaN", "Infinity", "-Infinity"})


def repaired(text: str) -> Repaired:
    """Return the one object in a text as JSON.

    Raises:
        Unclear: there is none, or it could be read in more than one way.
    """
    inner = _within_string(text)
    scribe = _Scribe(text if inner is None else inner)
    if inner is not None:
        scribe.note(RepairKind.OUTER_QUOTES, 0)
    return scribe.rewritten()


def _within_string(text: str) -> str | None:
    """Return what a JSON string holds that the whole text is; None if it is none."""
    if not text.lstrip().startswith('"'):
        return None
    try:
        inner = json.loads(text)
    except ValueError:
        return None
    return inner if isinstance(inner, str) else None


class _Scribe:
    """Writes an object anew, from its opening brace to its closing one."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._written: list[str] = []
        self._noted: list[tuple[int, RepairKind]] = []

    def note(self, kind: RepairKind, at: int) -> None:
        """Remember a repair."""
        self._noted.append((at, kind))

    def rewritten(self) -> Repaired:
        """Return the object, and what was done to it."""
        start = self._text.find("{")
        if start < 0:
            raise Unclear("it holds no object: {...}")
        self._leave_out(0, start, "before")
        self._at = start
        self._container("{", 1)
        self._leave_out(self._at, len(self._text), "behind")
        return Repaired("".join(self._written), self._repairs())

    def _leave_out(self, start: int, end: int, side: str) -> None:
        around = self._text[start:end]
        if not _BRACKETS.isdisjoint(around):
            raise self._unclear(f"there are brackets {side} the object", start)
        words = around.strip()
        if words.startswith("\ufeff") and start == 0:
            self.note(RepairKind.BYTE_ORDER_MARK, 0)
            words = words[1:].strip()
        if words:
            quoted = words in _QUOTES
            kind = RepairKind.OUTER_QUOTES if quoted else RepairKind.TEXT_AROUND
            self.note(kind, start + around.find(words))

    # Values

    def _value(self, depth: int) -> None:
        character = self._next()
        if character in _CLOSING:
            self._container(character, depth)
        elif character in _QUOTES:
            self._string()
        else:
            self._bare()

    def _container(self, opening: str, depth: int) -> None:
        if depth > MAX_DEPTH:
            raise self._unclear(f"it is nested more than {MAX_DEPTH} deep", self._at)
        closing = _CLOSING[opening]
        self._copy(opening)
        comma: int | None = None
        members = 0
        while self._next() != closing:
            if members and comma is None:
                raise self._unclear(f"a comma or {closing!r} is missing", self._at)
            if members:
                self._written.append(",")
            if opening == "{":
                self._name()
            self._value(depth + 1)
            members += 1
            comma = self._comma()
        if comma is not None:
            self.note(RepairKind.TRAILING_COMMA, comma)
        self._copy(closing)

    def _comma(self) -> int | None:
        if self._next() != ",":
            return None
        self._at += 1
        return self._at - 1

    def _name(self) -> None:
        if self._next() in _QUOTES:
            self._string()
        else:
            name = _NAME.match(self._text, self._at)
            if name is None:
                raise self._unclear("a name is missing", self._at)
            self._write_text(name[0], RepairKind.UNQUOTED_NAME)
            self._at = name.end()
        if self._next() != ":":
            raise self._unclear("a colon is missing behind a name", self._at)
        self._copy(":")

    # Texts

    def _string(self) -> None:
        quote = self._text[self._at]
        string = _pattern(quote).match(self._text, self._at)
        if string is None:
            raise self._unclear("a text has no end", self._at)
        if quote != '"':
            straight = quote == "'" and self._text[string.end() - 1] == "'"
            kind = RepairKind.SINGLE_QUOTES if straight else RepairKind.SMART_QUOTES
            self.note(kind, self._at)
        if _CONTROL.search(string[1]):
            self.note(RepairKind.CONTROL_CHARACTER, self._at)
        pattern = _CONTROL if quote == '"' else _TO_ESCAPE
        self._written.append(f'"{pattern.sub(_escaped, string[1])}"')
        self._at = string.end()

    def _bare(self) -> None:
        """Write a value without quotes: a number, a literal, or words up to what ends them."""
        start = self._at
        words = self._words()
        if not words:
            raise self._unclear("a value is missing", start)
        if words in _LITERALS or _NUMBER.fullmatch(words):
            self._written.append(words)
        elif words in _CAPITAL_LITERALS:
            self.note(RepairKind.CAPITAL_LITERAL, start)
            self._written.append(_CAPITAL_LITERALS[words])
        else:
            kind = RepairKind.NOT_A_NUMBER if words in _NO_NUMBERS else RepairKind.UNQUOTED_VALUE
            self._at = start
            self._write_text(words, kind)
            self._at = start + len(words)

    def _words(self) -> str:
        """Take words of one line that no comment begins."""
        start = end = self._at
        while True:
            word = _WORD.match(self._text, self._at)
            if word is None or _COMMENT.match(word[0]) or word[0].startswith("/*"):
                return self._text[start:end]
            if word[0].endswith(":") or (end > start and ":" in word[0]):
                raise self._unclear("a comma or a quote is missing before a colon", self._at)
            end = word.end()
            self._at = self._after(_BLANK, end)

    def _write_text(self, words: str, kind: RepairKind) -> None:
        self.note(kind, self._at)
        self._written.append(f'"{words}"')

    # Moving

    def _next(self) -> str:
        """Return the next character that is neither space nor in a comment."""
        while True:
            self._at = self._after(_SPACE, self._at)
            comment = _COMMENT.match(self._text, self._at)
            if comment is None:
                break
            self.note(RepairKind.COMMENT, self._at)
            self._at = comment.end()
        if self._at == len(self._text):
            raise self._unclear("it ends before it is complete", self._at)
        return self._text[self._at]

    def _after(self, pattern: re.Pattern[str], at: int) -> int:
        found = pattern.match(self._text, at)
        return at if found is None else found.end()

    def _copy(self, character: str) -> None:
        self._written.append(character)
        self._at += 1

    # Telling

    def _unclear(self, what: str, at: int) -> Unclear:
        line, column = self._place(self._line_starts(), at)
        return Unclear(f"{what} (line {line}, column {column})")

    def _repairs(self) -> tuple[Repair, ...]:
        starts = self._line_starts()
        return tuple(Repair(kind, *self._place(starts, at)) for at, kind in self._noted)

    def _line_starts(self) -> list[int]:
        return [0, *(found.end() for found in re.finditer("\n", self._text))]

    @staticmethod
    def _place(starts: list[int], at: int) -> tuple[int, int]:
        line = bisect_right(starts, at)
        return line, at - starts[line - 1] + 1


def _pattern(quote: str) -> re.Pattern[str]:
    """Return what a text looks like that this quote opens."""
    if quote == '"':
        return _STRAIGHT
    return _APOSTROPHIC if quote in _SINGLE else _TYPOGRAPHIC


def _escaped(found: re.Match[str]) -> str:
    unit = found[0]
    if unit == "\\'":
        return "'"
    if unit.startswith("\\"):
        return unit
    return '\\"' if unit == '"' else f"\\u{ord(unit):04x}"
