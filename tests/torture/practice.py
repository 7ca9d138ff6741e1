"""The practice exchange as the venue of the torture, by an account of type ccxt.

It lives on while the service is killed. What truly happened is told by its receipts of all orders
that ever came, and by its own lists of orders and trades, as Binance has them.
"""

import asyncio
import hashlib
import hmac
import os
import random
import ssl
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import ROUND_FLOOR, Decimal
from itertools import cycle
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import httpx2

from fillgate.practice.control import KEY_HEADER
from fillgate.practice.faults import FaultKind
from fillgate.practice.key_files import CONTROL_FILE
from fillgate.practice.symbols import SYMBOLS
from tests.e2e.process import PATIENCE, until
from tests.torture.faults import Faults
from tests.torture.killer import MOMENTS_OF_SIGNALS
from tests.torture.ledger import Accepted, Arrived, Canceled, Filled, Line, Refused
from tests.torture.run import Plan

__all__ = ["WITH_CCXT", "PracticeProcess"]

_TRADED: Final = {f"{each.base}/{each.quote}": each for each in SYMBOLS if each.quote == "USDT"}
_NAMES: Final = {each.name: symbol for symbol, each in _TRADED.items()}
_OWNED: Final = ("USDT", *(each.base for each in _TRADED.values() if each.base != "LTC"))
"""The assets of which there is enough; the first to sell LTC has none."""
_ENOUGH: Final = 100_000_000
_PRICE_FACTORS: Final[Mapping[str, tuple[Decimal, ...]]] = {
    "buy": (Decimal("0.97"), Decimal("0.985"), Decimal("1.005")),
    "sell": (Decimal("1.03"), Decimal("1.015"), Decimal("0.995")),
}
_LATE_MS: Final = 1500
_LOOK_SECONDS: Final = 0.02
_ORDER: Final = "/api/v3/order"
_KINDS: Final[Mapping[str, tuple[FaultKind, ...]]] = {
    "dropped": (FaultKind.REFUSE,),
    "lost_answer": (FaultKind.HANG,),
    "reset": (FaultKind.RESET,),
    "truncated": (FaultKind.TRUNCATE, FaultKind.HTML, FaultKind.GATEWAY_TIMEOUT),
    "nameless": (FaultKind.EMPTY, FaultKind.EMPTY_OBJECT, FaultKind.UNEXPECTED, FaultKind.TIMEOUT),
    "slow": (FaultKind.DELAY,),
}
"""What the faults of the torture are there; the chance of one is shared among its kinds."""
_SLOW_MS: Final = 1600
_ADDRESSES: Final = cycle([f"127.0.1.{number}" for number in range(1, 100)])
"""Where we ask from. Limits are by address: so none counts for the service, or is ever used up."""


