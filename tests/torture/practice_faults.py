"""What the practice exchange does wrong in the torture: every way of ccxt's notes, by its fault.

Each kind comes once for sure, early on, and then by chance.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import count
from typing import Any, Final

from fillgate.practice.faults import REPORT, WS, FaultKind
from tests.torture.faults import Faults
from tests.torture.ledger import Injected, Line

__all__ = ["faults_of", "injected"]

ORDER: Final = "/api/v3/order"
_SLOW_MS: Final = 1600
_PAGES: Final = (200, 400, 403, 404, 409, 429, 500, 502, 503, 524)
"""Statuses of web pages that proxies answer with, in place of what the exchange said."""
_PAGE: Final = "<html><body><h1>Please wait</h1></body></html>"
_DUPLICATE: Final = '{"code":-2010,"msg":"Duplicate order sent."}'
"""What a gateway answers that sent an order on twice: the first was taken."""
_NO_SUCH_ORDER: Final = '{"code":-2011,"msg":"Unknown order sent."}'

_Kind = Mapping[str, Any]


def _kind(fault: FaultKind, **more: Any) -> _Kind:
    return {"fault": fault, **more}


_TAKEN: Final = (
    _kind(FaultKind.TRUNCATE),
    _kind(FaultKind.CUT_JSON),
    _kind(FaultKind.GATEWAY_TIMEOUT),
    *(_kind(FaultKind.HTML, status=status) for status in _PAGES),
)
_UNNAMED: Final = (
    _kind(FaultKind.EMPTY),
    _kind(FaultKind.EMPTY_OBJECT),
    _kind(FaultKind.UNEXPECTED),
    _kind(FaultKind.TIMEOUT),
)
_UNREAD: Final = (
    _kind(FaultKind.DROP),
    _kind(FaultKind.REFUSE),
    _kind(FaultKind.REFUSE, status=403, body=_PAGE),
    _kind(FaultKind.REFUSE, status=429, body=_PAGE),
)
_UNTOLD: Final = (
    *_UNREAD,
    _kind(FaultKind.CUT_JSON),
    _kind(FaultKind.EMPTY),
    _kind(FaultKind.EMPTY_OBJECT),
    _kind(FaultKind.HTML, status=404),
)


def _at(method: str, path: str, kinds: Sequence[_Kind]) -> tuple[_Kind, ...]:
    return tuple({**kind, "method": method, "path": path} for kind in kinds)


_KINDS: Final[Mapping[str, Sequence[_Kind]]] = {
    "dropped": _at("POST", ORDER, _UNREAD),
    "lost_answer": _at("POST", ORDER, [_kind(FaultKind.HANG)]),
    "reset": _at("POST", ORDER, [_kind(FaultKind.RESET)]),
    "truncated": _at("POST", ORDER, _TAKEN),
    "nameless": _at(
        "POST",
        ORDER,
        [*_UNNAMED, _kind(FaultKind.UNEXPECTED, status=400, body=_DUPLICATE)],
    ),
    "slow": _at("POST", ORDER, [_kind(FaultKind.DELAY, delay_ms=_SLOW_MS)]),
    "cancel_dropped": _at("DELETE", ORDER, _UNREAD),
    "cancel_lost": _at(
        "DELETE", ORDER, [_kind(FaultKind.HANG), _kind(FaultKind.RESET), *_TAKEN, *_UNNAMED]
    ),
    "cancel_not_found": _at(
        "DELETE", ORDER, [_kind(FaultKind.REFUSE, status=400, body=_NO_SUCH_ORDER)]
    ),
    "lookup_failed": _at("GET", ORDER, [_kind(FaultKind.HANG), *_UNTOLD]),
    "list_failed": (
        *_at("GET", "/api/v3/openOrders", _UNTOLD),
        *_at("GET", "/api/v3/myTrades", _UNTOLD),
    ),
    "lost_report": _at(WS, REPORT, [_kind(FaultKind.HANG)]),
    "lost_stream": _at(WS, REPORT, [_kind(FaultKind.RESET)]),
}
"""What the faults of the torture are there; the chance of one is shared among its kinds."""

_REQUESTS: Final[Mapping[tuple[str, str], str]] = {
    ("POST", ORDER): "new",
    ("DELETE", ORDER): "cancel",
    ("GET", ORDER): "lookup",
    ("GET", "/api/v3/openOrders"): "list",
    ("GET", "/api/v3/myTrades"): "list",
    (WS, REPORT): "report",
}

_APART: Final[Mapping[str, int]] = {"new": 2, "cancel": 2, "lookup": 5, "list": 25, "report": 5}
"""How many requests there are from one kind that comes for sure to the next. A comparison asks for
a list of each symbol, and nothing is sent after a start before one has all of them."""


def faults_of(faults: Faults, seed: str) -> Iterator[dict[str, Any]]:
    """Return the faults to set, in their order."""
    kinds = [
        (kind, Decimal(str(getattr(faults, name))) / len(kinds))
        for name, kinds in _KINDS.items()
        for kind in kinds
        if getattr(faults, name)
    ]
    places = {request: count(1) for request in _REQUESTS}
    for kind, _ in kinds:
        request = kind["method"], kind["path"]
        skip = next(places[request]) * _APART[_REQUESTS[request]]
        yield {**kind, "times": 1, "skip": skip}
    left = dict.fromkeys(_REQUESTS, Decimal(1))
    for number, (kind, chance) in enumerate(kinds):
        request = kind["method"], kind["path"]
        # It can only hit what those before it have left.
        own = min(chance / left[request], Decimal(1))
        left[request] -= chance
        # One seed each, or they would all hit the same requests.
        more = {"times": None, "probability": str(own), "seed": int(seed) * len(kinds) + number}
        yield {**kind, **more}


def injected(hits: Sequence[Mapping[str, Any]]) -> Iterator[Line]:
    """Return a line for each request that was hit."""
    for hit in hits:
        request = _REQUESTS[hit["method"], hit["path"]]
        for _ in range(hit["hits"]):
            yield Injected(fault=f"{request}: {hit['fault']}")
