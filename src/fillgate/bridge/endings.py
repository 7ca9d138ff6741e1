"""From what the account's plugin answered or raised to what is told: the four endings.

Invariant: whatever is not listed here is Unknown.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final, NamedTuple

from fillgate.domain.errors import CodedError, Denied, NotSent, Rejected, Unknown
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.reports import ExecutionReport, ExecutionResult
from fillgate.plugins.ccxt_http.protocol import ActEnding, Ending, OrderEnding

__all__ = ["Ended", "act_ending", "conclude", "order_ending"]

Value = ExecutionResult | ExecutionReport

_ENDINGS: Final[tuple[tuple[type[CodedError], Ending], ...]] = (
    (Rejected, Ending.REJECTED),
    (NotSent, Ending.NOT_SENT),
    # A check inside the plugin: nothing left.
    (Denied, Ending.NOT_SENT),
    (Unknown, Ending.UNKNOWN),
)
# What readers of the older answers take for a result, a refusal, and neither.
_STATUSES: Final[Mapping[Ending, str]] = {
    Ending.RESULT: "executed",
    Ending.REJECTED: "ignored",
    Ending.NOT_SENT: "ignored",
    Ending.UNKNOWN: "unknown",
}


class Ended(NamedTuple):
    """How a request to the venue ended."""

    ending: Ending
    code: str | None = None
    text: str = ""
    value: Value | None = None
    """What the plugin returned, where it is a result."""


async def conclude(answer: Awaitable[object]) -> Ended:
    """Return how a request ended that the plugin was asked for; raises nothing but cancellation."""
    try:
        return _of_value(await answer)
    except CodedError as error:
        kind = next((each for kind, each in _ENDINGS if isinstance(error, kind)), Ending.UNKNOWN)
        return Ended(kind, error.code, error.text)
    except Exception as error:  # noqa: BLE001 - whatever a plugin raises has an ending: Unknown
        return Ended(Ending.UNKNOWN, "PLUGIN_ERROR", f"{type(error).__name__}: {error}")


def _of_value(value: object) -> Ended:
    if isinstance(value, ExecutionReport):
        return Ended(Ending.RESULT, value=value)
    if not isinstance(value, ExecutionResult):
        return Ended(Ending.UNKNOWN, "NO_RESULT", f"the plugin returned {type(value).__name__}")
    if value.success and value.order_id:
        return Ended(Ending.RESULT, value=value)
    words = (value.error or "").strip()
    if not value.success and value.status is OrderStatus.REJECTED and words:
        return Ended(Ending.REJECTED, value.code or "REJECTED", words)
    return Ended(
        Ending.UNKNOWN,
        value.code or "NO_DEFINITE_REASON",
        words or "neither success with the venue's order_id nor a refusal in words",
    )


def order_ending(ended: Ended, *, replayed: bool, redact: Callable[[str], str]) -> OrderEnding:
    """Return how an order's submission ended, as it is told."""
    result = ended.value if isinstance(ended.value, ExecutionResult) else None
    return OrderEnding(
        status=_STATUSES[ended.ending],
        ending=ended.ending,
        code=ended.code,
        message=redact(ended.text),
        order_id=None if result is None else result.order_id,
        filled_quantity=None if result is None else result.filled_quantity,
        average_price=None if result is None else result.average_price,
        result=result,
        replayed=replayed,
    )


def act_ending(ended: Ended, *, replayed: bool, redact: Callable[[str], str]) -> ActEnding:
    """Return how a cancel or a replace ended, as it is told."""
    return ActEnding(
        ending=ended.ending,
        code=ended.code,
        message=redact(ended.text),
        report=ended.value if isinstance(ended.value, ExecutionReport) else None,
        replayed=replayed,
    )