@dataclass
class PracticeProcess:
    """The practice exchange in a process of its own, and its owner's keys."""

    folder: Path
    seed: str
    faults: Faults
    can_restart: bool = False
    look_seconds: float = 0.5
    pause: float = 0.35
    # Longer than it takes until an order that never came is known to be absent.
    max_age: float = 20.0
    port: int = 0
    process: "subprocess.Popen[bytes] | None" = None
    _prices: dict[str, Decimal] = field(default_factory=dict)

    @property
    def engine(self) -> Mapping[str, Any]:
        """Deadlines for TLS on a busy machine; so few comparisons that its limits allow them."""
        return {
            "submit_deadline": 1.5,
            "lookup_deadline": 3.0,
            "poll_interval": 0.5,
            "reconcile_interval": 10.0,
        }

    def start(self) -> None:
        """Start it, set its faults, and learn its prices."""
        with (self.folder / "venue-log").open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "fillgate", "venue", *self._arguments()],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
            )
        until(self._listens, "the practice exchange listens")
        for row in self._get("/api/v3/ticker/price"):
            if row["symbol"] in _NAMES:
                self._prices[_NAMES[row["symbol"]]] = Decimal(row["price"])
        for fault in _faults_of(self.faults, self.seed):
            self._control("POST", "faults", fault)
        late = _LATE_MS if self.faults.hidden else 0
        self._control("POST", "lookups", {"late_ms": late})

    def _arguments(self) -> list[str]:
        balances = [f"--balance={asset}={_ENOUGH}" for asset in _OWNED]
        keys, ca = str(self._keys), str(self._ca)
        return ["--port", "0", "--ca", ca, "--keys", keys, "--seed", self.seed, *balances]

    def _listens(self) -> bool:
        assert self.process is not None
        told = (self.folder / "venue-log").read_text()
        assert self.process.poll() is None, told
        _, _, after = told.partition("https://127.0.0.1:")
        self.port = int(after.split()[0]) if "\n" in after else 0
        return self.port > 0

    def finish(self) -> None:
        """Make sure that there is no process."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait(PATIENCE)

    def draw(self, dice: random.Random, side: str) -> dict[str, Any]:
        """Return what is to be traded there; a few orders are too small for its filters."""
        symbol = dice.choice(sorted(_TRADED))
        listed, price = _TRADED[symbol], self._prices[symbol]
        worth = dice.randint(20, 200) if dice.randrange(12) else 1
        order = {"symbol": symbol, "quantity": _text(Decimal(worth) / price, listed.lot)}
        if not dice.randrange(3):
            limit = price * dice.choice(_PRICE_FACTORS[side])
            order |= {"order_type": "limit", "price": _text(limit, listed.tick)}
        return order

    def account(self, daggers: Path) -> Mapping[str, Any]:
        """Return the settings of an account there."""
        return {
            "type": "ccxt",
            "exchange": "binance",
            "practice": f"127.0.0.1:{self.port}",
            "practice_ca": str(self._ca),
            "api_key": f"file:{self._keys / 'practice-key'}",
            "secret": f"file:{self._keys / 'practice-secret'}",
        }

    async def heal(self) -> None:
        """Let it do nothing wrong any more."""
        await asyncio.to_thread(self._control, "DELETE", "faults")
        await asyncio.to_thread(self._control, "POST", "lookups", {"late_ms": 0})

    async def quiet(self) -> None:
        """Return at once: its prices go on, and what they set off is told."""

    @asynccontextmanager
    async def held(self, request: str) -> AsyncIterator["asyncio.Future[Any]"]:
        """Let it leave the next order without an answer; see `VenueUnderTest`."""
        assert request == "new"
        fault = {"fault": FaultKind.HANG, "path": _ORDER}
        number = (await asyncio.to_thread(self._control, "POST", "faults", fault))["id"]
        arrived = asyncio.ensure_future(self._hit(number))
        try:
            yield arrived
        finally:
            arrived.cancel()

    async def _hit(self, number: int) -> None:
        while await asyncio.to_thread(self._is_set, number):  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(_LOOK_SECONDS)

    def _is_set(self, number: int) -> bool:
        return any(each["id"] == number for each in self._control("GET", "faults"))

    # What truly happened

    def lines(self) -> Sequence[Line]:
        """Return it from the receipts, the list of orders and the list of trades."""
        receipts = self._control("GET", "orders")
        lines = [line for group in receipts for line in _arrivals(group)]
        names = _names_of(receipts)
        for symbol in _NAMES:
            orders = self._all("/api/v3/allOrders", symbol, "orderId")
            lines += (line for each in orders for line in _order(each, names))
            lines += map(_trade, self._all("/api/v3/myTrades", symbol, "fromId"))
            lines += (_canceled(each) for each in orders if each["status"] == "CANCELED")
        return lines

    def _all(self, path: str, symbol: str, start: str) -> list[Mapping[str, Any]]:
        """Return a whole list, page by page."""
        rows: list[Mapping[str, Any]] = []
        key = "orderId" if start == "orderId" else "id"
        while True:
            first = rows[-1][key] + 1 if rows else 0
            page = self._signed(path, symbol=symbol, limit=1000, **{start: first})
            rows += page
            if len(page) < 1000:
                return rows

    # Asking

    @property
    def _keys(self) -> Path:
        return self.folder / "venue-keys"

    @property
    def _ca(self) -> Path:
        return self.folder / "venue-ca.pem"

    def _signed(self, path: str, **fields: Any) -> Any:
        secret = (self._keys / "practice-secret").read_bytes().strip()
        query = urlencode({**fields, "timestamp": time.time_ns() // 1_000_000})
        signature = hmac.new(secret, query.encode(), hashlib.sha256).hexdigest()
        key = (self._keys / "practice-key").read_text().strip()
        return self._get(f"{path}?{query}&signature={signature}", {"X-MBX-APIKEY": key})

    def _control(self, method: str, path: str, document: Any = None) -> Any:
        key = (self._keys / CONTROL_FILE).read_text().strip()
        return self._ask(method, f"/practice/{path}", {KEY_HEADER: key}, document)

    def _get(self, path: str, headers: Mapping[str, str] | None = None) -> Any:
        return self._ask("GET", path, headers)

    def _ask(
        self, method: str, path: str, headers: Mapping[str, str] | None, document: Any = None
    ) -> Any:
        context = ssl.create_default_context(cafile=str(self._ca))
        transport = httpx2.HTTPTransport(verify=context, local_address=next(_ADDRESSES))
        with httpx2.Client(
            base_url=f"https://127.0.0.1:{self.port}", transport=transport, timeout=PATIENCE
        ) as client:
            return (
                client.request(method, path, headers=headers, json=document)
                .raise_for_status()
                .json()
            )


def _faults_of(faults: Faults, seed: str) -> Iterator[dict[str, Any]]:
    kinds = [(name, kind) for name, kinds in _KINDS.items() for kind in kinds]
    for number, (name, kind) in enumerate(kinds):
        yield {
            "fault": kind,
            "path": _ORDER,
            "times": None,
            "probability": str(getattr(faults, name) / len(_KINDS[name])),
            # One of their own each, or they would all hit the same orders.
            "seed": int(seed) * len(kinds) + number,
            "delay_ms": _SLOW_MS if kind is FaultKind.DELAY else 0,
        }
    if faults.lookup_failed:
        refused = {"fault": FaultKind.REFUSE, "method": "GET", "path": _ORDER, "times": None}
        yield {**refused, "probability": str(faults.lookup_failed), "seed": int(seed)}


def _text(number: Decimal, step: Decimal) -> str:
    return str((number / step).to_integral_value(ROUND_FLOOR) * step or step)


def _arrivals(group: Mapping[str, Any]) -> Iterator[Line]:
    """Return the lines of all requests under one client order id."""
    name = group["clientOrderId"]
    for each in group["requests"]:
        fault = each["fault"] or ""
        yield Arrived(at=each["at"], request="new", client_order_id=name, fault=fault)
        if each["code"] is not None:
            yield Refused(at=each["at"], client_order_id=name, code=str(each["code"]))


def _names_of(receipts: Sequence[Mapping[str, Any]]) -> Mapping[int, str]:
    """Return the client order ids under which orders came, by the exchange's ids."""
    return {
        each["order_id"]: group["clientOrderId"]
        for group in receipts
        for each in group["requests"]
        if each["order_id"] is not None
    }


