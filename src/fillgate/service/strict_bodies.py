"""From the body of a request about what is there already to its type, or to a problem.

Invariants:

1. Every field is known: one that is not is refused, with those that are.
"""

from typing import Final, Generic, TypeVar

from msgspec import Struct

from fillgate.service.problems import Problem
from fillgate.signals.fields import BodyReader
from fillgate.signals.json_text import Json, NumberText, parse_object
from fillgate.signals.refusals import Refusal, RefusalCode
from fillgate.signals.unknown_fields import shown_name

__all__ = ["StrictBody", "free_text"]


def free_text(name: str, value: Json) -> str:
    """Read any text."""
    if isinstance(value, str) and not isinstance(value, NumberText):
        return value
    reason = f"`{name}`: expected text in quotes"
    raise Refusal(RefusalCode.INVALID_FIELD, reason, name)


Body = TypeVar("Body", bound=Struct)


class StrictBody(Generic[Body]):
    """Reads bodies of one type."""

    def __init__(self, kind: type[Body]) -> None:
        """Read bodies of `kind`, as `BodyReader` does."""
        self._fields: Final = BodyReader(kind)

    def read(self, body: bytes) -> Body:
        """Return what a body says.

        Raises:
            Problem: it is no JSON object, or not what it should be.
        """
        try:
            return self._fields.read(self._members(body))
        except Refusal as refusal:
            raise Problem(str(refusal.code), refusal.reason, field=refusal.field) from None

    def _members(self, body: bytes) -> dict[str, Json]:
        members = parse_object(body)
        for name in self._fields.unknown(members):
            known = ", ".join(sorted(self._fields.names))
            reason = f"{shown_name(name)}: known fields are {known}"
            raise Refusal(RefusalCode.UNKNOWN_FIELD, reason, name)
        return members
