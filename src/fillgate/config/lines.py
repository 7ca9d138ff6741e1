"""Where in a configuration file something stands.

The standard library's parser tells no places. So the file is parsed up to each of its lines: what
is in the tree with a line and was not without it stands on that line, however it is written. That
is done only for errors.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from fillgate.domain.errors import ConfigurationError

__all__ = ["located", "places"]

_NAMED: Final = re.compile(r"`([^`]+)`")
_INDEX: Final = re.compile(r"\[\d+\]")
_MOST_LINES: Final = 2000
"""Beyond it errors have no line numbers: the work grows with the square."""


@contextmanager
def located(path: Path | str | None) -> Iterator[None]:
    """Put file and line before each finding that begins with the name of a setting in the file."""
    try:
        yield
    except ConfigurationError as error:
        if path is None:
            raise
        where = places(Path(path))
        raise ConfigurationError(
            *(_located(text, path, where) for text in error.findings)
        ) from None


def _located(finding: str, path: Path | str, where: Mapping[str, int]) -> str:
    named = _NAMED.match(finding)
    if named is None:
        return finding
    key = _INDEX.sub("", named[1])
    # What is missing is told at the table that it is missing from.
    line = where.get(key) or where.get(key.rpartition(".")[0])
    return finding if line is None else f"{path}, line {line}: {finding}"


def places(path: Path) -> Mapping[str, int]:
    """Return for each table and key, by its dotted name, the line where it begins."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    except (OSError, UnicodeDecodeError):
        return {}
    if len(lines) > _MOST_LINES:
        return {}
    found: dict[str, int] = {}
    start, text = 0, ""
    for number, line in enumerate(lines, start=1):
        text += line
        try:
            tree = tomllib.loads(text)
        except tomllib.TOMLDecodeError:
            # Within a value of several lines, or wrong from here on.
            continue
        begin = _first_said(lines, start, number)
        for name in _names(tree):
            found.setdefault(name, begin)
        start = number
    return found


def _first_said(lines: list[str], start: int, end: int) -> int:
    """Return the first line behind `start` that is neither empty nor a comment."""
    for number in range(start, end):
        if lines[number].strip() and not lines[number].lstrip().startswith("#"):
            return number + 1
    return end


def _names(tree: Mapping[str, Any], before: str = "") -> Iterator[str]:
    for key, value in tree.items():
        yield before + key
        if isinstance(value, Mapping):
            yield from _names(value, f"{before}{key}.")
