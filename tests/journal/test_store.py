"""The store against a slow and obvious model: random batches, then everything compared."""

import tempfile
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from fillgate.domain.events import OrderSending, ServiceStopped
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.positions import Position
from fillgate.journal import queries
from fillgate.journal.base import (
    Claim,
    CommitOutcome,
    Committed,
    Entry,
    KeyTaken,
    Lost,
    Sighting,
    Write,
)
from fillgate.journal.chain import verify
from fillgate.journal.index import OrderRow, SignalQuery, SignalRow, SignalState
from fillgate.journal.pending import Pending
from fillgate.journal.schema import connect_reader, create_file
from fillgate.journal.store import Store, StoreSettings
from tests.journal.made import AT, SECOND

few_signals = st.integers(1, 8)
few_names = st.sampled_from(["a", "b", "c"])
times = st.integers(0, 6).map(lambda step: AT + step * 24 * 3600 * SECOND)
entries = st.builds(
    Entry,
    stream=st.sampled_from(["inbox", "account:a", "account:b"]),
    at=times,
    event=st.builds(OrderSending, client_order_id=few_names) | st.just(ServiceStopped()),
)
claims = st.builds(
    Claim,
    source=st.sampled_from(["tv", "bot"]),
    key=few_names,
    reading=st.binary(max_size=2),
    at=times,
    expires=st.none(),
)
marks = st.builds(
    lambda claim, second, span: msgspec.structs.replace(
        claim, at=AT + second * SECOND, expires=AT + (second + span) * SECOND
    ),
    claims,
    st.integers(0, 9),
    st.integers(0, 5),
)
signal_rows = st.builds(
    SignalRow,
    number=few_signals,
    at=times,
    source=few_names,
    state=st.sampled_from([SignalState.WAITING, SignalState.PLANNED, SignalState.REFUSED]),
    account=st.none() | few_names,
    symbol=st.none() | few_names,
)
# An id now and then comes with the place of another: a rule that no write may break.
order_rows = st.builds(
    lambda signal, leg, status, odd: OrderRow(
        client_order_id=f"{signal}-{leg}" if odd else f"{signal}-x",
        signal=signal,
        leg=leg,
        account="a",
        symbol="s",
        status=status,
        at=AT + signal,
    ),
    few_signals,
    st.integers(0, 1),
    st.sampled_from(OrderStatus),
    st.integers(0, 9),
)
positions = st.builds(
    Position, account=few_names, symbol=few_names, quantity=st.integers(-3, 3).map(Decimal)
)
sightings = st.builds(Sighting, few_names, few_names, few_names, few_names)
few: dict[str, Any] = {"max_size": 3}
writes = st.builds(
    Write,
    entries=st.lists(entries, **few).map(tuple),
    signal=few_signals,
    claim=st.none() | claims | marks,
    body=st.none() | st.binary(max_size=2),
    signal_row=st.none() | signal_rows,
    order_rows=st.lists(order_rows, **few).map(tuple),
    positions=st.lists(positions, **few).map(tuple),
    sightings=st.lists(sightings, **few).map(tuple),
    ends_hold=st.booleans(),
)
batches = st.lists(st.lists(writes, min_size=1, max_size=6), max_size=5)


class BrokenRuleError(Exception):
    pass


