from decimal import Decimal
from pathlib import Path

import apsw
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fillgate.domain.events import (
    OrderEvent,
    OrderIntended,
    OrderRejected,
    OrderReported,
    OrderSending,
    OrderUnanswered,
    SubmissionAnswered,
)
from fillgate.domain.executions import Totals
from fillgate.domain.fills import Fee, Fill
from fillgate.domain.fold import FOLD_VERSION, next_state
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.order_state import OrderState
from fillgate.domain.orders import Order, Side
from fillgate.domain.positions import Position
from fillgate.domain.reports import ExecutionReport, ExecutionResult
from fillgate.journal import queries
from fillgate.journal.base import (
    Entry,
    JournalUnavailable,
    Write,
    account_stream,
)
from fillgate.journal.index import OrderQuery, OrderRow
from fillgate.journal.pending import Pending
from fillgate.journal.reader import SqliteReader
from fillgate.journal.rebuild import rebuild
from fillgate.journal.schema import create_file
from fillgate.journal.store import Store, StoreSettings
from fillgate.journal.venue_ids import new_venue_ids
from tests.journal.listening import open_journal
from tests.journal.made import AT, Notes

ORDERS = 4
"""Orders 0 and 1 belong to one signal, and so do 2 and 3."""


def order(number: int) -> Order:
    return Order(
        client_order_id=f"order {number}",
        account="main",
        symbol="BTC/USDT" if number % 2 else "ETH/USDT",
        side=Side.BUY if number < 2 else Side.SELL,
        quantity=Decimal(5),
        leg=number % 2,
    )


def fill(number: int, count: int, price: int) -> Fill:
    return Fill(
        fill_id=f"fill {count}",
        quantity=Decimal(1),
        price=Decimal(price),
        fees=(Fee("USDT", Decimal("0.1")),),
        timestamp=1,
    )


def report(number: int, status: OrderStatus, filled: int, price: int) -> OrderReported:
    what = order(number)
    said = ExecutionReport(
        order_id=f"venue {number}",
        symbol=what.symbol,
        side=what.side,
        status=status,
        filled_quantity=Decimal(filled),
        average_price=Decimal(price),
        timestamp=1,
    )
    return OrderReported(client_order_id=what.client_order_id, report=said, channel="poll")


def answered(number: int, count: int, price: int) -> SubmissionAnswered:
    result = ExecutionResult(
        success=True,
        order_id=f"venue {number}",
        fills=tuple(fill(number, each, price) for each in range(count)),
        filled_quantity=Decimal(count),
        timestamp=1,
    )
    return SubmissionAnswered(client_order_id=f"order {number}", result=result)


numbers = st.integers(0, ORDERS - 1)
named = {"client_order_id": numbers.map("order {}".format)}
words = {"code": st.just("CODE"), "text": st.just("words")}
events = st.one_of(
    st.builds(OrderSending, **named),
    st.builds(OrderRejected, **named, **words),
    st.builds(OrderUnanswered, **named, **words),
    st.builds(answered, numbers, st.integers(0, 3), st.integers(1, 9)),
    st.builds(report, numbers, st.sampled_from(OrderStatus), st.integers(0, 5), st.integers(1, 9)),
)


class Engine:
    """Makes the rows that belong to events, as they happen."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._states: dict[str, OrderState] = {}
        self._positions: dict[str, Position] = {}
        self._at = AT

    def happen(self, event: OrderEvent) -> None:
        self._at += 1
        before = self._states.get(event.client_order_id)
        after = next_state(before, event, self._at)
        self._states[event.client_order_id] = after
        positions = self._moved(before.executed.total if before else Totals(), after)
        what = after.order
        row = OrderRow(
            client_order_id=what.client_order_id,
            signal=after.signal,
            leg=what.leg,
            account=what.account,
            symbol=what.symbol,
            status=after.status,
            at=after.created_at,
        )
        write = Write(
            entries=(Entry(account_stream(what.account), self._at, event),),
            signal=after.signal,
            order_rows=(row,),
            positions=positions,
            venue_ids=new_venue_ids(before, after),
        )
        assert self._store.commit([Pending(write, lambda outcome: None)])

    def _moved(self, before: Totals, after: OrderState) -> tuple[Position, ...]:
        if before == after.executed.total:
            return ()
        what = after.order
        known = self._positions.get(what.symbol)
        known = known or Position(account=what.account, symbol=what.symbol)
        moved = known.executed(what.side, before, after.executed.total)
        self._positions[what.symbol] = moved
        return (moved,)


def new_store(folder: Path) -> Store:
    path = folder / "journal.db"
    create_file(path)
    return Store(StoreSettings(path, "0" * 32, durable=False))


def rows(connection: apsw.Connection) -> tuple[object, object]:
    return queries.orders(connection, OrderQuery()).rows, queries.positions(connection)


def venue_ids(connection: apsw.Connection) -> list[object]:
    return list(connection.execute("SELECT * FROM venue_ids").fetchall())


def plan_all(engine: Engine) -> None:
    for number in range(ORDERS):
        what = order(number)
        engine.happen(
            OrderIntended(client_order_id=what.client_order_id, signal=1 + number // 2, order=what)
        )


@settings(max_examples=40)
@given(happened=st.lists(events, max_size=25), remembered=st.integers(1, ORDERS))
def test_rows_made_anew_equal_those_made_as_it_happened(
    tmp_path_factory: pytest.TempPathFactory, happened: list[OrderEvent], remembered: int
) -> None:
    store = new_store(tmp_path_factory.mktemp("journal"))
    engine = Engine(store)
    plan_all(engine)
    for event in happened:
        engine.happen(event)
    before = rows(store._connection), venue_ids(store._connection)
    store._connection.execute("UPDATE orders SET status = 'NEW', open = 1; DELETE FROM positions")
    store._connection.execute("DELETE FROM venue_ids")
    assert rebuild(store._connection, remembered=remembered) == ORDERS + len(happened)
    assert (rows(store._connection), venue_ids(store._connection)) == before
    store.close()


async def test_rows_of_another_fold_are_made_anew_at_opening(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    engine = Engine(store)
    plan_all(engine)
    engine.happen(answered(1, 2, 7))
    before = rows(store._connection)
    store._connection.execute("UPDATE orders SET status = 'FILLED', open = 0")
    store._connection.execute("UPDATE meta SET value = value - 1 WHERE name = 'fold'")
    store.close()
    for replayed in (ORDERS + 1, 0):
        notes = Notes()
        async with open_journal(tmp_path, logger=notes) as journal:
            page = await journal.orders(OrderQuery())
            assert (page.rows, await journal.positions()) == before
            assert [fields["replayed"] for fields in notes.about("journal-opened")] == [replayed]
            with journal._connection() as connection:
                found = connection.execute("SELECT value FROM meta WHERE name = 'fold'").get
            assert found == FOLD_VERSION


async def test_rows_that_cannot_be_made_anew_keep_the_journal_shut(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    plan_all(Engine(store))
    store._connection.execute("UPDATE events SET kind = 'order-teleported' WHERE position = 2")
    store._connection.execute("UPDATE meta SET value = value - 1 WHERE name = 'fold'")
    before = rows(store._connection)
    store.close()
    with pytest.raises(JournalUnavailable, match=r"rows.*cannot be made anew.*order-teleported"):
        async with open_journal(tmp_path):
            pass
    reader = await SqliteReader.open(tmp_path / "journal.db")
    assert ((await reader.orders(OrderQuery())).rows, await reader.positions()) == before
    await reader.close()
