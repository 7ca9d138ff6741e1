"""Where in a configuration file something stands.

The standard library's parser tells no places. So the file is parsed once more in pieces: a piece
grows by a line until it is TOML by itself, and then it is one table's header or one value, however
it is written. That is done only for errors.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from fillgate.domain.errors import ConfigurationError

__all__ = ["located", "places"]

_NAMED: Final = re.compile(r"`([^`]+)`")
_INDEX: Final = re.compile(r"\[\d+\]")
_LONGEST: Final = 500
"""Lines of a piece; behind a longer value errors have no line numbers."""


@contextmanager
def located(path: Path | str | None) -> Iterator[None]:
    """Put file and line before each finding that begins with the name of a setting in the file."""
    try:
        yield
    except ConfigurationError as error:
        if path is None:
            raise
        where = places(Path(path))
        lines = [(_line(text, where), text) for text in error.findings]
        # In the file's order; what does not stand in it comes last.
        lines.sort(key=lambda each: (each[0] == 0, each[0]))
        raise ConfigurationError(
            *(f"{path}, line {line}: {text}" if line else text for line, text in lines)
        ) from None


def _line(finding: str, where: Mapping[str, int]) -> int:
    """Return the line of the setting that a finding begins with; 0 if it is not in the file."""
    named = _NAMED.match(finding)
    key = "" if named is None else _INDEX.sub("", named[1])
    # What is missing is told at the table that it is missing from.
    return where.get(key) or where.get(key.rpartition(".")[0]) or 0


def places(path: Path) -> Mapping[str, int]:
    """Return for each table and key, by its dotted name, the line where it begins."""
    try:
        # TOML has one end of a line; Python's splitlines knows more.
        lines = [f"{line}\n" for line in path.read_text(encoding="utf-8").split("\n")]
    except (OSError, UnicodeDecodeError):
        return {}
    found: dict[str, int] = {}
    table = ""
    for begin, piece in _pieces(lines):
        is_header = piece.lstrip().startswith("[")
        names = list(_names(tomllib.loads(piece), "" if is_header else table))
        if is_header:
            table = f"{names[-1]}."
        for name in names:
            found.setdefault(name, begin)
    return found


def _pieces(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Give each header and each value with the number of its first line."""
    begin, piece = 0, ""
    for number, line in enumerate(lines, start=1):
        if not piece:
            if not line.strip() or line.lstrip().startswith("#"):
                continue
            begin = number
        piece += line
        if _is_whole(piece):
            yield begin, piece
            piece = ""
        elif number - begin > _LONGEST:
            return


def _is_whole(piece: str) -> bool:
    try:
        tomllib.loads(piece)
    except tomllib.TOMLDecodeError:
        return False
    return True


def _names(tree: Mapping[str, Any], before: str = "") -> Iterator[str]:
    for key, value in tree.items():
        yield before + key
        inner = value[0] if isinstance(value, list) and value else value
        if isinstance(inner, Mapping):
            yield from _names(inner, f"{before}{key}.")
