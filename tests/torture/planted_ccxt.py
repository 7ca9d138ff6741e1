"""fillgate with a fault planted in its plugin of ccxt, to see that the torture finds it.

    python -m tests.torture.planted_ccxt FAULT serve ...

Each fault is one that a careless change of the plugin could make.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import msgspec

from fillgate.domain.errors import CodedError, NotSent, Rejected, Unknown
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.orders import Order
from fillgate.domain.reports import ExecutionReport, ExecutionResult
from fillgate.plugins.base import VenueFill
from fillgate.plugins.ccxt import asking, plugin, sending
from fillgate.plugins.ccxt.plugin import CcxtPlugin
from fillgate.plugins.ccxt.sending import Sender

__all__ = ["FAULTS", "NO_ID"]

NO_ID: Final = "no-id"
"""What stands in the place of an id that did not come."""

_Placed = Callable[..., Any]


def _ending_with(wrong: Callable[[CodedError], CodedError]) -> None:
    real = vars(sending)["ending_of"]

    def ending_of(*given: Any) -> CodedError:
        return wrong(real(*given))

    _put(sending, ending_of)


def _refused_for(*codes: str) -> None:
    def wrong(ending: CodedError) -> CodedError:
        is_wrong = isinstance(ending, Unknown) and ending.code in codes
        return Rejected(ending.code, ending.text) if is_wrong else ending

    _ending_with(wrong)


def call_a_time_out_a_refusal() -> None:
    _refused_for("READ_TIME_OUT")


def call_a_lost_connection_a_refusal() -> None:
    _refused_for("CONNECTION_LOST", "TRANSPORT_FAILED")


def call_a_web_page_a_refusal() -> None:
    _refused_for("HTTP_STATUS")


def call_a_duplicate_a_refusal() -> None:
    _refused_for("DUPLICATE_ORDER")


def call_a_broken_answer_never_sent() -> None:
    def wrong(ending: CodedError) -> CodedError:
        is_wrong = isinstance(ending, Unknown) and ending.code == "BROKEN_ANSWER"
        return NotSent(ending.code, ending.text) if is_wrong else ending

    _ending_with(wrong)


def call_an_order_without_an_id_placed() -> None:
    real = Sender.place

    async def place(self: Sender, order: Order, *given: Any) -> ExecutionResult:
        try:
            return await real(self, order, *given)
        except Unknown as ending:
            if ending.code != "NO_ORDER_ID":
                raise
            now = self.reader.now()
            return ExecutionResult(
                success=True, order_id=NO_ID, timestamp=now, status=OrderStatus.NEW
            )

    _put(Sender, place)


def take_not_found_for_absence_at_once() -> None:
    _settle_in(0.0)


def take_a_refused_lookup_for_absence() -> None:
    _settle_in(1.0)

    def is_absence(*_: Any) -> bool:
        return True

    _put(asking, is_absence)


def _settle_in(seconds: float) -> None:
    real = vars(plugin)["capabilities_of"]

    def capabilities_of(*given: Any) -> Any:
        return msgspec.structs.replace(real(*given), settle_seconds=seconds)

    _put(plugin, capabilities_of)


def call_a_lost_cancel_done() -> None:
    real = Sender.cancel

    async def cancel(self: Sender, **named: Any) -> ExecutionReport | None:
        try:
            return await real(self, **named)
        except Unknown:
            sent = self.reader.known.order(named["client_order_id"])
            assert sent is not None
            return ExecutionReport(
                client_order_id=named["client_order_id"],
                order_id=named["order_id"] or NO_ID,
                symbol=sent.order.symbol,
                side=sent.order.side,
                status=OrderStatus.CANCELED,
                timestamp=self.reader.now(),
            )

    _put(Sender, cancel)


def send_an_order_again_after_a_missing_answer() -> None:
    _again(Sender.place)


def send_a_cancel_again_after_a_missing_answer() -> None:
    _again(Sender.cancel)


def _again(real: _Placed) -> None:
    async def twice(self: Sender, *given: Any, **named: Any) -> Any:
        try:
            return await real(self, *given, **named)
        except Unknown:
            return await real(self, *given, **named)

    twice.__name__ = real.__name__
    _put(Sender, twice)


def tell_no_fills_when_asked() -> None:
    async def fills(self: CcxtPlugin, **_: Any) -> Sequence[VenueFill]:
        return ()

    _put(CcxtPlugin, fills)


FAULTS: Final[Mapping[str, Callable[[], None]]] = {
    plant.__name__: plant
    for plant in (
        call_a_time_out_a_refusal,
        call_a_lost_connection_a_refusal,
        call_a_web_page_a_refusal,
        call_a_duplicate_a_refusal,
        call_a_broken_answer_never_sent,
        call_an_order_without_an_id_placed,
        take_not_found_for_absence_at_once,
        take_a_refused_lookup_for_absence,
        call_a_lost_cancel_done,
        send_an_order_again_after_a_missing_answer,
        send_a_cancel_again_after_a_missing_answer,
        tell_no_fills_when_asked,
    )
}


def _put(owner: Any, replacement: Any) -> None:
    """Replace what must be there: a fault that is planted nowhere proves nothing."""
    vars(owner)[replacement.__name__]
    setattr(owner, replacement.__name__, replacement)


if __name__ == "__main__":
    from fillgate.cli import app

    FAULTS[sys.argv.pop(1)]()
    app()
