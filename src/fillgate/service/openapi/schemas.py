"""What answers look like: the schemas of their types, each once under its name."""

import inspect
from collections.abc import Iterable
from typing import Any, Final

import msgspec

from fillgate.service.plain import DecimalText, plain_type, whole_type
from fillgate.service.views import Answer

__all__ = ["DECIMAL_PATTERN", "answer_schema", "answer_schemas"]

DECIMAL_PATTERN: Final = r"^(?:0|-?[1-9][0-9]*|-?(?:0|[1-9][0-9]*)\.[0-9]*[1-9])$"

_DECIMAL: Final = {
    "title": "Decimal",
    "description": "A decimal as text: plain notation, no exponent, no spare zeros. Read it as a "
    "decimal, not as a float.",
    "type": "string",
    "pattern": DECIMAL_PATTERN,
    "examples": ["0.01", "-1500"],
}
_REF: Final = "#/components/schemas/{name}"

_AS_THEY_STAND: Final = frozenset({Answer})
"""Types that are encoded as they stand; all others go through `plain`."""


def answer_schemas(kinds: Iterable[type[msgspec.Struct]]) -> dict[str, Any]:
    """Return the schemas of these types and of all that they hold, by name."""
    shown = [whole_type(kind) if kind in _AS_THEY_STAND else plain_type(kind) for kind in kinds]
    _, found = msgspec.json.schema_components(shown, schema_hook=_hook, ref_template=_REF)
    for schema in found.values():
        if "description" in schema:
            schema["description"] = inspect.cleandoc(schema["description"])
    return {"Decimal": _DECIMAL, **found}


def answer_schema(kind: Any) -> dict[str, Any]:
    """Return the schema of one type, whose parts are among `answer_schemas`."""
    (schema,), _ = msgspec.json.schema_components(
        [plain_type(kind)], schema_hook=_hook, ref_template=_REF
    )
    return schema


def _hook(kind: type) -> dict[str, Any]:
    if kind is DecimalText:
        return {"$ref": _REF.format(name="Decimal")}
    raise NotImplementedError
