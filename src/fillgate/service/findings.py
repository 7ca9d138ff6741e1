"""The body with which a person settles an order."""

from decimal import Decimal
from typing import Annotated, Final

from msgspec import Meta, Struct

from fillgate.domain.life_cycle import OrderStatus
from fillgate.engine.resolution import AT_THE_VENUE, NEVER_THERE, Resolution
from fillgate.service.strict_bodies import StrictBody, free_text
from fillgate.signals.values import choice, not_negative

__all__ = ["FindingBody", "read_finding"]


_FINDINGS: Final = sorted(AT_THE_VENUE | NEVER_THERE)

_Status = Annotated[
    OrderStatus,
    Meta(
        description="What the order is. Other statuses cannot be found out.",
        extra_json_schema={"enum": _FINDINGS},
    ),
    choice(OrderStatus),
]
_Reason = Annotated[str, Meta(description="How you know. Not blank."), free_text]
_OrderId = Annotated[
    str,
    Meta(
        description="The venue's id of the order; needed when the venue has or had it: for "
        f"{', '.join(sorted(AT_THE_VENUE))}."
    ),
    free_text,
]
_Filled = Annotated[
    Decimal,
    Meta(
        description="Executed in all. For FILLED it is the whole quantity and can be left out; "
        "PARTIALLY_FILLED needs it."
    ),
    not_negative,
]
_Price = Annotated[
    Decimal,
    Meta(description="The average price of what was executed; needed if anything was."),
    not_negative,
]


class FindingBody(Struct, frozen=True, kw_only=True):
    """What a person found out about an order."""

    status: _Status
    reason: _Reason
    order_id: _OrderId | None = None
    filled_quantity: _Filled | None = None
    average_price: _Price | None = None


_READER: Final = StrictBody(FindingBody)


def read_finding(body: bytes) -> Resolution:
    """Return the resolution that a body asks for.

    Raises:
        Problem: it is no finding.
    """
    found = _READER.read(body)
    return Resolution(
        status=found.status,
        reason=found.reason,
        actor="api",
        order_id=found.order_id,
        filled_quantity=found.filled_quantity,
        average_price=found.average_price,
    )
