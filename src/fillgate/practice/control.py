"""What the exchange's owner may do, outside of Binance's paths: move prices, break answers, look.

Invariant: without the control key everything here is 403, and nothing happens.
"""

import hmac
from collections.abc import Awaitable, Callable, Sequence
from decimal import Decimal
from typing import Any, Final, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fillgate.practice.absence import Absence
from fillgate.practice.faults import Fault, Faults, fault_problem
from fillgate.practice.filters import HIGHEST_PRICE
from fillgate.practice.hub import Hub
from fillgate.practice.receipts import Receipts
from fillgate.practice.spot import Spot

__all__ = ["KEY_HEADER", "Control"]

KEY_HEADER: Final = "X-Practice-Key"
SPOT: Final = Spot.name
_LONGEST_AWAY_MS: Final = 3_600_000
_Document = TypeVar("_Document")
_encode: Final = msgspec.json.Encoder().encode


class _Price(msgspec.Struct, forbid_unknown_fields=True):
    symbol: str
    price: Decimal | None = None
    """None lets go of it, unless the symbol is closed."""
    closed: bool = False
    market: str = SPOT


class _Lookups(msgspec.Struct, forbid_unknown_fields=True):
    late_ms: int


class _Away(msgspec.Struct, forbid_unknown_fields=True):
    ms: int


class _Wrong(Exception):
    """What is asked for cannot be done; the text says why."""


class Control:
    """The owner's side."""

    def __init__(self, key: str, faults: Faults, hubs: Sequence[Hub], absence: Absence) -> None:
        """Open to who has the key.

        Args:
            key: the owner's.
            faults: what goes wrong.
            hubs: of the exchanges, that for spot first.
            absence: when they cannot be reached.
        """
        self._key = key
        self._faults = faults
        self._hubs = {hub.exchange.name: hub for hub in hubs}
        self._absence = absence

    @property
    def routes(self) -> list[Route]:
        """What can be asked."""
        table: tuple[tuple[str, str, Callable[[bytes], Any]], ...] = (
            ("POST", "/practice/price", self._set_price),
            ("POST", "/practice/faults", self._add_fault),
            ("GET", "/practice/faults", lambda _: self._faults.shown()),
            ("DELETE", "/practice/faults", self._clear_faults),
            ("GET", "/practice/hits", lambda _: self._faults.hits()),
            ("POST", "/practice/lookups", self._set_lookups),
            ("POST", "/practice/sockets/drop", self._drop),
            ("POST", "/practice/away", self._go_away),
            ("GET", "/practice/orders", lambda _: self._receipts.counted()),
            ("GET", "/practice/cancels", lambda _: self._receipts.cancels),
        )
        return [Route(path, self._guarded(do), methods=[method]) for method, path, do in table]

    def _guarded(self, do: Callable[[bytes], Any]) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            given = request.headers.get(KEY_HEADER, "")
            if not hmac.compare_digest(given.encode(), self._key.encode()):
                return _response({"error": f"`{KEY_HEADER}`: expected the control key"}, 403)
            try:
                return _response(do(await request.body()))
            except (msgspec.MsgspecError, _Wrong) as error:
                return _response({"error": str(error)}, 400)

        return answer

    def _set_price(self, body: bytes) -> dict[str, Any]:
        asked = _read(body, _Price)
        hub = self._hubs.get(asked.market)
        if hub is None:
            known = ", ".join(self._hubs)
            raise _Wrong(f"`market`: expected one of {known}, found {asked.market!r}")
        exchange = hub.exchange
        feed = exchange.prices.feeds.get(asked.symbol)
        if feed is None:
            known = ", ".join(exchange.symbols.by_name)
            raise _Wrong(f"`symbol`: expected one of {known}, found {asked.symbol!r}")
        at = exchange.now()
        if asked.closed:
            feed.close(at)
        elif asked.price is None:
            feed.let_go(at)
        else:
            feed.set_price(at, _ticks(asked.price, exchange.symbols.find(asked.symbol).tick))
        hub.beat(at_once=True)
        return msgspec.structs.asdict(asked)

    def _add_fault(self, body: bytes) -> dict[str, Any]:
        fault = _read(body, Fault)
        problem = fault_problem(fault)
        if problem is not None:
            raise _Wrong(problem)
        return {"id": self._faults.add(fault)}

    def _clear_faults(self, _body: bytes) -> dict[str, Any]:
        self._faults.clear()
        return {}

    def _set_lookups(self, body: bytes) -> dict[str, Any]:
        asked = _read(body, _Lookups)
        if asked.late_ms < 0:
            raise _Wrong("`late_ms`: expected no number below 0")
        for hub in self._hubs.values():
            hub.exchange.late = asked.late_ms * 1000
        return {"late_ms": asked.late_ms}

    def _drop(self, _body: bytes) -> dict[str, Any]:
        return {"dropped": sum(hub.drop_all() for hub in self._hubs.values())}

    def _go_away(self, body: bytes) -> dict[str, Any]:
        asked = _read(body, _Away)
        if not 0 <= asked.ms <= _LONGEST_AWAY_MS:
            raise _Wrong(f"`ms`: expected a number from 0 to {_LONGEST_AWAY_MS}")
        self._absence.ask(asked.ms / 1000)
        return {"ms": asked.ms}

    @property
    def _receipts(self) -> Receipts:
        """Of both exchanges."""
        return self._hubs[SPOT].exchange.receipts


def _ticks(price: Decimal, tick: Decimal) -> int:
    fits = price.is_finite() and 0 < price <= HIGHEST_PRICE and not price % tick
    if not fits:
        text = f"`price`: expected a multiple of {tick} above 0, up to {HIGHEST_PRICE}"
        raise _Wrong(f"{text}, found {price}")
    return int(price / tick)


def _read(body: bytes, kind: type[_Document]) -> _Document:
    return msgspec.json.decode(body, type=kind, strict=False)


def _response(document: Any, status: int = 200) -> Response:
    return Response(_encode(document), status, media_type="application/json")
