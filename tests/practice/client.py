"""A client of the practice exchange that signs by itself: HMAC over what it sends."""

import hashlib
import hmac
from typing import Any
from urllib.parse import urlencode

import httpx2

from fillgate.practice.control import KEY_HEADER
from fillgate.practice.users import User
from fillgate.testing import VirtualClock
from tests.practice.serving import ALICE, CONTROL, opened

__all__ = ["Client", "client_of", "signed"]


def signed(user: User, fields: dict[str, Any], now: int) -> str:
    query = urlencode({**fields, "timestamp": now // 1000})
    signature = hmac.new(user.secret.encode(), query.encode(), hashlib.sha256).hexdigest()
    return f"{query}&signature={signature}"


class Client:
    """Asks one exchange, in this process, whose clock it moves."""

    def __init__(self, http: httpx2.AsyncClient, clock: VirtualClock, practice: Any) -> None:
        self.http = http
        self.clock = clock
        self.practice = practice

    async def ask(self, method: str, path: str, user: User = ALICE, **fields: Any) -> Any:
        """Ask with a signature; return the document, whatever the status."""
        return (await self.response(method, path, user, **fields)).json()

    async def response(
        self, method: str, path: str, user: User = ALICE, **fields: Any
    ) -> httpx2.Response:
        text = signed(user, fields, self.clock.now())
        headers = {"X-MBX-APIKEY": user.key}
        if method == "POST":
            return await self.http.post(path, content=text, headers=headers)
        return await self.http.request(method, f"{path}?{text}", headers=headers)

    async def order(self, user: User = ALICE, **fields: Any) -> Any:
        basis = {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET"} | fields
        return await self.ask("POST", "/api/v3/order", user, **basis)

    async def limit(self, price: Any, quantity: Any = "0.01", **fields: Any) -> Any:
        basis = {"type": "LIMIT", "timeInForce": "GTC", "price": price, "quantity": quantity}
        return await self.order(**basis | fields)

    async def get(self, path: str) -> Any:
        return (await self.http.get(path)).json()

    async def control(self, method: str, path: str, **document: Any) -> Any:
        got = await self.http.request(
            method, f"/practice/{path}", json=document or None, headers={KEY_HEADER: CONTROL}
        )
        assert got.status_code == 200, got.text
        return got.json()

    async def price(self, price: str, symbol: str = "BTCUSDT") -> None:
        """Move the price, and let what waits for it happen."""
        await self.control("POST", "price", symbol=symbol, price=price)
        self.clock.advance(0.3)

    async def owned(self, user: User = ALICE) -> dict[str, tuple[str, str]]:
        account = await self.ask("GET", "/api/v3/account", user)
        return {each["asset"]: (each["free"], each["locked"]) for each in account["balances"]}


def client_of(**settings: Any) -> Client:
    clock = VirtualClock()
    practice = opened(clock, **settings)
    transport = httpx2.ASGITransport(app=practice.app)
    return Client(
        httpx2.AsyncClient(transport=transport, base_url="http://practice"), clock, practice
    )
