"""A history over a real file: signals, a moody venue, faults of the disk, crashes and restarts.

A history is a seed. It is lived over a real journal file, in real time, with the journal's own
threads; then all is healed and the engine settles. The simulation (`tests/simulation`) lives many
more, of everything that can happen; this is about the disk.
"""

import asyncio
import random
from collections.abc import Awaitable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.order_state import OrderState
from fillgate.engine.arrivals import Admission
from fillgate.engine.intake import EngineUnavailable
from tests.engine.conftest import House, open_house, replaced
from tests.engine.histories.world import Truth, World
from tests.journal.faulty_disk import FaultyDisk, broken_disk, full_disk

__all__ = ["SYMBOLS", "Delivery", "History"]

SYMBOLS = ("BTC/USDT", "ETH/USDT", "SOL")
FAULTS = {
    "full": {"on_write": full_disk},
    "write": {"on_write": broken_disk},
    "flush": {"before_flush": broken_disk},
    "after flush": {"after_flush": broken_disk},
}
STEPS = {
    "signal": 12,
    "signal with a key": 8,
    "signal again": 5,
    "fill": 4,
    "lookups": 3,
    "strike": 2,
    "heal": 2,
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
        """Live all steps, then heal and settle, send again what was turned away, and settle."""
        names, weights = zip(*STEPS.items(), strict=True)
        await self._open()
        for _ in range(self.dice.randint(5, 30)):
            await self._step(self.dice.choices(names, weights)[0])
        self.disk.heal()
        self.world.lookups = "tell"
        await self._settle()
        self._send_again()
        await self._settle()

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

    async def close(self) -> None:
        """Stop the engine in good order."""
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

    def _deliver(self, name: str, key: str | None, fields: dict[str, Any]) -> None:
        sent = {"strategy": name} | fields
        task = asyncio.create_task(self.house.accept(key, **sent))
        delivery = Delivery(name, key, fields, task)
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

    def _signal_again(self) -> None:
        keyed = [delivery for delivery in self.deliveries if delivery.key is not None]
        if keyed:
            self._repeat(self.dice.choice(keyed))

    def _repeat(self, before: Delivery) -> None:
        self._deliver(before.name, before.key, before.fields)

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
        await self.close()
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
        waiting = [one.task for one in self.deliveries if not one.task.done()]
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)

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
        return bool(lane.flying or lane.coming or lane.is_free or not lane.holders <= holders)

    def _is_settled(self, state: OrderState, truth: Truth | None) -> bool:
        if state.status is OrderStatus.UNKNOWN:
            return bool(state.anomalies) and (truth is None or not truth.taken)
        if truth is None or not truth.taken:
            return state.status is OrderStatus.ABSENT
        return (state.status, state.executed.total.quantity) == (truth.status, truth.filled)

    def _note_statuses(self) -> None:
        for delivery in self.deliveries:
            if delivery.admission is not None:
                state = delivery.admission.ticket.state
                if state is not None and not state.status.is_undecided:
                    assert delivery.status in {None, state.status.value}
                    delivery.status = state.status.value
