"""A long history, written through the real store in big batches: what busy years leave behind.

Each order is what an alert makes of it: accepted with a key of its own and planned in one write,
answered and filled in another. Rows are what the fold makes of the events, so that the journal is
whole in the sense of `fillgate journal verify`. Keys and the venue's ids are random.
"""

import random
from collections.abc import Iterator
from decimal import Decimal
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Final
from uuid import UUID

from fillgate.domain.events import OrderEvent, OrderIntended, SignalAccepted, SubmissionAnswered
from fillgate.domain.executions import NOTHING_EXECUTED
from fillgate.domain.fold import next_state
from fillgate.domain.ids import client_order_id, installation_tag
from fillgate.domain.order_state import OrderState
from fillgate.domain.orders import Order, Side
from fillgate.domain.positions import Position
from fillgate.domain.reports import ExecutionResult
from fillgate.domain.signals import Action, Signal, reading_of
from fillgate.journal.base import (
    INBOX,
    Claim,
    Entry,
    Write,
    account_stream,
)
from fillgate.journal.index import OrderRow, SignalRow, SignalState
from fillgate.journal.pending import Pending
from fillgate.journal.schema import create_file
from fillgate.journal.store import Store, StoreSettings
from fillgate.journal.venue_ids import new_venue_ids

__all__ = ["IDENTITY", "History", "grow", "hear_nothing"]

IDENTITY: Final = "5eed" * 8
ACCOUNT: Final = "mock"
SYMBOLS: Final = tuple(f"S{number}/USDT" for number in range(32))
_START: Final = 1_700_000_000_000_000
_STEP: Final = 30_000_000
"""Between two signals, microseconds: a million orders take a year."""
_BATCH: Final = 512


class History:
    """Writes about one order after another, without end."""

    def __init__(self, *, start: int = _START, step: int = _STEP, first: int = 1) -> None:
        """Begin with the signal of number `first`, received at `start` (Unix microseconds)."""
        self._random = random.Random(first)
        self._tag = installation_tag(IDENTITY)
        self._at = start
        self._step = step
        self._number = first
        self._positions: dict[str, Position] = {}

    def writes(self) -> Iterator[Write]:
        """Yield two writes an order."""
        while True:
            yield from self._order()
            self._number += 1
            self._at += self._step

    def _uuid(self) -> str:
        return str(UUID(int=self._random.getrandbits(128), version=4))

    def _order(self) -> Iterator[Write]:
        number, at = self._number, self._at
        symbol, key = SYMBOLS[number % len(SYMBOLS)], self._uuid()
        action = Action.SELL if number // len(SYMBOLS) % 2 else Action.BUY
        signal = Signal(action=action, symbol=symbol, quantity=Decimal("0.01"))
        body = (
            b'{"id": "%s", "symbol": "%s", "action": "%s", "quantity": "0.01", "strategy": "trend"}'
            % (key.encode(), symbol.encode(), action.value.encode())
        )
        accepted = SignalAccepted(
            signal=number,
            source="tradingview",
            key="id:" + key,
            reading=signal,
            account=ACCOUNT,
            body_digest=sha256(body).hexdigest(),
        )
        order = Order(
            client_order_id=client_order_id(self._tag, number),
            account=ACCOUNT,
            symbol=symbol,
            side=Side(action.value),
            quantity=Decimal("0.01"),
        )
        planned = OrderIntended(
            client_order_id=order.client_order_id, signal=number, order=order, sending=True
        )
        state = next_state(None, planned, at)
        yield Write(
            entries=(Entry(INBOX, at, accepted), self._entry(planned, at)),
            signal=number,
            claim=Claim(
                source="tradingview",
                key="id:" + key,
                reading=sha256(reading_of(signal, with_timestamp=False)).digest(),
                at=at,
            ),
            body=body,
            signal_row=SignalRow(
                number=number,
                at=at,
                source="tradingview",
                state=SignalState.PLANNED,
                account=ACCOUNT,
                symbol=symbol,
            ),
            order_rows=(OrderRow.of(state),),
        )
        yield self._answered(state, at + 90_000)

    def _answered(self, before: OrderState, at: int) -> Write:
        event = SubmissionAnswered(
            client_order_id=before.order.client_order_id,
            result=ExecutionResult(
                success=True,
                order_id=self._uuid(),
                filled_quantity=before.order.quantity,
                average_price=Decimal(self._random.randrange(9_000, 11_000)) / 100,
                timestamp=at // 1000,
            ),
        )
        after = next_state(before, event, at)
        return Write(
            entries=(self._entry(event, at),),
            signal=before.signal,
            order_rows=(OrderRow.of(after),),
            positions=(self._position(after),),
            venue_ids=new_venue_ids(before, after),
        )

    def _position(self, after: OrderState) -> Position:
        order = after.order
        known = self._positions.get(order.symbol)
        known = known or Position(account=order.account, symbol=order.symbol)
        moved = known.executed(order.side, NOTHING_EXECUTED.total, after.executed.total)
        self._positions[order.symbol] = moved
        return moved

    def _entry(self, event: OrderEvent, at: int) -> Entry:
        return Entry(account_stream(ACCOUNT), at, event)


def grow(path: Path, orders: int, history: History) -> None:
    """Write so many orders to the journal at `path`, which is made if it is not there."""
    create_file(path)
    store = Store(StoreSettings(path, IDENTITY, durable=False, checkpoint_pages=20_000))
    writes = islice(history.writes(), 2 * orders)
    while batch := [Pending(write, hear_nothing) for write in islice(writes, _BATCH)]:
        assert store.commit(batch)
        if store.is_checkpoint_due:
            store.checkpoint()
    store.close()


def hear_nothing(outcome: object) -> None:
    """Nobody waits."""
