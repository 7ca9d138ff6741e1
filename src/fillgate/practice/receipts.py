"""All requests for orders and for cancels that ever came, whatever became of them.

Evidence for who promises to send each order once.
"""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

__all__ = ["Receipt", "Receipts"]

_NAMES: Final = ("newClientOrderId", "workingClientOrderId", "listClientOrderId")


class Receipt(msgspec.Struct, kw_only=True):
    """A request for a new order, or for a cancel. Its signature held."""

    at: int
    """Unix milliseconds."""
    account: str
    way: str
    """How it came: `REST` or `WS`."""
    market: str = "spot"
    """Where it came to: `spot` or `futures`."""
    parameters: Mapping[str, str]
    """As they were sent, without the signature."""
    order_id: int | None = None
    """The order that it became, or that it cancelled; of a list the first one."""
    list_id: int | None = None
    """The list that it became."""
    code: int | None = None
    """Why it was refused."""
    fault: str | None = None
    """What was done to its answer."""

    @property
    def name(self) -> str:
        """The client order id under which it came; of a list that of its working order or its own.

        Empty where it has none.
        """
        return next((self.parameters[key] for key in _NAMES if key in self.parameters), "")


class Receipts:
    """The requests, oldest first."""

    def __init__(self) -> None:
        """None so far."""
        self.all: list[Receipt] = []
        """Of new orders."""
        self.cancels: list[Receipt] = []
        """Of cancels of one order; those of a cancel with a new order are among the orders."""

    def counted(self) -> list[dict[str, Any]]:
        """Return by account, market and client order id how often it came and was taken."""
        found: dict[tuple[str, str, str], list[Receipt]] = {}
        for each in self.all:
            found.setdefault((each.account, each.market, each.name), []).append(each)
        return [
            {
                "account": account,
                "market": market,
                "clientOrderId": name,
                "received": len(group),
                "taken": sum(each.order_id is not None for each in group),
                "requests": group,
            }
            for (account, market, name), group in found.items()
        ]
