"""Who sends signals: TradingView, which gives up, and bots, which do not.

TradingView sends an alert again after a 5xx or when nothing came back, three times at the most, and
never after a 4xx or where nobody listens. A bot sends again until somebody answers. Both now and
then send what was acknowledged once more, or twice at the same moment.
"""

import asyncio
import json
import random
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final

from tests.e2e.process import WEBHOOK, Service
from tests.e2e.sender import Connection, Reply, request
from tests.torture.processes import API_KEY
from tests.torture.wares import drawn_order

__all__ = ["LONG_ENOUGH", "ORDERS", "Load", "Sent", "exchanged"]

ORDERS: Final = "/api/v1/orders"
TRADINGVIEW_TRIES: Final = 4
BOT_TRIES: Final = 200
LONG_ENOUGH: Final = 60.0
"""Seconds after which something that should have come will not, on a busy machine too."""
_PATIENCE: Final = 3.0
"""Seconds after which TradingView hangs up."""
_OBSTINATE: Final = 16
"""One draw in so many is sent though it will wait."""
_SENT: Final = {"NEW", "PARTIALLY_FILLED", "FILLED", "REJECTED"}
_WAITING: Final = {"PENDING_NEW", "UNKNOWN", None}
_PAUSE: Final = 0.1
"""Seconds before a signal is sent again; in earnest it would be more."""


@dataclass
class Sent:
    """A signal, and all that was heard of it."""

    key: str
    source: str
    """`tradingview` or `api`, as the journal names them."""
    fields: Mapping[str, Any]
    replies: list[Reply] = field(default_factory=list)
    """Every answer, but for those of 500 and more."""
    troubles: list[str] = field(default_factory=list)
    """What came of the other tries: the code of a 503, `refused`, `lost` or `silent`."""
    tries: int = 0

    @property
    def is_acknowledged(self) -> bool:
        return any("signal" in reply.json for reply in self.replies)


@dataclass
class Load:
    """A load of signals on one service, each with a key of its own."""

    service: Service
    dice: random.Random
    draw: Callable[[random.Random, str], dict[str, Any]] = drawn_order
    """Draws what is traded, for the dice and a side."""
    pause: float = 0.0
    """Seconds that a sender waits between two signals."""
    patient: bool = False
    """Whether senders mostly leave alone what their last signal still waits for."""
    sent: dict[str, Sent] = field(default_factory=dict)
    troubles: Counter[str] = field(default_factory=Counter)
    """What happened instead of an answer, as `Sent` has it."""
    up: asyncio.Event = field(default_factory=asyncio.Event)
    """Set while there is somebody to send to."""
    on_answer: Callable[[], None] = lambda: None
    _numbers: "count[int]" = field(default_factory=lambda: count(1))
    _ended: asyncio.Event = field(default_factory=asyncio.Event)
    traded: set[str] = field(default_factory=set)
    """The symbols of orders that were sent to the venue."""
    _slow: set[str] = field(default_factory=set)
    """The symbols of orders that had not been sent when they were told of last."""

    async def run(self, alerts: int, bots: int) -> None:
        """Send, with so many of each kind, until `stop`; then finish what was begun."""
        async with asyncio.TaskGroup() as group:
            for _ in range(alerts):
                group.create_task(self._sender("tradingview", self._alert))
            for _ in range(bots):
                group.create_task(self._sender("api", self._order))

    async def answered(self, number: int) -> None:
        """Return after so many answers of the service."""
        answers = asyncio.Semaphore(0)
        self.on_answer = answers.release
        async with asyncio.timeout(LONG_ENOUGH):
            for _ in range(number):
                await answers.acquire()

    async def end_within(self, seconds: float) -> None:
        """Return after so long, or as soon as it ends."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._ended.wait()

    def stop(self) -> None:
        """Begin no new signals; those that wait for the service wait no more."""
        self.up.set()
        self._ended.set()

    @property
    def is_ending(self) -> bool:
        return self._ended.is_set()

    async def _sender(self, source: str, deliver: Callable[[Sent], Any]) -> None:
        while not self.is_ending:
            await self.up.wait()
            key = f"{source}-{next(self._numbers)}"
            sent = self.sent[key] = Sent(key, source, self._fields(source))
            await asyncio.gather(*(deliver(sent) for _ in range(self._one_in(8) + 1)))
            if self._one_in(8):
                await deliver(sent)
            await asyncio.sleep(self.pause)

    def _one_in(self, number: int) -> bool:
        return not self.dice.randrange(number)

    def _fields(self, source: str) -> dict[str, Any]:
        side = self.dice.choice(("buy", "sell"))
        drawn = self.draw(self.dice, side)
        while self.patient and drawn["symbol"] in self._slow and not self._one_in(_OBSTINATE):
            drawn = self.draw(self.dice, side)
        return {"side" if source == "api" else "action": side, **drawn}

    async def _alert(self, sent: Sent) -> None:
        body = json.dumps({"id": sent.key, **sent.fields}).encode()
        data = request(WEBHOOK, body, self.service.signed(body) | self._preference())
        for _ in range(TRADINGVIEW_TRIES):
            trouble = await self._send(sent, data)
            if trouble in {None, "refused"}:
                return
            await asyncio.sleep(_PAUSE)

    async def _order(self, sent: Sent) -> None:
        headers = {"Authorization": f"Bearer {API_KEY}", "Idempotency-Key": sent.key}
        data = request(ORDERS, json.dumps(sent.fields).encode(), headers | self._preference())
        for _ in range(BOT_TRIES):
            if await self._send(sent, data) is None:
                return
            await asyncio.sleep(_PAUSE)
            await self.up.wait()
        msg = f"{sent.key} was sent {BOT_TRIES} times and never answered"
        raise AssertionError(msg)

    def _preference(self) -> dict[str, str]:
        return {"Prefer": "respond-async"} if self._one_in(2) else {}

    async def _send(self, sent: Sent, data: bytes) -> str | None:
        """Send once; return what went wrong, None for an answer."""
        sent.tries += 1
        trouble = await self._heard(sent, data)
        if trouble is None:
            self.on_answer()
        else:
            sent.troubles.append(trouble)
            self.troubles[trouble] += 1
        return trouble

    async def _heard(self, sent: Sent, data: bytes) -> str | None:
        try:
            async with asyncio.timeout(_PATIENCE):
                reply = await exchanged(self.service.url, data)
        except TimeoutError:
            return "silent"
        except ConnectionRefusedError:
            return "refused"
        except (OSError, EOFError):
            return "lost"
        if reply.status >= 500:
            return str(reply.json["code"])
        sent.replies.append(reply)
        status, symbol = reply.json.get("status"), sent.fields["symbol"]
        if status in _SENT:
            self.traded.add(symbol)
        (self._slow.add if status in _WAITING else self._slow.discard)(symbol)
        return None


async def exchanged(url: str, data: bytes) -> Reply:
    """Send the bytes of a request over a connection of its own, and return the answer."""
    connection = await Connection.open(url)
    try:
        return await connection.send(data)
    finally:
        connection.close()
