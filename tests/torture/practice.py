"""The practice exchange as the venue of the torture, by an account of type ccxt.

It lives on while the service is killed. What truly happened is told by its receipts of all orders
and cancels that ever came, and by its own lists of orders and trades, as Binance has them.
"""

import asyncio
import os
import random
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from decimal import ROUND_FLOOR, Decimal
from itertools import cycle
from pathlib import Path
from typing import Any, Final

import httpx2

from fillgate.practice.faults import FaultKind
from fillgate.practice.symbols import SYMBOLS, Symbol
from tests.e2e.process import PATIENCE, Service, until
from tests.torture.evidence import get
from tests.torture.faults import Faults
from tests.torture.ledger import Line
from tests.torture.practice_client import PracticeClient
from tests.torture.practice_faults import ORDER, faults_of, injected
from tests.torture.practice_lines import Receipts, lines_of
from tests.torture.stabbing import NAMELESS

__all__ = ["PracticeProcess"]

_LISTED: Final = {f"{each.base}/{each.quote}": each for each in SYMBOLS}
_TRADED: Final = ("BTC/USDC", "BTC/USDT", "DOGE/USDT", "ETH/USDT", "LTC/USDT", "SOL/USDT")
"""Many, for each is a lane; and few, for after a start nothing is sent before ccxt has asked for
the executions of each, about one a second."""
_OWNED: Final = tuple(sorted({a for each in SYMBOLS for a in (each.base, each.quote)} - {"LTC"}))
"""The assets of which there is enough; the first to sell LTC has none."""
_ENOUGH: Final = 100_000_000
_PRICE_FACTORS: Final[Mapping[str, tuple[Decimal, ...]]] = {
    "buy": (Decimal("0.97"), Decimal("0.985"), Decimal("1.005")),
    "sell": (Decimal("1.03"), Decimal("1.015"), Decimal("0.995")),
}
_SETTLE_MS: Final = 10_000
"""For how long the plugin says that a lookup may miss an order; it does for a share of that."""
_LOOK_SECONDS: Final = 0.02
_WARM_SECONDS: Final = 10.0
_METHODS: Final[Mapping[str, str]] = {"new": "POST", "cancel": "DELETE"}
_LONGEST_STOP: Final = 2.5
_LONGEST_AWAY: Final = 1.5
_LONGEST_NAMELESS: Final = 0.8
_TEMPERS: Final = (
    # So hasty that ccxt gives an order up, or so patient that the engine does.
    {"connect_timeout": 0.5, "answer_timeout": 0.7},
    {"connect_timeout": 3.0, "answer_timeout": 10.0},
)


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
    names_requests: bool = False
    longest_stop: float = _LONGEST_STOP
    symbols: Sequence[str] = _TRADED
    process: "subprocess.Popen[bytes] | None" = None
    environ: Mapping[str, str] = field(
        # ccxt is large: to compile it at every start would take longer than all else.
        default_factory=lambda: {"PYTHONDONTWRITEBYTECODE": ""}
    )
    _client: PracticeClient = field(init=False)
    _nameless: Path = field(init=False)
    _prices: dict[str, Decimal] = field(default_factory=dict)
    _tempers: Any = field(default_factory=lambda: cycle(_TEMPERS))

    def __post_init__(self) -> None:
        self._client = PracticeClient(self.folder)
        self._nameless = self.folder / NAMELESS

    @property
    def engine(self) -> Mapping[str, Any]:
        """Deadlines for TLS on a busy machine; so few comparisons that its limits allow them."""
        return {
            "submit_deadline": 1.5,
            "lookup_deadline": 3.0,
            "poll_interval": 0.5,
            "reconcile_interval": 10.0,
            # Lanes are held for longer here than anywhere: the others shall have room.
            "max_waiting": 200,
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
                env={**os.environ, **self.environ, "PYTHONUNBUFFERED": "1"},
            )
        until(self._listens, "the practice exchange listens")
        names = {each.name: symbol for symbol, each in _LISTED.items()}
        for row in self._client.ask("GET", "/api/v3/ticker/price"):
            self._prices[names[row["symbol"]]] = Decimal(row["price"])
        for fault in faults_of(self.faults, self.seed):
            self._client.control("POST", "faults", fault)
        late = {"late_ms": int(self.faults.hidden * _SETTLE_MS)}
        self._client.control("POST", "lookups", late)

    def _arguments(self) -> list[str]:
        balances = [f"--balance={asset}={_ENOUGH}" for asset in _OWNED]
        keys, ca = str(self._client.keys), str(self._client.ca)
        return ["--port", "0", "--ca", ca, "--keys", keys, "--seed", self.seed, *balances]

    def _listens(self) -> bool:
        assert self.process is not None
        told = (self.folder / "venue-log").read_text()
        assert self.process.poll() is None, told
        _, _, after = told.partition("https://127.0.0.1:")
        self._client.port = int(after.split()[0]) if "\n" in after else 0
        return self._client.port > 0

    def finish(self) -> None:
        """Make sure that there is no process."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait(PATIENCE)

    # What is traded

    def draw(self, dice: random.Random, side: str) -> dict[str, Any]:
        """Return what is to be traded there; a few orders are too small for its filters."""
        symbol = dice.choice(self.symbols)
        listed, price = _LISTED[symbol], self._prices[symbol]
        worth = dice.randint(20, 200) if dice.randrange(12) else 1
        quantity = worth / price / self._prices.get(f"{listed.quote}/USDT", Decimal(1))
        order = {"symbol": symbol, "quantity": _text(quantity, listed.lot)}
        if dice.randrange(2):
            limit = price * dice.choice(_PRICE_FACTORS[side])
            order |= {"order_type": "limit", "price": _text(limit, listed.tick)}
        return order

    async def trade(self, identity: str, dice: random.Random, symbols: Sequence[str]) -> None:
        """Place an order past the service with the account's own keys; see `VenueUnderTest`."""
        side = dice.choice(("buy", "sell"))
        drawn = self.draw(dice, side)
        # ccxt asks for executions by symbol: what the service does not trade is never asked for.
        if drawn["symbol"] not in symbols:
            return
        listed: Symbol = _LISTED[drawn["symbol"]]
        fields = {
            "symbol": listed.name,
            "side": side.upper(),
            "type": drawn.get("order_type", "market").upper(),
            "quantity": drawn["quantity"],
            "newClientOrderId": identity,
        }
        if "price" in drawn:
            fields |= {"price": drawn["price"], "timeInForce": "GTC"}
        # What became of it stands in the receipts.
        with suppress(httpx2.HTTPError, ValueError):
            await asyncio.to_thread(self._client.signed, "POST", ORDER, **fields)

    # The account

    def account(self, daggers: Path) -> Mapping[str, Any]:
        """Return the settings of an account there."""
        self._nameless = daggers / NAMELESS
        keys = self._client.keys
        return {
            "type": "ccxt",
            "exchange": "binance",
            "practice": f"127.0.0.1:{self._client.port}",
            "practice_ca": str(self._client.ca),
            "request_interval": 0.005,
            "api_key": f"file:{keys / 'practice-key'}",
            "secret": f"file:{keys / 'practice-secret'}",
        }

    def vary(self) -> Mapping[str, Any]:
        """Return what is other in the account's settings at each start."""
        temper: Mapping[str, Any] = next(self._tempers)
        return temper

    async def warm(self, service: Service) -> None:
        """Return once orders are sent at once, or after a while."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_WARM_SECONDS):
                while not await asyncio.to_thread(_is_warm, service):  # noqa: ASYNC110 - see above
                    await asyncio.sleep(_LOOK_SECONDS)

    # What goes wrong

    def mischief(self, dice: random.Random) -> Mapping[str, Callable[[], Awaitable[None]]]:
        """Return what befalls it as a whole, by name."""
        return {
            "stopped for a while": lambda: self._stop(dice.uniform(0.2, _LONGEST_STOP)),
            "away for a while": lambda: self._be_away(dice.uniform(0.2, _LONGEST_AWAY)),
            "all connections cut": lambda: self._be_away(0),
            "all streams cut": self._cut_streams,
            "no names resolved": lambda: self._lose_names(dice.uniform(0.2, _LONGEST_NAMELESS)),
        }

    async def _stop(self, seconds: float) -> None:
        """Let its process do nothing, its connections open."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)
        try:
            await asyncio.sleep(seconds)
        finally:
            self.process.send_signal(signal.SIGCONT)

    async def _be_away(self, seconds: float) -> None:
        await asyncio.to_thread(self._client.send_away, seconds)

    async def _cut_streams(self) -> None:
        await asyncio.to_thread(self._client.control, "POST", "sockets/drop")

    async def _lose_names(self, seconds: float) -> None:
        """Let the service find no address."""
        self._nameless.touch()
        try:
            await asyncio.sleep(seconds)
        finally:
            self._nameless.unlink()

    async def heal(self) -> None:
        """Let it do nothing wrong any more."""
        await asyncio.to_thread(self._client.control, "DELETE", "faults")
        await asyncio.to_thread(self._client.control, "POST", "lookups", {"late_ms": 0})

    async def quiet(self) -> None:
        """Return at once: its prices go on, and what they set off is told."""

    @asynccontextmanager
    async def held(self, request: str) -> AsyncIterator["asyncio.Future[Any]"]:
        """Let it leave the next order, or cancel, without an answer; see `VenueUnderTest`."""
        fault = {"fault": FaultKind.HANG, "method": _METHODS[request], "path": ORDER}
        number = (await asyncio.to_thread(self._client.control, "POST", "faults", fault))["id"]
        arrived = asyncio.ensure_future(self._hit(number))
        try:
            yield arrived
        finally:
            arrived.cancel()

    async def _hit(self, number: int) -> None:
        while await asyncio.to_thread(self._is_set, number):  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(_LOOK_SECONDS)

    def _is_set(self, number: int) -> bool:
        return any(each["id"] == number for each in self._client.control("GET", "faults"))

    def lines(self) -> Sequence[Line]:
        """Return what truly happened, from its receipts, and its lists of orders and trades."""
        ask, pages = self._client.control, self._client.pages
        receipts = Receipts(ask("GET", "orders"), ask("GET", "cancels"))
        lines = [*receipts.lines(), *injected(ask("GET", "hits"))]
        for symbol in self.symbols:
            listed = _LISTED[symbol]
            orders = pages("/api/v3/allOrders", listed.name, "orderId")
            trades = pages("/api/v3/myTrades", listed.name, "fromId")
            lines += lines_of(symbol, orders, trades, receipts.names)
        return lines


def _is_warm(service: Service) -> bool:
    accounts = get(service, "/api/v1/accounts")["accounts"]
    (ours,) = [each for each in accounts if each["name"] == "venue"]
    return bool(ours["up"]) and not ours["reconciliation"]["waiting"]


def _text(number: Decimal, step: Decimal) -> str:
    return str((number / step).to_integral_value(ROUND_FLOOR) * step or step)