def _order(row: Mapping[str, Any], names: Mapping[int, str]) -> Iterator[Line]:
    kind = row["type"].lower()
    yield Accepted(
        at=row["time"],
        client_order_id=names.get(row["orderId"], row["clientOrderId"]),
        order_id=str(row["orderId"]),
        symbol=_NAMES[row["symbol"]],
        side=row["side"].lower(),
        order_type=kind,
        quantity=Decimal(row["origQty"]),
        price=Decimal(row["price"]) if kind == "limit" else None,
    )


def _trade(row: Mapping[str, Any]) -> Line:
    return Filled(
        at=row["time"],
        order_id=str(row["orderId"]),
        fill_id=str(row["id"]),
        quantity=Decimal(row["qty"]),
        price=Decimal(row["price"]),
        fee=Decimal(row["commission"]),
    )


def _canceled(row: Mapping[str, Any]) -> Line:
    return Canceled(at=row["updateTime"], order_id=str(row["orderId"]), request="")


WITH_CCXT: Final = Plan(
    seed=0,
    kills=0,
    faults=Faults(
        dropped=0.03,
        lost_answer=0.04,
        reset=0.04,
        truncated=0.08,
        nameless=0.08,
        slow=0.04,
        hidden=1.0,
        lookup_failed=0.2,
    ),
    venue=PracticeProcess,
    moments=MOMENTS_OF_SIGNALS,
    alerts=2,
    bots=2,
    askers=0,
    strangers=0,
    between=(5, 15),
    healing=90.0,
    program=("-m", "tests.torture.stabbing"),
)
"""A run with ccxt: signals alone, for the receipts tell of new orders."""
