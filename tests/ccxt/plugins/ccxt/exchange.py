"""An exchange on a loopback TLS socket that speaks as much of Binance's protocol as an account
needs to open, and does with an order what it is told, down to the byte.

It takes the order first, whatever it does with the answer: `orders` counts what arrived.
"""

import asyncio
import json
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self, TypeAlias

import trustme

from tests.plugins.ccxt_http.service import Peer, Request

__all__ = [
    "Behaviour",
    "Exchange",
    "answering",
    "config_of",
    "json_answer",
    "raw",
    "reset",
    "silence",
]

Behaviour: TypeAlias = Callable[[Peer, Request], Awaitable[None]]

KEY: Final = "a-made-up-key-4711"
SECRET: Final = "a-made-up-secret-0815"

_FILTERS: Final = [
    {"filterType": "PRICE_FILTER", "minPrice": "0.01", "maxPrice": "1000000", "tickSize": "0.01"},
    {"filterType": "LOT_SIZE", "minQty": "0.00001", "maxQty": "9000", "stepSize": "0.00001"},
    {"filterType": "MARKET_LOT_SIZE", "minQty": "0", "maxQty": "100", "stepSize": "0"},
    {"filterType": "NOTIONAL", "minNotional": "5", "maxNotional": "9000000"},
]
_SYMBOL: Final = {
    "symbol": "BTCUSDT",
    "status": "TRADING",
    "baseAsset": "BTC",
    "quoteAsset": "USDT",
    "baseAssetPrecision": 8,
    "quotePrecision": 8,
    "quoteAssetPrecision": 8,
    "orderTypes": ["LIMIT", "LIMIT_MAKER", "MARKET", "STOP_LOSS", "STOP_LOSS_LIMIT", "TAKE_PROFIT"],
    "isSpotTradingAllowed": True,
    "isMarginTradingAllowed": False,
    "permissions": ["SPOT"],
    "filters": _FILTERS,
}
NOW: Final = 1_790_000_000_000
_HEAD: Final = "HTTP/1.1 {status} Said\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\r\n"


def raw(
    status: int, body: bytes, kind: str = "application/json", length: int | None = None
) -> bytes:
    """Return an answer's bytes; `length` may be another than the body has."""
    told = len(body) if length is None else length
    return _HEAD.format(status=status, kind=kind, length=told).encode() + body


def json_answer(fields: Any, status: int = 200) -> bytes:
    return raw(status, json.dumps(fields).encode())


def answering(data: bytes) -> Behaviour:
    """Return a behaviour that answers with these bytes and closes."""

    async def answer(peer: Peer, _: Request) -> None:
        await peer.send(data)
        peer.close()

    return answer


async def reset(peer: Peer, _: Request) -> None:
    """Break the connection off after the order."""
    peer.reset()


async def hang_up(peer: Peer, _: Request) -> None:
    """Close the connection in good order, without a word."""
    peer.close()


async def silence(peer: Peer, _: Request) -> None:
    """Say nothing until the other end gives up."""
    while not peer.closed:
        if not await peer.reader.read(1):
            return


_PAID: Final = {"price": "100000", "commissionAsset": "BTC"}
ORDER: Final[dict[str, Any]] = {
    "symbol": "BTCUSDT",
    "orderId": 28,
    "orderListId": -1,
    "clientOrderId": "fgtest000000100",
    "transactTime": NOW,
    "price": "0.00000000",
    "origQty": "0.50000000",
    "executedQty": "0.50000000",
    "cummulativeQuoteQty": "50000.00000000",
    "status": "FILLED",
    "timeInForce": "GTC",
    "type": "MARKET",
    "side": "BUY",
    "fills": [
        {
            "price": "100000",
            "qty": "0.3",
            "commission": "0.0003",
            "commissionAsset": "BTC",
            "tradeId": 7,
        },
        {
            "price": "100000",
            "qty": "0.2",
            "commission": "0.0002",
            "commissionAsset": "BTC",
            "tradeId": 8,
        },
    ],
}


@dataclass
class Exchange:
    """The exchange; a context manager."""

    ca: trustme.CA
    on_order: Behaviour = field(default_factory=lambda: answering(json_answer(ORDER)))
    answers: dict[tuple[str, str], bytes | Behaviour] = field(default_factory=dict)
    """What to say to other requests, by method and path."""
    requests: list[Request] = field(default_factory=list)
    handshakes: int = 0
    port: int = 0
    _server: asyncio.Server | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def __aenter__(self) -> Self:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self.ca.issue_cert("*.binance.com", "api.binance.com", "api.kraken.com").configure_cert(
            context
        )
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port, ssl=context)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def stop(self) -> None:
        """Close the port and all connections."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def orders(self) -> list[Request]:
        """The requests that place an order."""
        return [each for each in self.requests if _is(each, "POST", "/api/v3/order")]

    def said(self, method: str, path: str) -> list[Request]:
        """Return the requests of this kind."""
        return [each for each in self.requests if _is(each, method, path)]

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        self.handshakes += 1
        peer = Peer(reader, writer)
        try:
            while not peer.closed and (request := await peer.read_request()) is not None:
                self.requests.append(request)
                await self._answer(peer, request)
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            peer.close()

    async def _answer(self, peer: Peer, request: Request) -> None:
        path = request.target.partition("?")[0]
        if (request.method, path) in self.answers:
            answer = self.answers[request.method, path]
            await (peer.send(answer) if isinstance(answer, bytes) else answer(peer, request))
        elif _is(request, "POST", "/api/v3/order"):
            await self.on_order(peer, request)
        else:
            await peer.send(_STANDING.get((request.method, path), raw(404, b"")))


def _is(request: Request, method: str, path: str) -> bool:
    return request.method == method and request.target.partition("?")[0] == path


_STANDING: Final = {
    ("GET", "/api/v3/exchangeInfo"): json_answer({"symbols": [_SYMBOL]}),
    ("GET", "/api/v3/time"): json_answer({"serverTime": NOW}),
    ("GET", "/api/v3/account"): json_answer(
        {"balances": [{"asset": "USDT", "free": "90.5", "locked": "9.5"}], "updateTime": NOW}
    ),
    ("GET", "/api/v3/ticker/24hr"): json_answer(
        {
            "symbol": "BTCUSDT",
            "bidPrice": "99.5",
            "askPrice": "100.5",
            "lastPrice": "100.123456789012345678",
            "volume": "12",
            "closeTime": NOW,
        }
    ),
}


def config_of(exchange: Exchange, folder: Path, **changes: Any) -> dict[str, Any]:
    """Return the settings of an account at this exchange."""
    ca = folder / "ca.pem"
    exchange.ca.cert_pem.write_to_path(str(ca))
    given = {
        "exchange": "binance",
        "api_key": KEY,
        "secret": SECRET,
        "practice": f"127.0.0.1:{exchange.port}",
        "practice_ca": str(ca),
        "answer_timeout": 20.0,
    }
    return given | changes
