"""Whether what a venue found under our id is our order."""

from fillgate.domain.order_state import OrderState
from fillgate.domain.reports import ExecutionReport

__all__ = ["mismatch"]

_CLOCK_TOLERANCE_MS = 60_000


def mismatch(state: OrderState, report: ExecutionReport) -> str | None:
    """Return what does not fit between our order and a venue's report, or None if all does.

    Compared are the client order id, where the venue tells it, symbol, side, quantity and time: an
    order that the venue took more than a minute before ours was planned is another one. An order
    with requests to replace it may be told of by their ids and their quantities too.
    """
    order = state.order
    pairs: dict[str, tuple[list[object], object]] = {
        "client_order_id": ([order.client_order_id], report.client_order_id),
        "symbol": ([order.symbol], report.symbol),
        "side": ([order.side], report.side),
        "quantity": ([order.quantity, *state.former_quantities], report.quantity),
    }
    for request in state.requests:
        if request.replacement is not None:
            pairs["client_order_id"][0].append(request.request)
            pairs["quantity"][0].append(request.replacement.quantity)
    for name, (ours, theirs) in pairs.items():
        if theirs is not None and theirs not in ours:
            return f"{name}: ours={ours[0]} venue={theirs}"
    planned = state.created_at // 1000
    if report.created is not None and report.created < planned - _CLOCK_TOLERANCE_MS:
        return f"created: ours={planned} venue={report.created} (Unix ms)"
    return None
