"""The bodies of requests to replace one order and to cancel many."""

from decimal import Decimal
from typing import Annotated, Final, Generic, TypeVar

from msgspec import Meta, Struct

from fillgate.engine.requests.checks import Terms
from fillgate.service.findings import free_text
from fillgate.service.problems import Problem
from fillgate.signals.fields import BodyReader
from fillgate.signals.json_text import parse_object
from fillgate.signals.refusals import Refusal
from fillgate.signals.values import identifier, positive, symbol

__all__ = ["CancelAllBody", "ReplaceBody", "read_cancel_all", "read_replace", "terms_of"]

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


Body = TypeVar("Body", bound=Struct)


class _Reader(Generic[Body]):
    def __init__(self, kind: type[Body]) -> None:
        self._fields = BodyReader(kind)

    def read(self, body: bytes) -> Body:
        try:
            members = parse_object(body)
            for name in self._fields.unknown(members):
                known = ", ".join(sorted(self._fields.names))
                raise Problem("UNKNOWN_FIELD", f"{name!r}: known fields are {known}", field=name)
            return self._fields.read(members)
        except Refusal as refusal:
            raise Problem(str(refusal.code), refusal.reason, field=refusal.field) from None


_REPLACE: Final = _Reader(ReplaceBody)
_CANCEL_ALL: Final = _Reader(CancelAllBody)


def read_replace(body: bytes) -> ReplaceBody:
    """Return what a body asks for.

    Raises:
        Problem: it is not what it should be.
    """
    return _REPLACE.read(body)


def read_cancel_all(body: bytes) -> CancelAllBody:
    """Return what a body asks for.

    Raises:
        Problem: it is not what it should be.
    """
    return _CANCEL_ALL.read(body)


def terms_of(body: ReplaceBody) -> Terms:
    """Return the terms that a body names."""
    return Terms(quantity=body.quantity, price=body.price, stop_price=body.stop_price)
