"""Who cancels and replaces orders, by the API, with keys and without, once and again."""

import asyncio
import json
import random
from collections import Counter
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final

from tests.e2e.sender import Reply, request
from tests.torture.processes import API_KEY
from tests.torture.senders import ORDERS, Load, exchanged

__all__ = ["Asked", "Askers"]

_RECENT: Final = 30
_PAUSE: Final = 0.05
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
    asked: list[Asked] = field(default_factory=list)
    troubles: Counter[str] = field(default_factory=Counter)
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    async def run(self, askers: int) -> None:
        """Ask, with so many at once, until the load ends."""
        async with asyncio.TaskGroup() as group:
            for _ in range(askers):
                group.create_task(self._asker())

    async def _asker(self) -> None:
        while not self.load.is_ending:
            await self.load.up.wait()
            await asyncio.sleep(_PAUSE)
            identity = self._recent_order()
            if identity is not None:
                await self._ask(*self._drawn(identity))

    def _recent_order(self) -> str | None:
        """Return an order of late, one that rests if there is any."""
        recent = list(self.load.sent.values())[-_RECENT:]
        told = [
            (sent.fields.get("order_type") == "limit", reply.json.get("client_order_id"))
            for sent in recent
            for reply in sent.replies
        ]
        known = [(rests, str(identity)) for rests, identity in told if identity]
        resting = [identity for rests, identity in known if rests]
        chosen = resting or [identity for _, identity in known]
        return self.dice.choice(chosen) if chosen else None

    def _drawn(self, identity: str) -> tuple[Asked, bytes]:
        kind = self.dice.choices(("cancel", "replace", "cancel-all"), (8, 8, 1))[0]
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
                    "quantity": str(self.dice.randint(2, 9)),
                    "price": str(self.dice.randint(90, 110)),
                }
                return f"{ORDERS}/{identity}", "PATCH", terms
        symbol = f"{self.dice.choice('ABCDEFGHIJKLMNOP')}/USDT"
        return f"{ORDERS}/cancel-all", "POST", {"symbol": symbol}

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