@dataclass
class Model:
    """What a journal holds, in dictionaries."""

    events: list[tuple[str, int, int, int | None, Any]] = field(default_factory=list)
    keys: dict[tuple[str, str], KeyTaken] = field(default_factory=dict)
    marks: dict[tuple[str, str], tuple[int, KeyTaken]] = field(default_factory=dict)
    bodies: dict[int, bytes] = field(default_factory=dict)
    signals: dict[int, SignalRow] = field(default_factory=dict)
    orders: dict[str, OrderRow] = field(default_factory=dict)
    positions: dict[tuple[str, str], Position] = field(default_factory=dict)
    sightings: dict[tuple[str, str, str], str] = field(default_factory=dict)
    holds: dict[str, str] = field(default_factory=lambda: {"hold": "restored"})

    def write(self, write: Write) -> CommitOutcome:
        before = {name: value.copy() for name, value in vars(self).items()}
        try:
            return self._write(write)
        except BrokenRuleError:
            vars(self).update(before)
            return Lost("", invalid=True)

    def _write(self, write: Write) -> CommitOutcome:
        taken = self._claim(write.claim, write.signal)
        if taken is not None:
            return taken
        for entry in write.entries:
            sequence = 1 + sum(stream == entry.stream for stream, *_ in self.events)
            self.events.append((entry.stream, sequence, entry.at, write.signal, entry.event))
        if write.body is not None:
            assert write.signal is not None
            if write.signal in self.bodies:
                raise BrokenRuleError
            self.bodies[write.signal] = write.body
        if write.signal_row is not None:
            self.signals[write.signal_row.number] = write.signal_row
        for row in write.order_rows:
            self._put_order(row)
        for position in write.positions:
            self.positions[position.account, position.symbol] = position
        for seen in write.sightings:
            self.sightings[seen.account, seen.kind, seen.subject] = seen.value
        if write.ends_hold:
            self.holds.clear()
        return Committed(len(self.events) if write.entries else 0)

    def _claim(self, claim: Claim | None, signal: int | None) -> KeyTaken | None:
        if claim is None:
            return None
        assert signal is not None
        key, holder = (claim.source, claim.key), KeyTaken(signal, claim.reading)
        if claim.expires is None:
            if key in self.keys:
                return self.keys[key]
            self.keys[key] = holder
            return None
        expires, held = self.marks.get(key, (0, holder))
        if expires > claim.at:
            return held
        self.marks[key] = (claim.expires, holder)
        return None

    def _put_order(self, row: OrderRow) -> None:
        known = self.orders.get(row.client_order_id)
        if known is not None:
            self.orders[row.client_order_id] = msgspec.structs.replace(known, status=row.status)
            return
        if any((each.signal, each.leg) == (row.signal, row.leg) for each in self.orders.values()):
            raise BrokenRuleError
        self.orders[row.client_order_id] = row


def without_reason(outcome: CommitOutcome) -> CommitOutcome:
    return Lost("", outcome.invalid) if isinstance(outcome, Lost) else outcome


def no_one(outcome: CommitOutcome) -> None:
    raise AssertionError("the store tells nobody")


def check_same(path: Path, model: Model) -> None:
    connection = connect_reader(path)
    records = queries.records_after(connection, 0, 1000)
    assert verify(records, queries.heads(connection).values()) is None
    events = queries.events_after(connection, 0, 1000)
    assert [(r.stream, r.sequence, r.at, r.signal, r.event) for r in events] == model.events
    assert {number: queries.body_of(connection, number) for number in model.bodies} == model.bodies
    signals = queries.signals(connection, SignalQuery(limit=1000)).rows
    assert {row.number: row for row in signals} == model.signals
    found = {name: queries.find_order(connection, name) for name in model.orders}
    assert found == model.orders
    open_rows = {row.client_order_id for row in queries.open_orders(connection)}
    assert open_rows == {row.client_order_id for row in model.orders.values() if is_open(row)}
    assert {(p.account, p.symbol): p for p in queries.positions(connection)} == model.positions
    for account, kind in {place[:2] for place in model.sightings} | {("a", "a")}:
        seen = {
            key[2]: value for key, value in model.sightings.items() if key[:2] == (account, kind)
        }
        assert queries.sightings(connection, account, kind, ("a", "b", "c", "d")) == seen
    assert queries.hold(connection) == model.holds.get("hold")
    connection.close()


def is_open(row: OrderRow) -> bool:
    return not row.status.is_final


@settings(max_examples=60)
@given(batches)
def test_the_store_does_what_the_model_does(all_batches: list[list[Write]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "journal.db"
        create_file(path)
        opening = StoreSettings(path, "0" * 32, durable=False, checkpoint_pages=10)
        model = Model()
        store = Store(opening)
        store._connection.execute("INSERT INTO meta VALUES ('hold', 'restored')")
        for number, batch in enumerate(all_batches):
            pending = [Pending(write, no_one) for write in batch]
            store.commit(pending)
            if store.is_checkpoint_due:
                store.checkpoint()
            outcomes = [without_reason(each.outcome) for each in pending]
            assert outcomes == [model.write(write) for write in batch]
            assert store.holds(store.evidence)
            if number % 2:
                store.close()
                store = Store(opening)
        check_same(path, model)
        store.abandon()
        Store(opening).close()
        check_same(path, model)
