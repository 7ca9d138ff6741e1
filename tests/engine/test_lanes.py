"""Lanes that come and go."""

from fillgate.engine.lanes import Lanes
from fillgate.engine.tickets import Ticket
from tests.engine.conftest import signal


def ticket(number: int, *, reduce_only: bool = False) -> Ticket:
    return Ticket(
        number,
        source="s",
        signal=signal(reduce_only=reduce_only),
        account="main",
        received_at=0,
        key=None,
        digest=b"",
    )


def used(lanes: Lanes, how_many: int) -> None:
    for number in range(how_many):
        lanes.forget_if_free(lanes.get("main", f"S{number}/USDT"))


def test_memory_holds_some_free_lanes_and_no_more() -> None:
    lanes = Lanes()
    used(lanes, 1000)
    assert not list(lanes)
    assert 1 < len(lanes._lanes) < 300


def test_a_lane_that_was_forgotten_does_not_take_its_successor_along() -> None:
    lanes = Lanes()
    used(lanes, 1000)
    old = lanes.get("main", "BTC/USDT")
    lanes.forget_if_free(old)
    new = lanes.get("main", "BTC/USDT")
    new.flying = "order"
    lanes.forget_if_free(old)
    assert lanes.get("main", "BTC/USDT") is new
    assert lanes.flying == 1


def test_signals_leave_in_their_order_but_for_those_that_pass() -> None:
    lane = Lanes().get("main", "BTC/USDT")
    tickets = [ticket(number, reduce_only=number > 1) for number in range(5)]
    for one in tickets:
        lane.join(one)
    lane.holders.add("unknown")
    assert lane.next(lambda: False) is None
    assert lane.next(lambda: True) is tickets[2]
    assert lane.leave(tickets[3])
    assert not lane.leave(tickets[3])
    assert lane.next(lambda: True) is tickets[4]
    assert lane.next(lambda: True) is None
    lane.holders.clear()
    assert [lane.next(lambda: False) for _ in range(3)] == [*tickets[:2], None]
    assert lane.is_free


def test_a_held_lane_is_not_searched() -> None:
    looks = 0

    def may_pass() -> bool:
        nonlocal looks
        looks += 1
        return False

    lane = Lanes().get("main", "BTC/USDT")
    lane.holders.add("unknown")
    for number in range(100):
        lane.join(ticket(number, reduce_only=True))
        assert lane.next(may_pass) is None
    assert looks == 100


def test_a_held_account_holds_its_lanes_and_those_to_come() -> None:
    lanes = Lanes()
    early, other = lanes.get("main", "BTC/USDT"), lanes.get("other", "BTC/USDT")
    lanes.hold("main", "reconciliation")
    late = lanes.get("main", "ETH/USDT")
    late.holders.add("unknown")
    assert [lane.is_free for lane in (early, late, other)] == [False, False, True]
    lanes.forget_if_free(early)
    assert lanes.get("main", "BTC/USDT") is early
    assert set(lanes.let_go("main")) == {early, late}
    assert [lane.is_free for lane in (early, late)] == [True, False], "an order still holds it"
    assert lanes.get("main", "SOL/USDT").is_free
    assert lanes.let_go("nobody") == ()
