"""A schema in a few words, for pages."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

__all__ = ["TypeName", "type_words"]


class TypeName(NamedTuple):
    """The name of a type that the document describes."""

    name: str


Words = tuple[str | TypeName, ...]


def type_words(schema: Mapping[str, Any]) -> Words:
    """Return what a value is, as words and names of types, to be put together."""
    if "$ref" in schema:
        return (TypeName(schema["$ref"].rpartition("/")[2]),)
    parts = schema.get("anyOf", schema.get("allOf"))
    if parts is not None:
        return _either(type_words(each) for each in parts if "properties" not in each)
    choices = schema.get("enum", schema.get("examples"))
    if choices is not None:
        return (" | ".join(map(str, choices)),)
    if schema.get("type") == "array":
        return ("array of ", *type_words(schema["items"]))
    if "additionalProperties" in schema and schema.get("type") == "object":
        return ("object of ", *type_words(schema["additionalProperties"]))
    kinds = schema.get("type", "anything")
    return (kinds if isinstance(kinds, str) else " or ".join(kinds),)


def _either(kinds: Iterable[Words]) -> Words:
    first, *others = dict.fromkeys(kinds)
    return (*first, *(part for kind in others for part in (" or ", *kind)))
