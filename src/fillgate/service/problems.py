"""What can go wrong over HTTP: one table of codes, and problem documents (RFC 9457).

Invariants:

1. Every refusal has a stable `code`; the code decides the HTTP status.
2. On webhooks 5xx is used only where a re-send is safe and wanted: senders re-send on 5xx.
3. A webhook's problem also carries `success`, `order_id` and `error`, like its answers.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Final

import msgspec

from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.orders import OrderType
from fillgate.domain.signals import Action
from fillgate.service.codes import CODES, ProblemKind
from fillgate.service.codes.venues import VENUES
from fillgate.service.http import Reply

__all__ = [
    "PROBLEMS",
    "PROBLEMS_PAGE",
    "OutcomeProblem",
    "Problem",
    "ProblemDocument",
    "ProblemKind",
    "WebhookOutcomeProblem",
    "WebhookProblem",
    "problem_kind",
]

PROBLEMS_PAGE: Final = "/docs/problems"
"""Where each kind is explained; a problem's `type` leads there."""

_LEAST: Final = 400

PROBLEMS: Final[Mapping[str, ProblemKind]] = {
    code: kind for code, kind in CODES.items() if kind.status >= _LEAST
}
"""All kinds of problems by code."""

_SAID_BY_VENUES: Final = frozenset(kind.code for kind in VENUES.kinds)

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
        told = _told(self.code, self.kind)
        document: dict[str, Any] = {
            "type": f"{PROBLEMS_PAGE}#{told.anchor}",
            "title": told.title,
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


def _told(code: str, kind: ProblemKind) -> ProblemKind:
    """Return the kind that explains a code best.

    A venue may use any word as a code: its refusal is explained as one, whatever the word means
    elsewhere.
    """
    named = PROBLEMS.get(code, kind)
    if named.status != kind.status:
        return kind
    return named if kind.code != "REJECTED" or code in _SAID_BY_VENUES else kind


class ProblemDocument(msgspec.Struct, frozen=True, kw_only=True):
    """Why a request was not answered as asked (RFC 9457)."""

    type: str
    """Leads to the page that explains the kind; relative to the request's address."""
    title: str
    """The kind in words, the same for every occurrence."""
    status: int
    """The HTTP status."""
    detail: str
    """What was wrong, where, and what would be right."""
    code: str
    """The stable name of the reason, for programs."""
    field: str | None = None
    """The field of the body, or the header, that is to blame."""
    signal: int | msgspec.UnsetType | None = msgspec.UNSET
    """Number of the signal that the request is kept as; null or absent if it is not kept."""
    reason: str | None = None
    """A more exact reason, where there is one."""
    request: str | None = None
    """The id of the request to cancel or replace that ended so."""


class OutcomeProblem(ProblemDocument, frozen=True, kw_only=True):
    """How an order ended that was not sent, refused, or is not at the venue."""

    signal: int
    """Number of the signal behind it."""
    order_status: OrderStatus
    """DENIED, REJECTED or ABSENT."""
    client_order_id: str | None
    account: str
    symbol: str
    side: Action
    order_type: OrderType
    quantity: Decimal | None
    filled_quantity: Decimal
    average_price: Decimal | None
    replayed: bool
    """True when this delivery was not the first of the signal."""


_False = Annotated[bool, msgspec.Meta(extra_json_schema={"const": False})]


class WebhookProblem(ProblemDocument, frozen=True, kw_only=True):
    """Why an alert was not answered as asked; the document with the members of an answer."""

    success: _False
    order_id: None
    error: str
    """The same as `detail`."""


class WebhookOutcomeProblem(OutcomeProblem, frozen=True, kw_only=True):
    """How an alert's order ended; the document with the members of an answer."""

    success: _False
    order_id: None
    error: str
    """The same as `detail`."""
