"""What recording costs an order, measured against calls of a function that does nothing.

The ratio is what the test checks: it holds on a busy machine and on a slow one. Run as a program
(`python -m tests.engine.test_meter_cost`) this tells microseconds.
"""

import asyncio
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

from fillgate.domain.events import OrderIntended, SubmissionAnswered
from fillgate.domain.fold import next_state
from fillgate.domain.orders import Order, OrderType, Side
from fillgate.domain.reports import ExecutionResult
from fillgate.engine.blotter import Change
from fillgate.engine.tickets import Ticket
from tests.engine.conftest import House, open_house, signal

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


def recording(house: House) -> Callable[[], None]:
    """Return what is called to record a signal whose order is filled at once, clocks included."""
    intake, dispatcher = house.engine.intake, house.engine.dispatcher
    ticket = Ticket(
        1,
        source="api",
        signal=signal(),
        account="main",
        received_at=1,
        key=None,
        digest=b"",
    )
    dispatcher._tickets["fg1"] = ticket
    planned, filled = Change(INTENDED, None, PLANNED), Change(ANSWERED, PLANNED, FILLED)

    def record() -> None:
        ticket.began = house.clock.monotonic()
        intake._count_accepted(ticket)
        dispatcher._count_change(planned, ticket)
        dispatcher._count_sending(ORDER)
        dispatcher._count_change(filled, ticket)

    return record


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


async def costs(folder: Path) -> tuple[float, float]:
    """Return the seconds that recording an order takes, and those of a call of nothing."""
    async with open_house(folder) as house:
        seconds = fastest(recording(house))
        meters = house.engine.meters.account("main")
        assert meters.endings["FILLED"] == sum(meters.to_outcome.counts) == ROUNDS * ORDERS
        house.engine.dispatcher._tickets.clear()
    return seconds, fastest(call) / CALLS


async def test_recording_an_order_costs_less_than_some_calls_of_nothing(tmp_path: Path) -> None:
    seconds, calling = await costs(tmp_path)
    assert seconds < 200 * calling


def main() -> None:
    """Tell what it costs here."""
    with TemporaryDirectory() as folder:
        seconds, calling = asyncio.run(costs(Path(folder)))
    told = f"{seconds * 1e6:.2f} us an order, as much as {seconds / calling:.0f} empty calls"
    print(told)  # noqa: T201 - a program


if __name__ == "__main__":
    main()
