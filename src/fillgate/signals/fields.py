"""From a JSON object to a body type, field by field, as the type's table says.

Invariants:

1. A field's reader stands in its annotation; there is no second table.
2. null means that the field is absent. The empty string does not.
3. What becomes of members that are no field of the type, the caller decides.
"""

from collections.abc import Mapping
from typing import Any, Final, Generic, TypeVar, cast, get_args

import msgspec

from fillgate.signals.json_text import Json
from fillgate.signals.refusals import Refusal, RefusalCode
from fillgate.signals.values import Reader

__all__ = ["BodyReader"]

Body = TypeVar("Body", bound=msgspec.Struct)


class BodyReader(Generic[Body]):
    """Reads JSON objects into one body type."""

    def __init__(self, kind: type[Body]) -> None:
        """Make the table of fields.

        Args:
            kind: a Struct whose fields are `Annotated` with their readers.
        """
        self._kind: Final = kind
        fields = msgspec.structs.fields(kind)
        self._readers: Final[Mapping[str, Reader]] = {
            field.name: _reader_in(field.type) for field in fields
        }
        self._required: Final = tuple(field.name for field in fields if field.required)
        self._defaults: Final[Mapping[str, Any]] = {
            field.name: field.default
            for field in fields
            if not field.required and field.default is not None
        }

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all fields, in the order of the type."""
        return tuple(self._readers)

    def unknown(self, members: Mapping[str, Json]) -> tuple[str, ...]:
        """Return the names of the members that are no field of the body."""
        if members.keys() <= self._readers.keys():
            return ()
        return tuple([name for name in members if name not in self._readers])

    def read(self, members: Mapping[str, Json]) -> Body:
        """Return the body; members that are no field of it are left out.

        Raises:
            Refusal: a value is wrong or a required field is missing.
        """
        return self._kind(**self.values(members))

    def values(self, members: Mapping[str, Json]) -> dict[str, Any]:
        """Return the values of the body's fields by name; a field that is None is not among them.

        Raises:
            Refusal: as for `read`.
        """
        values = dict(self._defaults)
        readers = self._readers
        for name, value in members.items():
            reader = readers.get(name)
            if reader is not None and value is not None:
                values[name] = reader(name, value)
        for name in self._required:
            if name not in values:
                raise Refusal(RefusalCode.MISSING_FIELD, f"`{name}` is missing", name)
        return values


def _reader_in(annotation: object) -> Reader:
    """Return the function among the metadata of `Annotated[...]` or `Annotated[...] | None`."""
    for part in (annotation, *get_args(annotation)):
        for metadata in getattr(part, "__metadata__", ()):
            if callable(metadata):
                return cast("Reader", metadata)
    msg = f"{annotation} names no reader"
    raise TypeError(msg)
