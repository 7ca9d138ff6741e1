"""A client of the futures side of the practice exchange."""

from typing import Any

from fillgate.practice.users import User
from tests.practice.client import Client
from tests.practice.serving import ALICE

__all__ = ["START", "Contracts"]

START = "60000"
"""Where the made prices stand."""


class Contracts:
    """Asks for contracts in BTCUSDT; the bid is 59994, the ask 60006."""

    def __init__(self, client: Client, user: User = ALICE) -> None:
        self.client = client
        self.user = user

    async def ask(self, method: str, path: str, **fields: Any) -> Any:
        return await self.client.ask(method, f"/fapi/{path}", self.user, **fields)

    async def order(self, **fields: Any) -> Any:
        basis = {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "newOrderRespType": "RESULT"}
        return await self.ask("POST", "v1/order", **basis | fields)

    async def limit(self, price: Any, quantity: Any = "0.01", **fields: Any) -> Any:
        basis = {"type": "LIMIT", "timeInForce": "GTC", "price": price, "quantity": quantity}
        return await self.order(**basis | fields)

    async def found(self, order_id: int) -> Any:
        return await self.ask("GET", "v1/order", symbol="BTCUSDT", orderId=order_id)

    async def amend(self, order_id: int, price: Any, quantity: Any = "0.01", **more: Any) -> Any:
        terms = {"symbol": "BTCUSDT", "side": "BUY", "price": price, "quantity": quantity}
        return await self.ask("PUT", "v1/order", orderId=order_id, **terms | more)

    async def held(self) -> tuple[str, str] | None:
        """Return quantity and entry price of the position; None if there is nothing to tell."""
        for each in await self.ask("GET", "v3/positionRisk"):
            return each["positionAmt"], each["entryPrice"]
        return None

    async def wallet(self) -> Any:
        [asset] = (await self.ask("GET", "v3/account"))["assets"]
        return asset

    async def price(self, price: str) -> None:
        """Move the price, and let what waits for it happen."""
        await self.client.control("POST", "price", symbol="BTCUSDT", price=price, market="futures")
        self.client.clock.advance(0.3)
