"""Random histories over the whole engine: signals, a moody venue, faults of the disk, restarts.

A history is a seed. It is lived over a real journal file; then all is healed and the engine
settles.
What must hold then, whatever happened:

1. Every signal that was acknowledged is in the journal, and its order has a status; or it waits
   behind an UNKNOWN order.
2. An order is submitted at most once. A key and a fingerprint have at most one order, and a signal
   that reads differently under a used key has none.
3. SENDING is durable when the venue hears of an order, a lane has one submission at a time, and
   none but reducing ones while an order of it is UNKNOWN.
4. A signal without a key that was turned away is never submitted.
5. DENIED orders never were at the venue; REJECTED ones it refused.
6. No order is UNKNOWN whose venue can be asked and tells the truth; but one of which something
   did not fit, and which the venue does not have, is left to a person.
7. An order has executed what the venue executed, and is FILLED if and only if the venue filled it.
8. Positions are the sums of the venue's fills: in the blotter, in the journal, and when the journal
   is replayed from its beginning.
9. All replies under one key name one order, and no definite status changes under a caller's eyes.
10. What was turned away under a key can be sent again: it is taken, or was meanwhile.
11. Nothing stays behind: no lane is held or flying without an order that explains it, no claim of
    memory without a signal.
"""

import asyncio
import os
import random
from collections import Counter, defaultdict
from collections.abc import Awaitable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.order_state import OrderState
from fillgate.engine.intake import Admission, EngineUnavailable, KeyReused
from fillgate.engine.resolution import NotResolvable, Resolution
from fillgate.engine.verification import verify
from fillgate.journal.base import SignalState
from fillgate.journal.reader import SqliteReader
from fillgate.journal.sqlite import SqliteJournal
from fillgate.journal.writer import Batch
from tests.engine.conftest import House, open_house, replaced
from tests.engine.world import PRICE, Truth, World
from tests.journal.faulty_disk import FaultyDisk, broken_disk, full_disk

pytestmark = pytest.mark.anyio

SYMBOLS = ("BTC/USDT", "ETH/USDT", "SOL")
FAULTS = {
    "full": {"on_write": full_disk},
    "write": {"on_write": broken_disk},
    "flush": {"before_flush": broken_disk},
    "after flush": {"after_flush": broken_disk},
}
SEEDS = range(int(os.environ.get("HISTORIES_FROM", "0")), int(os.environ.get("HISTORIES_TO", "24")))
"""More of them can be lived by hand."""

STEPS = {
    "signal": 12,
    "signal with a key": 8,
    "signal again": 5,
    "other signal under a key": 2,
    "signal by fingerprint": 2,
    "caller hangs up": 1,
    "fill": 4,
    "lookups": 3,
    "person": 2,
    "strike": 2,
    "doubt": 2,
    "heal": 2,
    "health": 1,
    "crash": 3,
    "restart": 1,
    "time": 6,
}


@dataclass
class Delivery:
    """One call of `accept` and what came of it."""

    name: str
    """Of the reading; it travels as the signal's strategy."""
    key: str | None
    fields: dict[str, Any]
    task: "asyncio.Task[Admission]"
    admission: Admission | None = None
    ending: str = "pending"
    status: str | None = None
    """The definite status that the caller saw."""


