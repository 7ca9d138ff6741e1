"""Lanes that come and go."""

from fillgate.engine.lanes import Lanes
from fillgate.engine.tickets import Ticket
from tests.engine.conftest import signal


def ticket(number: int) -> Ticket:
    return Ticket(
        number, source="s", signal=signal(), account="main", received_at=0, key=None, digest=b""
    )


def test_a_lane_that_was_forgotten_does_not_take_its_successor_along() -> None:
    lanes = Lanes()
    old = lanes.get("main", "BTC/USDT")
    lanes.forget_if_free(old)
    new = lanes.get("main", "BTC/USDT")
    new.flying = "order"
    lanes.forget_if_free(old)
    assert lanes.get("main", "BTC/USDT") is new
    assert lanes.flying == 1


def test_signals_leave_in_their_order_but_for_those_that_pass() -> None:
    lane = Lanes().get("main", "BTC/USDT")
    tickets = [ticket(number) for number in range(4)]
    lane.waiting.extend(tickets)
    lane.holders.add("unknown")
    assert lane.next(lambda _: False) is None
    assert lane.next(lambda one: one.number == 2) is tickets[2]
    lane.holders.clear()
    assert [lane.next(lambda _: False) for _ in range(4)] == [*tickets[:2], tickets[3], None]
