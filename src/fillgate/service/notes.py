"""What the source says of a type's fields: the docstrings that follow them."""

import ast
import inspect
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

__all__ = ["field_notes"]


def field_notes(kind: type) -> dict[str, str]:
    """Return what is said of each field of a class, its bases' among them; each on one line.

    Fields of which nothing is said are not in it. Without the source nothing is.
    """
    notes: dict[str, str] = {}
    for base in reversed(kind.__mro__):
        notes |= _notes_in(base.__module__).get(base.__qualname__, {})
    return notes


@cache
def _notes_in(module: str) -> Mapping[str, dict[str, str]]:
    try:
        tree = ast.parse(inspect.getsource(sys.modules[module]))
    except (OSError, TypeError, KeyError):
        return {}
    return {
        node.name: dict(_notes_of(node)) for node in tree.body if isinstance(node, ast.ClassDef)
    }


def _notes_of(kind: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for field, after in zip(kind.body, kind.body[1:], strict=False):
        text: Any = after.value if isinstance(after, ast.Expr) else None
        told = isinstance(text, ast.Constant) and isinstance(text.value, str)
        if told and isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            yield field.target.id, " ".join(text.value.split())
