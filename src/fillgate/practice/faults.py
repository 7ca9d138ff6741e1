"""What is to go wrong, how often, and where: set by the exchange's owner.

Invariants:

1. What a fault does is known from its kind: whether the request is processed before its answer is
   broken, or refused unseen.
2. Which requests a probability hits depends on the fault's seed and on how many it could have hit.
3. All that was hit is counted, also by faults that are set no longer.
"""

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from hashlib import blake2b
from typing import Any, Final, NamedTuple

import msgspec

__all__ = ["KINDS", "REPORT", "WS", "Fault", "FaultKind", "Faults", "Manner", "fault_problem"]

WS: Final = "WS"
"""Stands for the method of a request by WebSocket; its path is the name of what is asked."""
REPORT: Final = "executionReport"
"""Stands for the path of a report of an order to who listens to its account."""
_DRAWS: Final = 1 << 64
_HTML: Final = "<html><head><title>{0}</title></head><body><h1>{0}</h1></body></html>"


class FaultKind(StrEnum):
    """What happens to a request."""

    REFUSE = "refuse"
    DROP = "drop"
    HANG = "hang"
    RESET = "reset"
    TRUNCATE = "truncate"
    CUT_JSON = "cut-json"
    HTML = "html"
    EMPTY = "empty"
    EMPTY_OBJECT = "empty-object"
    GATEWAY_TIMEOUT = "gateway-timeout"
    TIMEOUT = "timeout"
    UNEXPECTED = "unexpected"
    DELAY = "delay"


class Manner(NamedTuple):
    """What a kind of fault does."""

    words: str
    processed: bool = True
    """Whether the request is processed first."""
    status: int | None = None
    """Of the answer that comes instead."""
    body: str = ""
    content_type: str = "application/json;charset=UTF-8"
    by_websocket: bool = True
    """Whether there is such a thing there."""


_TIMEOUT: Final = (
    '{"code":-1007,"msg":"Timeout waiting for response from backend server. '
    'Send status unknown; execution status unknown."}'
)
_UNEXPECTED: Final = (
    '{"code":-1006,"msg":"An unexpected response was received from the message bus. '
    'Execution status unknown."}'
)
_BUSY: Final = '{"code":-1001,"msg":"Internal error; unable to process your request."}'

KINDS: Final[Mapping[FaultKind, Manner]] = {
    FaultKind.REFUSE: Manner("not processed; `status` and `body` are answered", False, 503, _BUSY),
    FaultKind.DROP: Manner("not processed, and the TCP connection reset", processed=False),
    FaultKind.HANG: Manner("processed, and never answered"),
    FaultKind.RESET: Manner("processed, and the TCP connection reset"),
    FaultKind.TRUNCATE: Manner("processed, and the answer cut off", by_websocket=False),
    FaultKind.CUT_JSON: Manner(
        "processed, and the first half of the answer sent as if it were whole", by_websocket=False
    ),
    FaultKind.HTML: Manner(
        "processed, and a page answered with `status`",
        status=502,
        body=_HTML.format("Bad Gateway"),
        content_type="text/html",
        by_websocket=False,
    ),
    FaultKind.EMPTY: Manner("processed, and nothing answered", status=200, by_websocket=False),
    FaultKind.EMPTY_OBJECT: Manner(
        "processed, and `{}` answered", status=200, body="{}", by_websocket=False
    ),
    FaultKind.GATEWAY_TIMEOUT: Manner(
        "processed, and a page of a gateway answered that waited too long",
        status=504,
        body=_HTML.format("504 Gateway Time-out"),
        content_type="text/html",
        by_websocket=False,
    ),
    FaultKind.TIMEOUT: Manner("processed, and -1007 answered", status=408, body=_TIMEOUT),
    FaultKind.UNEXPECTED: Manner("processed, and -1006 answered", status=500, body=_UNEXPECTED),
    FaultKind.DELAY: Manner("processed, and answered after `delay_ms`"),
}
"""All that can go wrong."""


_OF_REPORTS: Final = (FaultKind.HANG, FaultKind.RESET)
"""A report is not told; or the connections of all who listen to its account are reset."""