@dataclass
class History:
    """A seed's life."""

    seed: int
    folder: Path
    disk: FaultyDisk
    dice: random.Random = field(init=False)
    world: World = field(init=False)
    house: House = field(init=False)
    told: list[str] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
    persons: list["asyncio.Task[None]"] = field(default_factory=list)
    crashed_in_doubt: set[str] = field(default_factory=set)
    """Names of signals that were turned away by a process that ended with writes in doubt."""
    again: int = 0
    """How many deliveries there were before all that was turned away was sent again."""

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)
        path = self.folder / "journal.db"
        watches = self.dice.random() < 0.3
        self.world = World(random.Random(self.seed), path, watches)
        self.settings = replaced(
            submit_deadline=0.05,
            lookup_longest_pause=0.03,
            max_age=self.dice.choice((60.0, 60.0, 0.15)),
            remembered_orders=self.dice.choice((1, 10_000)),
        )

    # Life

    async def live(self) -> None:
        """Live all steps, then heal and settle."""
        names, weights = zip(*STEPS.items(), strict=True)
        await self._open()
        for _ in range(self.dice.randint(5, 30)):
            await self._step(self.dice.choices(names, weights)[0])
        self.disk.heal()
        vars(self.house.engine.journal).pop("committed", None)
        self.world.lookups = "tell"
        self.house.venue.healthy = True
        await self._settle()
        self._send_again()
        await self._settle()
        await self._check()
        await self._close()
        await self._check_journal()

    async def abandon(self) -> None:
        """Leave no task and no thread behind."""
        await self._hang_up()
        await self.house.engine.tasks.cancel_all()
        await self.house.engine.journal.close()

    async def _open(self) -> None:
        self._opened = open_house(
            self.folder, settings=self.settings, prepare=self.world.attach, disk=self.disk.name
        )
        self.house = await self._opened.__aenter__()
        self.world.holders = self._is_held

    def _is_held(self, symbol: str) -> bool:
        return any(
            state.status is OrderStatus.UNKNOWN and state.order.symbol == symbol
            for state in self.house.engine.blotter.open_orders()
        )

    async def _close(self) -> None:
        await self._opened.__aexit__(None, None, None)

    async def _step(self, name: str) -> None:
        self.told.append(name)
        done = getattr(self, "_" + name.replace(" ", "_"))()
        if isinstance(done, Awaitable):
            await done
        for _ in range(self.dice.choice((0, 0, 1, 5))):
            await asyncio.sleep(0)
        if self.dice.random() < 0.5:
            await self._time()

    async def _time(self) -> None:
        end = self.house.clock.monotonic() + self.dice.choice((0.002, 0.01, 0.06))
        await self.house.until(lambda: self.house.clock.monotonic() > end)

    def _deliver(
        self, name: str, key: str | None, fields: dict[str, Any], *, fingerprint: bool = False
    ) -> None:
        sent = {"strategy": name} | fields
        task = asyncio.create_task(self.house.accept(key, fingerprint=fingerprint, **sent))
        delivery = Delivery(name, f"fingerprint {name}" if fingerprint else key, fields, task)
        self.deliveries.append(delivery)
        task.add_done_callback(lambda _: self._delivered(delivery))
        self.told[-1] += f" {name} key={delivery.key} {fields}"

    def _delivered(self, delivery: Delivery) -> None:
        if delivery.task.cancelled():
            delivery.ending = "cut off"
            return
        match delivery.task.exception():
            case None:
                delivery.admission = delivery.task.result()
                delivery.ending = "acknowledged"
            case EngineUnavailable():
                delivery.ending = "turned away"
            case KeyReused():
                delivery.ending = "reused"
            case error:
                delivery.ending = repr(error)

    def _fields(self) -> dict[str, Any]:
        return {
            "symbol": self.dice.choice(SYMBOLS),
            "action": self.dice.choice(("buy", "sell")),
            "quantity": Decimal(self.dice.randint(1, 4)),
            "reduce_only": self.dice.random() < 0.2,
        }

    @property
    def _name(self) -> str:
        return f"s{len(self.deliveries)}"

    def _signal(self) -> None:
        self._deliver(self._name, None, self._fields())

    def _signal_with_a_key(self) -> None:
        self._deliver(self._name, f"k{len(self.deliveries)}", self._fields())

    def _signal_by_fingerprint(self) -> None:
        name, fields = self._name, self._fields()
        for _ in range(self.dice.randint(1, 3)):
            self._deliver(name, None, fields, fingerprint=True)

    def _signal_again(self) -> None:
        keyed = [delivery for delivery in self.deliveries if delivery.key is not None]
        if keyed:
            before = self.dice.choice(keyed)
            self._repeat(before)

    def _repeat(self, before: Delivery) -> None:
        by_print = str(before.key).startswith("fingerprint")
        key = None if by_print else before.key
        self._deliver(before.name, key, before.fields, fingerprint=by_print)

    def _other_signal_under_a_key(self) -> None:
        keys = [one.key for one in self.deliveries if one.key and one.key.startswith("k")]
        if keys:
            self._deliver(self._name, self.dice.choice(keys), self._fields())

    def _caller_hangs_up(self) -> None:
        pending = [delivery for delivery in self.deliveries if not delivery.task.done()]
        if pending:
            self.dice.choice(pending).task.cancel()

    def _fill(self) -> None:
        resting = self.world.resting()
        if resting:
            truth = self.dice.choice(resting)
            left = truth.order.quantity - truth.filled
            truth.filled += left / self.dice.choice((1, 2))

    def _lookups(self) -> None:
        self.world.lookups = self.dice.choice(("tell", "miss", "fail", "other"))
        self.told[-1] += f" {self.world.lookups}"

    def _strike(self) -> None:
        fault = self.dice.choice(tuple(FAULTS))
        vars(self.disk).update(FAULTS[fault])
        self.told[-1] += f" {fault}"

    def _heal(self) -> None:
        self.disk.heal()

    def _doubt(self) -> None:
        """Let the journal doubt its next commit and find afterwards that it is durable."""
        journal = self.house.engine.journal
        assert isinstance(journal, SqliteJournal)

        def committed(batch: Batch) -> None:
            vars(journal).pop("committed", None)
            journal.fail("struck")
            journal.doubted(batch)
            decide = partial(journal.decided, batch, durable=True)
            asyncio.get_running_loop().call_later(0.01, decide)

        journal.committed = committed  # type: ignore[method-assign]

    def _health(self) -> None:
        self.house.venue.healthy = not self.house.venue.healthy

    def _person(self) -> None:
        unknown = [
            state
            for state in self.house.engine.blotter.open_orders()
            if state.status is OrderStatus.UNKNOWN
        ]
        if unknown:
            self.persons.append(asyncio.create_task(self._resolve(self.dice.choice(unknown))))

    async def _resolve(self, state: OrderState) -> None:
        identity = state.order.client_order_id
        truth = self.world.orders.get(identity)
        taken = truth if truth is not None and truth.taken else None
        resolution = Resolution(
            status=taken.status if taken else OrderStatus.ABSENT,
            reason="asked at the venue",
            actor="person",
            order_id=f"v-{identity}" if taken else None,
            filled_quantity=taken.filled if taken else None,
            average_price=PRICE if taken and taken.filled else None,
        )
        try:
            await self.house.engine.resolve(identity, resolution)
        except NotResolvable:
            self.told.append(f"{identity} was settled before the person")

    async def _crash(self) -> None:
        engine = self.house.engine
        self._note_statuses()
        if engine.recorder.in_flight:
            self.told[-1] += f" with {engine.recorder.in_flight} writes on their way"
        # The process is gone: what it would have done from here on never happens.
        engine.recorder.record = lambda job: None  # type: ignore[method-assign]
        engine.dispatcher.stop()
        self._doubted()
        await self._hang_up()
        await engine.tasks.cancel_all()
        await engine.journal.close()
        self.disk.heal()
        await self._open()

    async def _restart(self) -> None:
        if self.dice.random() < 0.7:
            self.disk.heal()
        await self._close()
        self._note_statuses()
        self._doubted()
        await self._hang_up()
        self.disk.heal()
        await self._open()

    def _doubted(self) -> None:
        """Note whom the end of a process left with "turned away" while that was in doubt."""
        if self.house.engine.recorder.in_flight:
            away = [one.name for one in self.deliveries if one.ending == "turned away"]
            self.crashed_in_doubt.update(away)

    async def _hang_up(self) -> None:
        waiting = [one.task for one in self.deliveries if not one.task.done()] + self.persons
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        self.persons.clear()

    # The end

    def _send_again(self) -> None:
        self.again = len(self.deliveries)
        for before in tuple(self.deliveries):
            if before.ending == "turned away" and before.key is not None:
                self.told.append("again")
                self._repeat(before)

    async def _settle(self) -> None:
        engine = self.house.engine
        await self.house.until(lambda: engine.intake.unavailable is None)
        try:
            await self.house.until(self._is_quiet)
        except AssertionError:
            raise AssertionError("\n".join(self._restless())) from None
        self._note_statuses()

    def _is_quiet(self) -> bool:
        return not self._restless()

    def _restless(self) -> list[str]:
        engine = self.house.engine
        open_orders = engine.blotter.open_orders()
        found = [f"{one.name} waits" for one in self.deliveries if one.ending == "pending"]
        found += ["a person waits" for task in self.persons if not task.done()]
        if engine.recorder.in_flight or engine.dispatcher.lanes.flying:
            found.append(f"{engine.recorder.in_flight} writes on their way")
        found += [f"{lane.key} waits" for lane in engine.dispatcher.lanes if self._is_stuck(lane)]
        for state in open_orders:
            truth = self.world.orders.get(state.order.client_order_id)
            if not self._is_settled(state, truth):
                found.append(f"{state.order.client_order_id} is {state.status}: {truth}")
        return found

    def _is_stuck(self, lane: Any) -> bool:
        holders = {
            state.order.client_order_id
            for state in self.house.engine.blotter.open_orders()
            if state.status is OrderStatus.UNKNOWN
        }
        # 11
        return bool(lane.flying or lane.coming or lane.is_free or not lane.holders <= holders)

    def _is_settled(self, state: OrderState, truth: Truth | None) -> bool:
        if state.status is OrderStatus.UNKNOWN:
            # 6
            return bool(state.anomalies) and (truth is None or not truth.taken)
        if truth is None or not truth.taken:
            return state.status is OrderStatus.ABSENT
        return (state.status, state.executed.total.quantity) == (truth.status, truth.filled)

    def _note_statuses(self) -> None:
        # 9
        for delivery in self.deliveries:
            if delivery.admission is not None:
                state = delivery.admission.ticket.state
                if state is not None and not state.status.is_undecided:
                    assert delivery.status in {None, state.status.value}
                    delivery.status = state.status.value

    # What must hold

    async def _check(self) -> None:
        assert not self.world.wrongs  # 3
        assert max(self.world.calls.values(), default=0) <= 1  # 2
        endings = Counter(delivery.ending for delivery in self.deliveries)
        assert set(endings) <= {"acknowledged", "turned away", "reused", "cut off"}, endings
        assert all(one.ending != "turned away" for one in self.deliveries[self.again :])  # 10
        await self._check_acknowledged()
        self._check_keys()
        self._check_turned_away()
        for symbol in SYMBOLS:  # 8
            position = self.house.engine.blotter.position("main", symbol)
            assert position.quantity == self.world.position(symbol)
        journal = self.house.engine.journal
        assert list(await journal.positions()) == list(self.house.engine.blotter.positions())
        assert len(self.house.engine.dispatcher.under_way) == self._undecided()  # 11
        assert len(self.house.engine.dispatcher._tickets) <= self._undecided()

    def _undecided(self) -> int:
        lanes = self.house.engine.dispatcher.lanes
        orders = self.house.engine.blotter.open_orders()
        return lanes.waiting + sum(state.status is OrderStatus.UNKNOWN for state in orders)

    async def _check_acknowledged(self) -> None:
        engine = self.house.engine
        for delivery in self.deliveries:
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
            self._check_order(state)

    def _check_order(self, state: OrderState) -> None:
        identity = state.order.client_order_id
        truth = self.world.orders.get(identity)
        match state.status:
            case OrderStatus.DENIED:  # 5
                assert truth is None or truth.behaviour == "not sent"
                assert state.code
            case OrderStatus.REJECTED:
                assert truth is not None
                assert truth.behaviour == "rejected"
            case OrderStatus.ABSENT | OrderStatus.UNKNOWN:
                assert truth is None or not truth.taken
            case _:  # 7
                assert truth is not None
                assert truth.taken
                assert (state.status, state.executed.total.quantity) == (truth.status, truth.filled)

    def _check_keys(self) -> None:
        numbers: dict[str, set[int]] = defaultdict(set)
        statuses: dict[str, set[str]] = defaultdict(set)
        for delivery in self.deliveries:
            if delivery.key is not None and delivery.admission is not None:
                numbers[delivery.key].add(delivery.admission.ticket.number)
                if delivery.status is not None:
                    statuses[delivery.key].add(delivery.status)
        assert all(len(found) == 1 for found in numbers.values())  # 9
        assert all(len(found) == 1 for found in statuses.values())
        keys = {delivery.name: delivery.key or delivery.name for delivery in self.deliveries}
        arrived = Counter(keys[str(one.order.strategy)] for one in self.world.orders.values())
        assert max(arrived.values(), default=0) <= 1  # 2

    def _check_turned_away(self) -> None:
        arrived = {truth.order.strategy for truth in self.world.orders.values()}
        for delivery in self.deliveries:
            if delivery.ending == "turned away" and delivery.key is None:  # 4
                assert delivery.name not in arrived - self.crashed_in_doubt
            if delivery.ending == "reused":  # 2
                assert delivery.name not in arrived

    async def _check_journal(self) -> None:
        reader = await SqliteReader.open(self.folder / "journal.db")
        try:
            found = await verify(reader)
        finally:
            await reader.close()
        assert not found.findings  # 8


@pytest.mark.parametrize("seed", SEEDS)
async def test_whatever_happens_nothing_is_lost_or_doubled(seed: int, tmp_path: Path) -> None:
    with FaultyDisk() as disk:
        history = History(seed, tmp_path, disk)
        try:
            await history.live()
        except BaseException as error:
            await history.abandon()
            steps = "\n  ".join(history.told)
            error.add_note(f"seed {seed}, settings {history.settings}, steps:\n  {steps}")
            raise
