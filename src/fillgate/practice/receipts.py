"""All requests for orders and for cancels that ever came, whatever became of them.

Evidence for who promises to send each order once.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

__all__ = ["Receipt", "Receipts"]


class Receipt(msgspec.Struct, kw_only=True):
    """A request for a new order, or for a cancel. Its signature held."""

    at: int
    """Unix milliseconds."""
    account: str
    way: str
    """How it came: `REST` or `WS`."""
    parameters: Mapping[str, str]
    """As they were sent, without the signature."""
    order_id: int | None = None
    """The order that it became, or that it cancelled."""
    code: int | None = None
    """Why it was refused."""
    fault: str | None = None
    """What was done to its answer."""


class Receipts:
    """The requests, oldest first."""

    def __init__(self) -> None:
        """None so far."""
        self.all: list[Receipt] = []
        """Of new orders."""
        self.cancels: list[Receipt] = []
        """Of cancels of one order; those of a cancel with a new order are among the orders."""

    def counted(self) -> list[dict[str, Any]]:
        """Return by account and client order id how often it came, and how often it was taken."""
        found: dict[tuple[str, str], list[Receipt]] = {}
        for each in self.all:
            name = each.parameters.get("newClientOrderId", "")
            found.setdefault((each.account, name), []).append(each)
        return [
            {
                "account": account,
                "clientOrderId": name,
                "received": len(group),
                "taken": sum(each.order_id is not None for each in group),
                "requests": group,
            }
            for (account, name), group in found.items()
        ]
