"""A fill: one execution, with what it cost."""

from decimal import Decimal

import msgspec

__all__ = ["Fee", "Fill"]


class Fee(msgspec.Struct, frozen=True, gc=False):
    """What a venue charged; negative for a rebate."""

    asset: str
    amount: Decimal


class Fill(msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """One execution, identified within its account by (symbol, venue order id, fill id)."""

    fill_id: str
    quantity: Decimal
    price: Decimal
    fees: tuple[Fee, ...] = ()
    timestamp: int
    """When the venue executed it, Unix milliseconds."""
    order_id: str | None = None
    """The venue's id of the order, where it is not the first that the order had there."""

    @property
    def key(self) -> tuple[str | None, str]:
        """What tells it from the other fills of its order."""
        return self.order_id, self.fill_id