class Fault(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Something that is to go wrong."""

    fault: FaultKind
    method: str = "POST"
    """Of the requests that it hits; `WS` for those by WebSocket."""
    path: str = "/api/v3/order"
    """Theirs; of those by WebSocket what they ask for, `order.place`; of reports `REPORT`."""
    times: int | None = 1
    """How many it hits; None: all, until it is taken away."""
    skip: int = 0
    """How many it lets pass first."""
    probability: Decimal = Decimal(1)
    """With which it hits one."""
    seed: int = 0
    status: int | None = None
    """Of the answer, instead of the usual one."""
    body: str | None = None
    """The answer, instead of the usual one."""
    delay_ms: int = 0
    """How long it takes until the request is answered, or left unanswered."""

    @property
    def manner(self) -> Manner:
        """What its kind does."""
        return KINDS[self.fault]

    @property
    def name(self) -> str:
        """Its kind, and its status if it has one of its own."""
        return self.fault if self.status is None else f"{self.fault} {self.status}"

    @property
    def answer(self) -> tuple[int, str] | None:
        """Status and body that are answered instead; None for those that answer nothing else."""
        manner = self.manner
        if manner.status is None:
            return None
        body = manner.body if self.body is None else self.body
        return self.status or manner.status, body


def fault_problem(fault: Fault) -> str | None:
    """Return why there can be no such fault; None if there can."""
    if fault.method == WS and not fault.manner.by_websocket:
        return f"`{fault.fault}` is none of requests by WebSocket"
    if (fault.method, fault.path) == (WS, REPORT) and fault.fault not in _OF_REPORTS:
        return f"`{fault.fault}` is none of reports: expected one of {', '.join(_OF_REPORTS)}"
    if not (fault.probability.is_finite() and 0 <= fault.probability <= 1):
        return "`probability`: expected a number from 0 to 1"
    if fault.status is not None and not 200 <= fault.status <= 599:  # noqa: PLR2004 - of HTTP
        return "`status`: expected a number from 200 to 599"
    if min(fault.skip, fault.delay_ms, fault.times or 0) < 0:
        return "`times`, `skip`, `delay_ms`: expected no numbers below 0"
    return None


class Faults:
    """The faults that are set."""

    def __init__(self) -> None:
        """None so far."""
        self._faults: dict[int, Fault] = {}
        self._met: dict[int, int] = {}
        self._hits: Counter[tuple[str, str, str]] = Counter()
        self._next = 1

    def add(self, fault: Fault) -> int:
        """Set one more, behind the others; return its number."""
        number, self._next = self._next, self._next + 1
        self._faults[number] = fault
        self._met[number] = 0
        return number

    def clear(self) -> None:
        """Let nothing go wrong any more."""
        self._faults.clear()

    def shown(self) -> list[dict[str, Any]]:
        """Return those that are set, with how many requests each met."""
        return [
            {"id": number, "met": self._met[number], **msgspec.structs.asdict(fault)}
            for number, fault in self._faults.items()
        ]

    def hits(self) -> list[dict[str, Any]]:
        """Return how many requests were hit, by method, path and fault."""
        return [
            {"method": method, "path": path, "fault": name, "hits": count}
            for (method, path, name), count in self._hits.items()
        ]

    def draw(self, method: str, path: str) -> Fault | None:
        """Return what goes wrong with a request; None if nothing does."""
        for number, fault in tuple(self._faults.items()):
            if (fault.method, fault.path) == (method, path) and self._is_hit(number, fault):
                self._hits[method, path, fault.name] += 1
                return fault
        return None

    def _is_hit(self, number: int, fault: Fault) -> bool:
        met = self._met[number] = self._met[number] + 1
        if met <= fault.skip or not _is_drawn(fault, met):
            return False
        if fault.times is not None:
            fault.times -= 1
            if fault.times <= 0:
                del self._faults[number]
        return True


def _is_drawn(fault: Fault, met: int) -> bool:
    digest = blake2b(f"{fault.seed}|{met}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") < fault.probability * _DRAWS
