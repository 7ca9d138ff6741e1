"""What must hold after a history. Numbers are those of `docs/invariants.py`."""

from collections import Counter, defaultdict

from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.order_state import OrderState
from fillgate.engine.verification import verify
from fillgate.journal.index import SignalState
from fillgate.journal.reader import SqliteReader
from tests.engine.histories.history import SYMBOLS, History

__all__ = ["CHECKED", "check_at_rest", "check_journal"]

CHECKED = frozenset({1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 13, 15, 20, 24})
"""The invariants that are looked at here; 24 while it settles, too."""


async def check_at_rest(history: History) -> None:
    """Check what must hold when all has settled."""
    engine, world = history.house.engine, history.world
    assert not world.wrongs  # 6, 7, 8
    assert max(world.calls.values(), default=0) <= 1  # 5
    endings = {delivery.ending for delivery in history.deliveries}
    assert endings <= {"acknowledged", "turned away", "cut off"}
    assert all(one.ending != "turned away" for one in history.deliveries[history.again :])  # 2
    await _check_acknowledged(history)
    _check_keys(history)
    _check_turned_away(history)
    for symbol in SYMBOLS:  # 15
        position = engine.blotter.position("main", symbol)
        assert position.quantity == world.position(symbol)
    assert list(await engine.journal.positions()) == list(engine.blotter.positions())
    assert len(engine.dispatcher.under_way) == _undecided(history)  # 24
    assert len(engine.dispatcher._tickets) <= _undecided(history)


def _undecided(history: History) -> int:
    engine = history.house.engine
    orders = engine.blotter.open_orders()
    unknown = sum(state.status is OrderStatus.UNKNOWN for state in orders)
    return engine.dispatcher.lanes.waiting + unknown


async def _check_acknowledged(history: History) -> None:
    engine = history.house.engine
    for delivery in history.deliveries:
        if delivery.admission is None:
            continue
        number = delivery.admission.ticket.number
        row = await engine.journal.find_signal(number)
        assert row is not None  # 1
        ticket = await engine._recovery.ticket(number)
        if row.state == SignalState.WAITING:
            assert number in engine.dispatcher.under_way
            continue
        assert ticket.client_order_id is not None
        state = await engine.order(ticket.client_order_id)
        assert state is not None
        _check_order(history, state)


def _check_order(history: History, state: OrderState) -> None:
    identity = state.order.client_order_id
    truth = history.world.orders.get(identity)
    match state.status:
        case OrderStatus.DENIED:  # 10
            assert truth is None or truth.behaviour == "not sent"
            assert state.code
        case OrderStatus.REJECTED:
            assert truth is not None
            assert truth.behaviour == "rejected"
        case OrderStatus.ABSENT | OrderStatus.UNKNOWN:  # 12
            assert truth is None or not truth.taken
        case _:  # 13
            assert truth is not None
            assert truth.taken
            assert (state.status, state.executed.total.quantity) == (truth.status, truth.filled)


def _check_keys(history: History) -> None:
    numbers: dict[str, set[int]] = defaultdict(set)
    statuses: dict[str, set[str]] = defaultdict(set)
    for delivery in history.deliveries:
        if delivery.key is not None and delivery.admission is not None:
            numbers[delivery.key].add(delivery.admission.ticket.number)
            if delivery.status is not None:
                statuses[delivery.key].add(delivery.status)
    assert all(len(found) == 1 for found in numbers.values())  # 3
    assert all(len(found) == 1 for found in statuses.values())  # 4
    keys = {delivery.name: delivery.key or delivery.name for delivery in history.deliveries}
    arrived = Counter(keys[str(one.order.strategy)] for one in history.world.orders.values())
    assert max(arrived.values(), default=0) <= 1  # 3


def _check_turned_away(history: History) -> None:
    arrived = {truth.order.strategy for truth in history.world.orders.values()}
    for delivery in history.deliveries:
        if delivery.ending == "turned away" and delivery.key is None:  # 2
            assert delivery.name not in arrived - history.crashed_in_doubt


async def check_journal(history: History) -> None:
    """Check what was written down, once the engine has stopped."""
    reader = await SqliteReader.open(history.folder / "journal.db")
    try:
        found = await verify(reader)
    finally:
        await reader.close()
    assert not found.findings  # 20
