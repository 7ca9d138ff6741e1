"""The alerts of a load: whole requests with real signatures, built before the clock runs.

Invariants:

1. No two requests of a load have the same id.
2. Each connection has a symbol of its own, so that no alert waits in its lane for that of another
   connection. Its alerts buy and sell in turn.
"""

import json
import time
from collections.abc import Iterator
from typing import Final

from fillgate.service.auth import sign

__all__ = ["alerts_of"]

_HEAD: Final = (
    "POST /webhook/tradingview HTTP/1.1\r\n"
    "Host: 127.0.0.1\r\n"
    "Content-Type: application/json\r\n"
    "X-Webhook-Signature: {signature}\r\n"
    "{prefer}"
    "Content-Length: {length}\r\n"
    "\r\n"
)


def alerts_of(name: str, connection: int, *, secret: str, prefer: str | None) -> Iterator[bytes]:
    """Return the requests of a connection, without end.

    Args:
        name: of the load; begins every id.
        connection: its number.
        secret: of the webhook.
        prefer: the header `Prefer`; None for none.
    """
    preferred = "" if prefer is None else f"Prefer: {prefer}\r\n"
    number = 0
    while True:
        body = _body(f"{name}-{connection}-{number}", f"S{connection}/USDT", number)
        head = _HEAD.format(signature=sign(secret, body), prefer=preferred, length=len(body))
        yield head.encode() + body
        number += 1


def _body(identity: str, symbol: str, number: int) -> bytes:
    fields = {
        "id": identity,
        "symbol": symbol,
        "action": "sell" if number % 2 else "buy",
        "order_type": "market",
        "quantity": "0.01",
        "strategy": "bench",
        "confidence": 0.9,
        "timestamp": time.time_ns() // 1_000_000,
    }
    return json.dumps(fields).encode()
