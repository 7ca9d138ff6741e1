"""Whether what a venue found under our id is our order."""

from fillgate.domain.ids import order_of
from fillgate.domain.order_state import OrderState
from fillgate.domain.reports import ExecutionReport
from fillgate.plugins.base import VenueFill

__all__ = ["fill_mismatch", "mismatch"]

_CLOCK_TOLERANCE_MS = 60_000

_Pairs = dict[str, tuple[list[object], object]]
"""By name what may be ours, and what the venue says; None where it does not tell."""


def mismatch(state: OrderState, report: ExecutionReport) -> str | None:
    """Return what does not fit between our order and a venue's report, or None if all does.

    Compared are the client order id, where the venue tells it, symbol, side, quantity and time: an
    order that the venue took more than a minute before ours was planned is another one. An order
    with requests to replace it may be told of by their ids and their quantities too.
    """
    order = state.order
    pairs = _common(state, report)
    pairs["quantity"] = ([order.quantity, *state.former_quantities], report.quantity)
    for request in state.requests:
        if request.replacement is not None:
            pairs["quantity"][0].append(request.replacement.quantity)
    different = _first_different(pairs)
    if different is not None:
        return different
    planned = state.created_at // 1000
    if report.created is not None and report.created < planned - _CLOCK_TOLERANCE_MS:
        return f"created: ours={planned} venue={report.created} (Unix ms)"
    return None


def fill_mismatch(state: OrderState, told: VenueFill) -> str | None:
    """Return what does not fit between our order and a fill that a venue says is of it.

    What names our order is of it, whatever the symbol is that its market is called by.
    """
    pairs = _common(state, told)
    if told.client_order_id is not None:
        del pairs["symbol"]
    return _first_different(pairs)


def _common(state: OrderState, told: ExecutionReport | VenueFill) -> _Pairs:
    order = state.order
    named = told.client_order_id
    return {
        "client_order_id": ([order.client_order_id], None if named is None else order_of(named)),
        "symbol": ([order.symbol], told.symbol),
        "side": ([order.side], told.side),
    }


def _first_different(pairs: _Pairs) -> str | None:
    for name, (ours, theirs) in pairs.items():
        if theirs is not None and theirs not in ours:
            return f"{name}: ours={ours[0]} venue={theirs}"
    return None
