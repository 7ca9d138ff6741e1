"""What bodies may look like: JSON Schemas of the body types, from the readers of their fields.

Invariant: what a schema forbids is refused. What it allows may still be refused, where a rule goes
beyond one field's form; the descriptions say so.
"""

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, get_args

import msgspec
from msgspec import Meta

from fillgate.domain.numbers import MAX_DIGITS, MAX_EXPONENT, decimal_text
from fillgate.domain.orders import OrderType, required_fields
from fillgate.service.strict_bodies import free_text
from fillgate.signals.bodies import OrderTerms
from fillgate.signals.values import (
    boolean,
    fraction,
    hidden_text,
    identifier,
    instant,
    not_negative,
    positive,
)

__all__ = ["body_schema"]

Schema = dict[str, Any]

_NUMBER: Final = r"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?"
_TIME: Final = (
    "[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ](?:[01][0-9]|2[0-3]):[0-5][0-9]"
    r"(?::[0-5][0-9](?:\.[0-9]{1,9})?)?(?:[Zz]|[+-][0-9]{2}:?[0-9]{2})?"
)
_PRINTED: Final = r"\u0000-\u001f\u007f"
_EDGED: Final = f"^[^ {_PRINTED}](?:[^{_PRINTED}]*[^ {_PRINTED}])?$"

# 38 digits and no exponent above 0 once a number is written in plain notation.
_TOO_LARGE: Final = 10**MAX_DIGITS


def _number(sign: str, **limits: Any) -> Schema:
    return {
        "anyOf": [
            {"type": "number", **limits},
            {"type": "string", "maxLength": 100, "pattern": f"^{sign}{_NUMBER}$"},
        ]
    }


_ABOVE_ZERO: Final = _number("", exclusiveMinimum=0, exclusiveMaximum=_TOO_LARGE)

_BY_READER: Final[Mapping[Any, Schema]] = {
    positive: _ABOVE_ZERO,
    not_negative: _number("-?", minimum=0, exclusiveMaximum=_TOO_LARGE),
    fraction: _number("-?", minimum=0, maximum=1),
    boolean: {"type": "boolean"},
    instant: {
        "anyOf": [
            {"type": "number", "minimum": 946_684_800, "maximum": 4_102_444_800},
            {"type": "number", "minimum": 946_684_800_000, "maximum": 4_102_444_800_000},
            {"type": "string", "maxLength": 100, "pattern": f"^(?:{_TIME}|{_NUMBER})$"},
        ]
    },
    identifier: {"type": "string", "pattern": "^[!-~](?:[ -~]*[!-~])?$"},
    hidden_text: {"type": "string", "pattern": f"^[^{_PRINTED}]+$"},
    free_text: {"type": "string", "pattern": r"^[^\u0000]*$"},
}
"""What the readers of values take, by reader; those of texts and choices go by their type."""

NUMBERS: Final = (
    f"Numbers are JSON numbers or strings; they are taken as decimals, never as floats: finite, at "
    f"most {MAX_DIGITS} significant digits and {MAX_EXPONENT} decimal places, exponents within "
    f"+-{MAX_EXPONENT}, no spaces or underscores."
)
_COMMON: Final = (
    f"null means that the field is absent. {NUMBERS} Choices are taken in upper or lower case. "
    "Times are Unix seconds or milliseconds, as a number or a string, or ISO 8601 (UTC without an "
    "offset), of the years 2000 to 2100. A key that stands twice is refused, and so is a text "
    "with a NUL or half of a surrogate pair."
)


def _needs() -> str:
    needs = {str(kind): required_fields(kind) for kind in OrderType}
    return "; ".join(
        f"{kind} needs {' and '.join(f'`{name}`' for name in names)}"
        for kind, names in needs.items()
        if names
    )


_TOGETHER: Final = (
    f"An order has a `quantity` or a `quote_quantity`, not both. Of the types, {_needs()}. GTD "
    "needs `expire_time`, which goes with nothing else."
)


def body_schema(kind: type[msgspec.Struct], *, others: str | None) -> Schema:
    """Return the schema of a body type.

    Args:
        kind: its fields are `Annotated` with their readers.
        others: what becomes of fields that it does not have; None if they are refused.
    """
    fields = msgspec.structs.fields(kind)
    rules = [kind.__doc__ or "", _COMMON, others or "Fields that are not listed are refused."]
    if issubclass(kind, OrderTerms):
        rules.append(_TOGETHER)
    schema: Schema = {
        "title": kind.__name__,
        "description": "\n\n".join(rules),
        "type": "object",
        "properties": {field.name: _field_schema(field) for field in fields},
        "required": [field.name for field in fields if field.required],
    }
    if others is None:
        schema["additionalProperties"] = False
    return schema


def _field_schema(field: msgspec.structs.FieldInfo) -> Schema:
    annotated = next(
        part for part in (field.type, *get_args(field.type)) if hasattr(part, "__metadata__")
    )
    schema = dict(_value_schema(annotated))
    if not field.required:
        schema = _or_null(schema)
        if field.default is not None:
            schema["default"] = _shown(field.default)
    for note in annotated.__metadata__:
        if isinstance(note, Meta) and note.description is not None:
            schema["description"] = note.description
    return schema


def _value_schema(annotated: Any) -> Schema:
    kind = get_args(annotated)[0]
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return _choice(kind, annotated.__metadata__)
    schema: Schema = {}
    for note in annotated.__metadata__:
        if callable(note):
            # Symbols and other texts: printable, with no space at either end.
            schema |= _BY_READER.get(note, {"type": "string", "pattern": _EDGED})
        elif isinstance(note, Meta) and note.max_length is not None:
            schema |= {"minLength": 1, "maxLength": note.max_length}
    return schema


def _choice(kind: type[StrEnum], notes: tuple[Any, ...]) -> Schema:
    words = [member.value for member in kind]
    for note in notes:
        if isinstance(note, Meta) and note.extra_json_schema is not None:
            words = note.extra_json_schema["enum"]
    pattern = "|".join(map(_any_case, words))
    return {"type": "string", "pattern": f"^(?:{pattern})$", "examples": words}


def _any_case(word: str) -> str:
    return "".join(f"[{c.upper()}{c.lower()}]" if c.isalpha() else c for c in word)


def _or_null(schema: Schema) -> Schema:
    if "anyOf" in schema:
        return {**schema, "anyOf": [*schema["anyOf"], {"type": "null"}]}
    return {**schema, "type": [schema["type"], "null"]}


def _shown(value: Any) -> Any:
    return decimal_text(value) if isinstance(value, Decimal) else value
