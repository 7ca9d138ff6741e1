"""Senders that never give an alert up: each is sent again until somebody acknowledges it."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final

from tests.e2e.process import WEBHOOK, Service, alert
from tests.e2e.sender import Connection, Reply, request

SYMBOLS: Final = tuple(f"{base}/USDT" for base in ("BTC", "ETH", "SOL", "XRP", "ADA", "DOT"))
MOST_ATTEMPTS: Final = 100
_PAUSE: Final = 0.05
"""Seconds before an alert is sent again; in earnest it would be one or more."""
_LOST: Final = (OSError, EOFError)


@dataclass
class Load:
    """A load of alerts on one service, each with an id of its own."""

    service: Service
    random: random.Random
    answers: dict[str, list[Reply]] = field(default_factory=dict)
    """For each alert that was acknowledged every acknowledgement that it got."""
    sent: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Every alert that was sent at least once."""
    resent: int = 0
    """How often an alert was sent again because nobody acknowledged it."""
    turned_away: int = 0
    """How often that was because of a 5xx."""
    up: asyncio.Event = field(default_factory=asyncio.Event)
    """Set while there is somebody to send to."""
    on_answer: Callable[[], None] = lambda: None
    _numbers: "count[int]" = field(default_factory=count)
    _ending: bool = False

    async def run(self, senders: int) -> None:
        """Send until `stop`, then until nothing waits for its acknowledgement."""
        async with asyncio.TaskGroup() as group:
            for _ in range(senders):
                group.create_task(self._sender())

    def stop(self) -> None:
        """Begin no new alerts."""
        self._ending = True

    async def _sender(self) -> None:
        line = _Line(self)
        try:
            while not self._ending:
                await self._send_one(line)
        finally:
            line.close()

    async def _send_one(self, line: "_Line") -> None:
        identity = f"alert-{next(self._numbers)}"
        self.sent[identity] = self._alert(identity)
        await self._deliver(line, identity)
        if not self.random.randrange(8):
            # Sent again although it was acknowledged, as may happen.
            await self._deliver(line, identity)

    def _alert(self, identity: str) -> dict[str, Any]:
        fields: dict[str, Any] = {
            "id": identity,
            "symbol": self.random.choice(SYMBOLS),
            "action": self.random.choice(("buy", "sell")),
            "quantity": str(self.random.randint(1, 5)),
        }
        if not self.random.randrange(10):
            fields |= {"action": "buy", "order_type": "limit", "price": "0.01"}
        return fields

    async def _deliver(self, line: "_Line", identity: str) -> None:
        body = alert(**self.sent[identity])
        prefer = {"Prefer": "respond-async"} if self.random.randrange(2) else {}
        data = request(WEBHOOK, body, self.service.signed(body) | prefer)
        for _ in range(MOST_ATTEMPTS):
            reply = await line.send(data)
            if reply is not None and reply.status < 500:
                self.answers.setdefault(identity, []).append(reply)
                self.on_answer()
                return
            self.resent += 1
            self.turned_away += reply is not None
            # Also where nobody listens: a port without a process refuses thousands a second.
            await asyncio.sleep(_PAUSE)
        msg = f"{identity} was sent {MOST_ATTEMPTS} times and never acknowledged"
        raise AssertionError(msg)


class _Line:
    """The connection of one sender, opened anew when it was lost."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._connection: Connection | None = None

    async def send(self, data: bytes) -> Reply | None:
        """Return the answer, or None if the connection was lost before it came."""
        await self._load.up.wait()
        try:
            if self._connection is None:
                self._connection = await Connection.open(self._load.service.url)
            return await self._connection.send(data)
        except _LOST:
            self.close()
            return None

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
