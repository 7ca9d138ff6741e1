"""A request that has come, by HTTP or by WebSocket."""

from typing import Any, NamedTuple

import msgspec

from fillgate.practice.exchange import Exchange
from fillgate.practice.parameters import Parameters
from fillgate.practice.rate_limits import Limits
from fillgate.practice.receipts import Receipt
from fillgate.practice.users import User

__all__ = ["Answer", "Call"]


class Call(msgspec.Struct, kw_only=True):
    """What an endpoint is asked with."""

    exchange: Exchange
    limits: Limits
    parameters: Parameters
    way: str
    """`REST` or `WS`."""
    caller: User | None = None
    receipt: Receipt | None = None
    """Of a new order, or of a cancel."""

    @property
    def user(self) -> User:
        """Who asks; of a signed request."""
        assert self.caller is not None
        return self.caller

    def write_receipt(self, receipts: list[Receipt]) -> Receipt:
        """Put a receipt of this request among others of its kind."""
        values = self.parameters.values
        self.receipt = Receipt(
            at=self.exchange.now() // 1000,
            account=self.user.name,
            way=self.way,
            market=self.exchange.name,
            parameters={name: text for name, text in values.items() if name != "signature"},
        )
        receipts.append(self.receipt)
        return self.receipt


class Answer(NamedTuple):
    """What an endpoint answers."""

    body: Any
    status: int = 200
