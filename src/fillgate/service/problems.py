"""What can go wrong over HTTP: one table of codes, and problem documents (RFC 9457).

Invariants:

1. Every refusal has a stable `code`; the code decides the HTTP status.
2. On webhooks 5xx is used only where a re-send is safe and wanted: senders re-send on 5xx.
3. A webhook's problem also carries `success`, `order_id` and `error`, like its answers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from fillgate.service.http import Reply

__all__ = ["PROBLEMS", "Problem", "ProblemKind", "problem_kind"]


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """One kind of problem."""

    status: int
    """HTTP status."""
    title: str
    """What it means, for people; the same for every occurrence."""


_BAD_BODY: Final = "The body cannot be read."
_BAD_SIGNAL: Final = "The signal cannot be acted on as it is."

PROBLEMS: Final[Mapping[str, ProblemKind]] = {
    "BODY_TOO_LARGE": ProblemKind(413, "The body is larger than 64 KiB."),
    "BODY_TOO_SLOW": ProblemKind(408, "The body did not arrive in time."),
    "NOT_UTF8": ProblemKind(400, _BAD_BODY),
    "MALFORMED_JSON": ProblemKind(400, _BAD_BODY),
    "NOT_AN_OBJECT": ProblemKind(400, _BAD_BODY),
    "TOO_DEEP": ProblemKind(400, _BAD_BODY),
    "DUPLICATE_KEY": ProblemKind(400, _BAD_BODY),
    "UNRESOLVED_PLACEHOLDER": ProblemKind(422, _BAD_SIGNAL),
    "UNKNOWN_FIELD": ProblemKind(422, _BAD_SIGNAL),
    "MISSING_FIELD": ProblemKind(422, _BAD_SIGNAL),
    "INVALID_FIELD": ProblemKind(422, _BAD_SIGNAL),
    "UNKNOWN_ACTION": ProblemKind(422, _BAD_SIGNAL),
    "CONFLICTING_FIELDS": ProblemKind(422, _BAD_SIGNAL),
    "STOP_WRONG_SIDE": ProblemKind(422, _BAD_SIGNAL),
    "STALE": ProblemKind(422, "The signal is too old to act on."),
    "FROM_THE_FUTURE": ProblemKind(422, "The signal's time is ahead of this machine's clock."),
    "LOW_CONFIDENCE": ProblemKind(422, "The source is not sure enough."),
    "UNKNOWN_ACCOUNT": ProblemKind(422, "No account has that name."),
    "INVALID_IDEMPOTENCY_KEY": ProblemKind(400, "The idempotency key cannot be used."),
    "KEY_REUSED": ProblemKind(422, "The idempotency key belongs to another signal."),
    "INVALID_PARAMETER": ProblemKind(400, "A query parameter cannot be used."),
    "UNAUTHENTICATED": ProblemKind(401, "A valid credential is needed."),
    "CROSS_ORIGIN": ProblemKind(403, "Requests of other web pages are not taken."),
    "NOT_FOUND": ProblemKind(404, "There is no such thing."),
    "METHOD_NOT_ALLOWED": ProblemKind(405, "This address does not take that method."),
    "NOT_RESOLVABLE": ProblemKind(409, "The order cannot be settled like that."),
    "VENUE_UNAVAILABLE": ProblemKind(502, "The venue could not be asked."),
    "DRAINING": ProblemKind(503, "The service is stopping; nothing was taken."),
    "OVERLOADED": ProblemKind(503, "Too many signals wait; nothing was taken."),
    "JOURNAL_UNAVAILABLE": ProblemKind(503, "The journal cannot be written; nothing was taken."),
    "DENIED": ProblemKind(422, "fillgate did not send the order."),
    "REJECTED": ProblemKind(422, "The venue refused the order."),
    "ABSENT": ProblemKind(422, "The order is not at the venue."),
    "INTERNAL_ERROR": ProblemKind(500, "fillgate failed; its log says more."),
}
"""All kinds by code."""

_HEADERS: Final[Mapping[int, tuple[bytes, bytes]]] = {
    401: (b"www-authenticate", b"Bearer"),
    405: (b"allow", b"POST"),
    503: (b"retry-after", b"1"),
}
"""Headers that RFC 9110 asks for, or that help, by HTTP status."""


def problem_kind(code: str) -> ProblemKind:
    """Return the kind of a code; a venue's or a check's own code is a refusal (422)."""
    return PROBLEMS.get(code) or PROBLEMS["DENIED"]


class Problem(Exception):
    """A request that cannot be answered as asked; becomes a problem document."""

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        field: str | None = None,
        kind: ProblemKind | None = None,
        **extra: Any,
    ) -> None:
        """Say what went wrong.

        Args:
            code: stable, out of `PROBLEMS`, or a venue's or a check's own with its `kind`.
            detail: what was wrong, where, and what would be right.
            field: the field of the body that is to blame.
            kind: for codes that are not in the table.
            extra: further members of the document.
        """
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail
        self.field = field
        self.kind = kind or problem_kind(code)
        self.extra = extra

    def reply(
        self, *, webhook: bool = False, headers: tuple[tuple[bytes, bytes], ...] = ()
    ) -> Reply:
        """Return the problem document as a reply."""
        document: dict[str, Any] = {
            "type": f"urn:fillgate:problem:{self.code.lower().replace('_', '-')}",
            "title": self.kind.title,
            "status": self.kind.status,
            "detail": self.detail,
            "code": self.code,
        }
        if self.field is not None:
            document["field"] = self.field
        document |= self.extra
        if webhook:
            document = {"success": False, "order_id": None, "error": self.detail} | document
        if self.kind.status in _HEADERS:
            headers = (*headers, _HEADERS[self.kind.status])
        return Reply(
            self.kind.status, msgspec.json.encode(document), b"application/problem+json", headers
        )
