"""Values and keys as TOML writes them."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

from fillgate.domain.numbers import decimal_text

__all__ = ["toml_key", "toml_text"]

_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")


def toml_key(*names: str) -> str:
    """Return a dotted key; names that are no bare keys stand in quotes."""
    return ".".join(name if _BARE.fullmatch(name) else _quoted(name) for name in names)


def toml_text(value: object) -> str:
    """Return a value on one line."""
    for kinds, write in _WRITERS:
        if isinstance(value, kinds):
            return write(value)
    # Numbers, and TOML's own dates and times.
    return value.isoformat() if hasattr(value, "isoformat") else repr(value)


def _table(values: Mapping[str, object]) -> str:
    pairs = (f"{toml_key(key)} = {toml_text(each)}" for key, each in values.items())
    return f"{{ {', '.join(pairs)} }}" if values else "{}"


def _list(values: Iterable[object]) -> str:
    return f"[{', '.join(map(toml_text, values))}]"


def _quoted(text: str) -> str:
    # JSON's escapes are TOML's, but JSON lets some characters stand that no terminal should get.
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(each if each.isprintable() else f"\\U{ord(each):08x}" for each in quoted)


_WRITERS: Final[tuple[tuple[tuple[type, ...], Callable[[Any], str]], ...]] = (
    ((bool,), lambda value: str(value).lower()),
    ((str,), _quoted),
    ((Decimal,), decimal_text),
    ((Mapping,), _table),
    ((frozenset, set), lambda values: _list(sorted(values))),
    ((list, tuple), _list),
)
