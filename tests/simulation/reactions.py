"""What a simulated venue does with orders and requests, and what it then says: tables by name."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final, Literal, NamedTuple

from fillgate.domain.reports import ExecutionResult

__all__ = ["BEHAVIOURS", "NONSENSE", "REACTIONS", "Kind", "RequestKind"]

Says = Literal[
    "result",
    "late result",
    "rejected",
    "rejected result",
    "not sent",
    "reset",
    "unknown",
    "silence",
    "nonsense",
]
"""How a call of the plugin ends."""


class Kind(NamedTuple):
    """One way in which a submission can go."""

    weight: int
    takes: bool
    """Whether the venue has the order."""
    says: Says
    travels: float = 0.0
    """Seconds until the order arrives; its sender may have given up then."""


BEHAVIOURS: Final[Mapping[str, Kind]] = {
    "filled": Kind(14, takes=True, says="result"),
    "rejected": Kind(2, takes=False, says="rejected"),
    "rejected in a result": Kind(1, takes=False, says="rejected result"),
    "not sent": Kind(2, takes=False, says="not sent"),
    "lost": Kind(1, takes=False, says="reset"),
    "lost in silence": Kind(1, takes=False, says="silence"),
    "not taken, nonsense": Kind(1, takes=False, says="nonsense"),
    "taken, reset": Kind(3, takes=True, says="reset"),
    "taken, silence": Kind(2, takes=True, says="silence"),
    "taken, an error": Kind(1, takes=True, says="unknown"),
    "taken, nonsense": Kind(2, takes=True, says="nonsense"),
    "taken, answered late": Kind(2, takes=True, says="late result"),
    "rejected late": Kind(1, takes=False, says="rejected", travels=2.5),
    "slow": Kind(1, takes=True, says="result", travels=0.7),
    "too slow": Kind(2, takes=True, says="result", travels=2.6),
}
"""What can become of an order, by name, with how often each is drawn."""


class RequestKind(NamedTuple):
    """One way in which a cancel or a replace can go."""

    weight: int
    does: bool
    """Whether the venue does it, if it can."""
    says: Says
    travels: float = 0.0
    acts: float = 0.0
    """Seconds from its arrival until it is done; the answer comes before."""


REACTIONS: Final[Mapping[str, RequestKind]] = {
    "done": RequestKind(10, does=True, says="result"),
    "taken, done later": RequestKind(3, does=True, says="result", acts=1.5),
    "refused": RequestKind(2, does=False, says="rejected"),
    "not sent": RequestKind(1, does=False, says="not sent"),
    "lost": RequestKind(2, does=False, says="reset"),
    "lost in silence": RequestKind(1, does=False, says="silence"),
    "not done, nonsense": RequestKind(1, does=False, says="nonsense"),
    "done, reset": RequestKind(3, does=True, says="reset"),
    "done, silence": RequestKind(2, does=True, says="silence"),
    "done, an error": RequestKind(1, does=True, says="unknown"),
    "done, nonsense": RequestKind(1, does=True, says="nonsense"),
    "done, answered late": RequestKind(2, does=True, says="late result"),
    "slow": RequestKind(1, does=True, says="result", travels=0.7),
    "too slow": RequestKind(2, does=True, says="result", travels=2.6),
}
"""What can become of a request, by name, with how often each is drawn."""

NONSENSE: Final[tuple[Any, ...]] = (
    None,
    "ok",
    ExecutionResult(success=True, timestamp=1),
    ExecutionResult(success=False, error="busy", timestamp=1),
    ExecutionResult(success=True, order_id="v", filled_quantity=Decimal("NaN"), timestamp=1),
    ExecutionResult(success=True, order_id="v", filled_quantity=Decimal("1E+99999"), timestamp=1),
)
