"""Why a signal was not taken: a stable code for programs, words for people."""

from enum import StrEnum

from fillgate.domain.errors import FillgateError

__all__ = ["Refusal", "RefusalCode"]


class RefusalCode(StrEnum):
    """The stable reasons of a `Refusal`."""

    BODY_TOO_LARGE = "BODY_TOO_LARGE"
    NOT_UTF8 = "NOT_UTF8"
    MALFORMED_JSON = "MALFORMED_JSON"
    """The body is not JSON, or holds what JSON allows and fillgate does not."""
    NOT_AN_OBJECT = "NOT_AN_OBJECT"
    TOO_DEEP = "TOO_DEEP"
    DUPLICATE_KEY = "DUPLICATE_KEY"
    UNRESOLVED_PLACEHOLDER = "UNRESOLVED_PLACEHOLDER"
    """The sender's template was not filled in."""
    UNKNOWN_FIELD = "UNKNOWN_FIELD"
    MISSING_FIELD = "MISSING_FIELD"
    INVALID_FIELD = "INVALID_FIELD"
    UNKNOWN_ACTION = "UNKNOWN_ACTION"
    CONFLICTING_FIELDS = "CONFLICTING_FIELDS"
    """Two fields that cannot both be meant."""
    STOP_WRONG_SIDE = "STOP_WRONG_SIDE"
    """A protective price that would trigger at once, or a target behind the entry."""
    STALE = "STALE"
    FROM_THE_FUTURE = "FROM_THE_FUTURE"
    LOW_CONFIDENCE = "LOW_CONFIDENCE"


class Refusal(FillgateError):
    """A signal was not taken. Nothing of it was done.

    The reason says what was wrong, where, and what would be right. It is printable, and never
    quotes more of the body than the value of the field that it names; of `secret` not even that.
    """

    def __init__(self, code: RefusalCode, reason: str, field: str | None = None) -> None:
        super().__init__(f"{code}: {reason}")
        self.code = code
        self.reason = reason
        self.field = field
        """The field of the body that is to blame, where there is one."""
