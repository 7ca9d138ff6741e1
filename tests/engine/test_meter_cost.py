"""What recording costs an order, measured against calls of a function that does nothing.

The ratio is what the test checks: it holds on a busy machine and on a slow one. Run as a program
(`python -m tests.engine.test_meter_cost`) this tells microseconds.
"""

import time
from collections.abc import Callable
from decimal import Decimal

from fillgate.domain.events import OrderIntended, SubmissionAnswered
from fillgate.domain.order_state import next_state
from fillgate.domain.orders import Order, OrderType, Side
from fillgate.domain.reports import ExecutionResult
from fillgate.engine.clock import SystemClock
from fillgate.meters import Meters

ORDER = Order(
    client_order_id="fg1",
    account="main",
    symbol="BTC/USDT",
    side=Side.BUY,
    order_type=OrderType.MARKET,
    quantity=Decimal(1),
)
RESULT = ExecutionResult(
    success=True,
    order_id="v1",
    filled_quantity=Decimal(1),
    average_price=Decimal(1),
    timestamp=1,
)
INTENDED = OrderIntended(client_order_id="fg1", signal=1, order=ORDER, sending=True)
ANSWERED = SubmissionAnswered(client_order_id="fg1", result=RESULT)
PLANNED = next_state(None, INTENDED, 1)
FILLED = next_state(PLANNED, ANSWERED, 2)

CALLS = 100
ROUNDS, ORDERS = 15, 2000


def record(meters: Meters, clock: SystemClock) -> None:
    """Record what is recorded of a signal whose order is filled at once, clocks included."""
    began = clock.monotonic()
    meters.source("api").accepted(clock.monotonic() - began)
    meters.account("main").changed(INTENDED.kind, None, PLANNED)
    meters.account("main").to_send.observe(clock.monotonic() - began)
    account = meters.account("main")
    if account.changed(ANSWERED.kind, PLANNED, FILLED):
        account.to_outcome.observe(clock.monotonic() - began)


def nothing() -> None:
    """Do nothing."""


def call() -> None:
    """Call a function so many times."""
    for _ in range(CALLS):
        nothing()


def fastest(work: Callable[[], object]) -> float:
    """Return the seconds that a piece of work takes when nothing is in its way."""
    return min(_seconds(work) for _ in range(ROUNDS))


def _seconds(work: Callable[[], object]) -> float:
    start = time.thread_time()
    for _ in range(ORDERS):
        work()
    return (time.thread_time() - start) / ORDERS


def costs() -> tuple[float, float]:
    """Return the seconds that recording an order takes, and those of a call of nothing."""
    meters, clock = Meters(["main"]), SystemClock()
    recording = fastest(lambda: record(meters, clock))
    assert meters.account("main").endings["FILLED"] == ROUNDS * ORDERS
    return recording, fastest(call) / CALLS


def test_recording_an_order_costs_less_than_some_calls_of_nothing() -> None:
    recording, calling = costs()
    assert recording < 150 * calling


if __name__ == "__main__":
    recorded, called = costs()
    told = f"{recorded * 1e6:.2f} us an order, as much as {recorded / called:.0f} empty calls"
    print(told)  # noqa: T201 - a program
