"""Rows of orders, their ids at the venues, positions and sightings, made anew from the events.

Rows are what the fold (`domain.order_state`) makes of events. When the fold has changed, rows made
by the old one are stale; the events are not.

Invariants:

1. Positions follow the order of commits, over all orders: average cost depends on it.
2. Memory does not grow with the journal: orders that nothing has happened to for long are
   forgotten, and folded again from their signal's events if something does.
"""

from collections import OrderedDict
from typing import Final

from fillgate.domain.events import ForeignFillSeen, OrderEvent
from fillgate.domain.executions import Totals
from fillgate.domain.fold import next_state
from fillgate.domain.order_state import OrderState
from fillgate.domain.positions import Position
from fillgate.journal.archives import JournalConnection
from fillgate.journal.base import Recorded, Write
from fillgate.journal.index import OrderRow
from fillgate.journal.queries import events_after, story
from fillgate.journal.rows import Rows
from fillgate.journal.sightings import sightings_of
from fillgate.journal.venue_ids import new_venue_ids

__all__ = ["rebuild"]

_PAGE: Final = 1000
_REMEMBERED: Final = 10_000


def rebuild(connection: JournalConnection, *, remembered: int = _REMEMBERED) -> int:
    """Replace all rows of orders, venue ids and positions. To be used inside a transaction.

    Args:
        connection: the journal, open for writing.
        remembered: how many orders are kept in memory.

    Returns:
        The number of events that were read.

    Raises:
        UnreadableEvent: this software does not know an event.
        KeyError: an event is about an order that was never planned.
    """
    connection.execute("DELETE FROM orders; DELETE FROM positions; DELETE FROM venue_ids")
    replay = _Replay(connection, remembered)
    position = 0
    while page := events_after(connection, position, _PAGE):
        replay.follow(page)
        position = page[-1].position
    replay.put_positions()
    return position


class _Replay:
    def __init__(self, connection: JournalConnection, remembered: int) -> None:
        self._connection = connection
        self._remembered = remembered
        self._states: OrderedDict[str, OrderState] = OrderedDict()
        self._positions: dict[tuple[str, str], Position] = {}

    def follow(self, page: list[Recorded]) -> None:
        touched: dict[str, OrderState] = {}
        rows = Rows()
        for record in page:
            if isinstance(record.event, OrderEvent):
                before = self._state_before(record, record.event)
                state = self._apply(before, record, record.event)
                touched[record.event.client_order_id] = state
                venue_ids = new_venue_ids(before, state)
                rows.add(Write(entries=(), venue_ids=venue_ids), record.position)
                continue
            if isinstance(record.event, ForeignFillSeen):
                self._move_by_foreign(record.event)
            sightings = sightings_of(record.event, record.at)
            rows.add(Write(entries=(), sightings=sightings), record.position)
        written = Write(entries=(), order_rows=tuple(map(OrderRow.of, touched.values())))
        rows.add(written, 0)
        rows.insert(self._connection.cursor())

    def _apply(self, before: OrderState | None, record: Recorded, event: OrderEvent) -> OrderState:
        after = next_state(before, event, record.at)
        self._states[event.client_order_id] = after
        self._states.move_to_end(event.client_order_id)
        if len(self._states) > self._remembered:
            self._states.popitem(last=False)
        self._move_position(before, after)
        return after

    def _state_before(self, record: Recorded, event: OrderEvent) -> OrderState | None:
        name = event.client_order_id
        if name in self._states or record.signal is None:
            return self._states.get(name)
        state = None
        for other in story(self._connection, record.signal):
            if other.position >= record.position:
                break
            if isinstance(other.event, OrderEvent) and other.event.client_order_id == name:
                state = next_state(state, other.event, other.at)
        return state

    def _move_position(self, before: OrderState | None, after: OrderState) -> None:
        order = after.order
        executed = before.executed.total if before is not None else Totals()
        if executed != after.executed.total:
            known = self._position(order.account, order.symbol)
            self._keep(known.executed(order.side, executed, after.executed.total))

    def _move_by_foreign(self, event: ForeignFillSeen) -> None:
        known = self._position(event.account, event.symbol)
        self._keep(known.with_fill(event.side, event.fill))

    def _position(self, account: str, symbol: str) -> Position:
        known = self._positions.get((account, symbol))
        return known or Position(account=account, symbol=symbol)

    def _keep(self, position: Position) -> None:
        self._positions[position.account, position.symbol] = position

    def put_positions(self) -> None:
        rows = Rows()
        rows.add(Write(entries=(), positions=tuple(self._positions.values())), 0)
        rows.insert(self._connection.cursor())
