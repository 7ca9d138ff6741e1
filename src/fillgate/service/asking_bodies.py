"""The bodies of requests to replace one order and to cancel many."""

from decimal import Decimal
from typing import Annotated, Final

from msgspec import Meta, Struct

from fillgate.engine.requests.checks import Terms
from fillgate.service.strict_bodies import StrictBody, free_text
from fillgate.signals.values import identifier, positive, symbol

__all__ = ["CANCEL_ALL", "REPLACE", "CancelAllBody", "ReplaceBody", "terms_of"]

_Symbol = Annotated[str, Meta(description="Only of this symbol."), symbol]
_Reason = Annotated[str, Meta(description="Why; it stands in the order's story."), free_text]


class ReplaceBody(Struct, frozen=True, kw_only=True):
    """What an order is to be from now on; what is left out stays as it is."""

    quantity: (
        Annotated[
            Decimal,
            Meta(description="The whole quantity, what is executed included (FIX OrderQty)."),
            positive,
        ]
        | None
    ) = None
    price: Annotated[Decimal, Meta(description="The limit price."), positive] | None = None
    stop_price: Annotated[Decimal, Meta(description="The trigger."), positive] | None = None
    reason: _Reason | None = None


class CancelAllBody(Struct, frozen=True, kw_only=True):
    """Which orders to cancel: all, or those of an account or a symbol or both."""

    account: Annotated[str, Meta(description="Only of this account."), identifier] | None = None
    symbol: _Symbol | None = None
    reason: _Reason | None = None


REPLACE: Final = StrictBody(ReplaceBody)
CANCEL_ALL: Final = StrictBody(CancelAllBody)


def terms_of(body: ReplaceBody) -> Terms:
    """Return the terms that a body names."""
    return Terms(quantity=body.quantity, price=body.price, stop_price=body.stop_price)
