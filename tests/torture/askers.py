"""Who cancels and replaces orders, by the API, with keys and without, once and again."""

import asyncio
import json
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final

from tests.e2e.sender import Reply, request
from tests.torture.processes import API_KEY
from tests.torture.senders import ORDERS, Load, exchanged

__all__ = ["Asked", "Askers"]

_RECENT: Final = 30
_RESTING: Final = frozenset({"NEW", "PARTIALLY_FILLED"})
_EARLY: Final = frozenset({"PENDING_NEW"})
_PAUSE: Final = 0.05
"""Seconds before one is sent again."""
_PATIENCE: Final = 3.0
_TRIES: Final = 5


@dataclass
class Asked:
    """A request about an order, and all that was heard of it."""

    kind: str
    """`cancel`, `replace` or `cancel-all`."""
    identity: str
    """The order's client order id; empty for `cancel-all`."""
    key: str | None
    replies: list[Reply] = field(default_factory=list)

    @property
    def told(self) -> set[str]:
        """The ids of requests that the answers name."""
        found = set()
        for reply in self.replies:
            request = reply.json.get("request")
            named = request.get("request") if isinstance(request, dict) else request
            found.add(named)
        return {str(each) for each in found if each}


@dataclass
class Askers:
    """A load of requests about the orders of a load of signals."""

    load: Load
    dice: random.Random
    asks: Mapping[str, int]
    """How often each kind is asked for, in proportion."""
    symbols: Sequence[str]
    pause: float = 0.05
    """Seconds that an asker waits between two."""
    seldom_early: int = 1
    """Of so many one may be about an order that has not left."""
    asked: list[Asked] = field(default_factory=list)
    troubles: Counter[str] = field(default_factory=Counter)
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    @property
    def canceled(self) -> int:
        """How many cancels were taken."""
        cancels = [asked for asked in self.asked if asked.kind == "cancel"]
        return sum(reply.status < 300 for asked in cancels for reply in asked.replies)

    async def run(self, askers: int) -> None:
        """Ask, with so many at once, until the load ends."""
        async with asyncio.TaskGroup() as group:
            for _ in range(askers):
                group.create_task(self._asker())

    async def _asker(self) -> None:
        while not self.load.is_ending:
            await self.load.up.wait()
            await asyncio.sleep(self.pause)
            kind = self.dice.choices(tuple(self.asks), tuple(self.asks.values()))[0]
            identity = self._recent_order(limit=kind == "replace" or self.dice.randrange(8) > 0)
            if identity is not None:
                await self._ask(*self._drawn(kind, identity))

    def _recent_order(self, *, limit: bool) -> str | None:
        """Return an order of late, one that may rest if there is any."""
        told = [
            (str(reply.json.get("client_order_id")), str(reply.json.get("status")))
            for sent in list(self.load.sent.values())[-_RECENT:]
            if not limit or sent.fields.get("order_type") == "limit"
            for reply in sent.replies
            if reply.json.get("client_order_id")
        ]
        is_early = not self.dice.randrange(self.seldom_early)
        wanted = _RESTING | _EARLY if is_early else _RESTING
        resting = [identity for identity, status in told if status in wanted]
        chosen = resting or [identity for identity, _ in told if is_early]
        return self.dice.choice(chosen) if chosen else None

    def _drawn(self, kind: str, identity: str) -> tuple[Asked, bytes]:
        key = f"request-{next(self._numbers)}" if self.dice.randrange(2) else None
        asked = Asked(kind, identity, key)
        headers = {"Authorization": f"Bearer {API_KEY}"}
        if key is not None:
            headers["Idempotency-Key"] = key
        path, method, fields = self._drawn_request(kind, identity)
        body = json.dumps(fields).encode() if fields else b""
        return asked, request(path, body, headers, method=method)

    def _drawn_request(self, kind: str, identity: str) -> tuple[str, str, dict[str, Any]]:
        match kind:
            case "cancel":
                return f"{ORDERS}/{identity}", "DELETE", {}
            case "replace":
                terms = {
                    "quantity": str(self.dice.randint(3, 14)),
                    "price": str(self.dice.randint(90, 110)),
                }
                return f"{ORDERS}/{identity}", "PATCH", terms
        return f"{ORDERS}/cancel-all", "POST", {"symbol": self.dice.choice(self.symbols)}

    async def _ask(self, asked: Asked, data: bytes) -> None:
        """Ask; with a key again until it is answered, without one just once."""
        self.asked.append(asked)
        for _ in range(_TRIES if asked.key is not None else 1):
            await self.load.up.wait()
            try:
                async with asyncio.timeout(_PATIENCE):
                    reply = await exchanged(self.load.service.url, data)
            except (TimeoutError, OSError, EOFError) as error:
                self.troubles[type(error).__name__] += 1
            else:
                asked.replies.append(reply)
                if reply.status < 500:
                    return
            await asyncio.sleep(_PAUSE)
