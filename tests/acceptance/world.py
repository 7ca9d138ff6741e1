"""What the cases need of a venue besides the account: somebody who moves the market.

A world has one account with `FUNDS`, of which one for contracts holds the money only, and a symbol
whose steps are no larger than the numbers of the cases. Orders worth a hundred are taken, those of
one step are worth too little.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from decimal import Decimal
from itertools import count
from typing import Any, Final, TypeVar

from fillgate.domain.errors import Denied, NotSent, Rejected
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.orders import Order, Side
from fillgate.domain.reports import ExecutionReport, ExecutionResult, Found
from fillgate.plugins.base import ExecutionPlugin

__all__ = [
    "FUNDS",
    "LEAST_WORTH",
    "PRICE",
    "PRICE_STEP",
    "QUANTITY_STEP",
    "SYMBOL",
    "World",
    "eventually",
    "outcome",
]

SYMBOL: Final = "BTC/USDT"
PRICE: Final = Decimal(50_000)
"""Where the market stands at first."""
FUNDS: Final = {"USDT": Decimal(100_000), "BTC": Decimal(1)}
PRICE_STEP: Final = Decimal("0.01")
QUANTITY_STEP: Final = Decimal("0.00001")
LEAST_WORTH: Final = Decimal(10)
PATIENCE: Final = 20.0

T = TypeVar("T")
_numbers = count()


async def eventually(ask: Callable[[], Awaitable[T]], holds: Callable[[T], bool], what: str) -> T:
    """Ask again and again until what is told holds; venues and streams take a moment."""
    told = await ask()
    try:
        async with asyncio.timeout(PATIENCE):
            while not holds(told):
                await asyncio.sleep(0.01)
                told = await ask()
    except TimeoutError:
        raise AssertionError(f"it never came true: {what}; last it was {told}") from None
    return told


async def outcome(asked: Awaitable[T]) -> T | Rejected | NotSent | Denied:
    """Return what something led to, which may be a definite refusal."""
    try:
        return await asked
    except (Rejected, NotSent, Denied) as refusal:
        return refusal


class World(ABC):
    """A venue with an account at it."""

    plugin: ExecutionPlugin
    """The account, opened."""
    symbol = SYMBOL
    quantity_step = QUANTITY_STEP
    leverage = Decimal(1)
    """Worth of what is bought for each unit of money that it ties up."""
    holds_assets = True
    """Whether what is bought is a balance; else it is a position in a contract."""

    @abstractmethod
    async def move(self, price: Decimal) -> None:
        """Let the market trade at a price; bid and ask stand close to it on both sides."""

    @abstractmethod
    async def thin(self) -> tuple[Decimal, Decimal]:
        """Return a limit price and a quantity, both affordable, of a buy that now fills in part."""

    @abstractmethod
    async def reconnect(self) -> None:
        """Break every connection between the account and its venue, which keeps what it knows."""

    def order(self, **fields: Any) -> Order:
        """Return an order under an id that no other has."""
        given: dict[str, Any] = {
            "client_order_id": f"fgacpt{next(_numbers):07}00",
            "account": self.plugin.name,
            "symbol": self.symbol,
            "side": Side.BUY,
            "quantity": Decimal("0.01"),
        }
        return Order(**(given | fields))

    async def place(self, **fields: Any) -> tuple[Order, ExecutionResult]:
        """Place an order that is taken."""
        order = self.order(**fields)
        result = await self.plugin.execute_order(order)
        assert result.success, result
        assert result.order_id
        return order, result

    async def refused(self, **fields: Any) -> Order:
        """Place an order that is definitely refused, in words."""
        order = self.order(**fields)
        told = await outcome(self.plugin.execute_order(order))
        if isinstance(told, Rejected | NotSent | Denied):
            assert told.text
        else:
            assert (told.success, told.status) == (False, OrderStatus.REJECTED), told
            assert told.error
        return order

    async def found(self, order: Order, order_id: str | None = None) -> ExecutionReport:
        """Look an order up that the venue has."""
        lookup = await self.plugin.fetch_order(
            client_order_id=order.client_order_id, order_id=order_id, symbol=order.symbol
        )
        assert isinstance(lookup, Found)
        return lookup.report

    async def becomes(self, order: Order, status: OrderStatus) -> ExecutionReport:
        """Look an order up until it is what it should become."""
        return await eventually(
            lambda: self.found(order), lambda told: told.status is status, f"{order} is {status}"
        )
