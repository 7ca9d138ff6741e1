"""The members of an enum, with what its class says of each."""

import ast
import inspect
import textwrap
from collections.abc import Iterator
from enum import StrEnum
from itertools import pairwise

__all__ = ["meanings"]


def meanings(kind: type[StrEnum]) -> Iterator[tuple[str, str]]:
    """Return the members of an enum with the texts below them."""
    body = ast.parse(textwrap.dedent(inspect.getsource(kind))).body[0]
    assert isinstance(body, ast.ClassDef)
    for node, after in pairwise([*body.body, ast.Pass()]):
        if isinstance(node, ast.Assign):
            assert isinstance(node.value, ast.Constant)
            told = isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)
            text = str(ast.literal_eval(after.value)) if told else ""  # type: ignore[attr-defined]  # see told
            yield f"`{node.value.value!s}`", " ".join(text.split())
