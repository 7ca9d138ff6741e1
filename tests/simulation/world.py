"""A world: an engine, the disk it writes on, the venue it talks to, the callers it answers.

Processes come and go; disk, venue and callers stay. `do` lets a step happen, `settle` lets all that
is under way come to its end. What must hold is looked at elsewhere: `watch` hears of what the
checks are made from.
"""

import asyncio
import random
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.order_state import OrderState
from fillgate.domain.orders import Order
from fillgate.domain.signals import Action, Signal
from fillgate.engine.accounts import AccountSetup
from fillgate.engine.engine import Engine
from fillgate.engine.intake import Admission, Arrival, EngineUnavailable, KeyReused
from fillgate.engine.resolution import NotResolvable, Resolution
from fillgate.engine.settings import EngineSettings
from fillgate.engine.tasks import Tasks
from fillgate.plugins.base import PluginContext
from fillgate.plugins.registry import PluginRegistry
from fillgate.testing.loop import LoopClock, Process, SimulatedLoop
from tests.simulation import steps
from tests.simulation.disk import Disk, SimulatedJournal
from tests.simulation.listening import ErrorLog
from tests.simulation.schedule import schedule
from tests.simulation.steps import AnyStep, Behaviour, Conditions
from tests.simulation.venue import SETTLE_SECONDS, SimulatedVenue, Truth, VenuePlugin

__all__ = ["ACCOUNTS", "SYMBOLS", "Delivery", "House", "World"]

ACCOUNTS: Final = ("main", "other")
SYMBOLS: Final = ("BTC/USDT", "ETH/USDT")
DEADLINE: Final = 2.0
_PATIENCE: Final = 400.0
_LOOK_AGAIN: Final = 0.25


def _settings(conditions: Conditions) -> EngineSettings:
    return EngineSettings(
        max_age=conditions.max_age,
        remembered_orders=conditions.remembered_orders,
        submit_deadline=DEADLINE,
        lookup_deadline=1.0,
        lookup_pause=0.25,
        lookup_longest_pause=4.0,
        poll_interval=2.0,
        health_interval=5.0,
        init_deadline=2.0,
        watch_absent=120.0,
        fingerprint_window=1e5,
    )


@dataclass
class Delivery:
    """One call of `accept` and what came of it."""

    name: str
    """Of the reading; it travels as the signal's strategy."""
    key: str | None
    signal: Signal
    by_fingerprint: bool
    task: "asyncio.Task[Admission] | None" = None
    admission: Admission | None = None
    ending: str = "pending"
    status: OrderStatus | None = None
    """The definite status that the caller saw."""
    last: bool = False
    """Delivered after all was healed."""

    @property
    def claim(self) -> str | None:
        """What it claims, as the checks name it."""
        return f"fingerprint {self.name}" if self.by_fingerprint else self.key


@dataclass
class House:
    """A process with the engine that runs in it."""

    process: Process
    log: ErrorLog
    death: "asyncio.Future[None]"
    journal: SimulatedJournal | None = None
    engine: Engine | None = None
    tasks: Tasks | None = None
    plugins: list[VenuePlugin] = field(default_factory=list)


@dataclass
class World:
    """All of a history's world."""

    conditions: Conditions
    folder: Path
    loop: SimulatedLoop = field(init=False)
    trace: list[str] = field(default_factory=list)
    """What happened, in order; the digest is made from it."""
    deliveries: list[Delivery] = field(default_factory=list)
    crashed_in_doubt: set[str] = field(default_factory=set)
    """Names of signals that were turned away by a process that ended with writes in doubt."""
    houses: list[House] = field(default_factory=list)
    """All processes, the last one newest; kept so that none is dropped while the world goes on."""
    arriving: Callable[["World", Order], None] = lambda world, order: None
    """Hears of each order that a plugin gets."""
    answered: Callable[["World", Delivery], None] = lambda world, delivery: None
    """Hears of each delivery that has ended."""
    opened: Callable[["World", Engine], None] = lambda world, engine: None
    """Hears of each engine before it starts."""

    def __post_init__(self) -> None:
        conditions = self.conditions
        self.loop = SimulatedLoop(schedule(conditions.style, conditions.seed))
        self.clock = LoopClock(self.loop)
        self.disk = Disk(self.folder, crash=self._die)
        self.venue = SimulatedVenue(self.loop, self.clock, conditions)
        self.venue.told = self.tell
        self._settings = _settings(conditions)
        self._crashes: dict[str, int] = {}
        self._downtime = 0.0
        self._persons: list[asyncio.Task[None]] = []

    def tell(self, *what: object) -> None:
        """Note that something happened."""
        self.trace.append(f"{self.loop.time():.6f} {' '.join(map(str, what))}")

    @property
    def house(self) -> House:
        """The newest process."""
        return self.houses[-1]

    @property
    def engine(self) -> Engine:
        """The newest engine."""
        assert self.house.engine is not None
        return self.house.engine

    @property
    def max_age(self) -> float:
        """How old a signal may be when it is sent."""
        return self._settings.max_age

    # Processes

    async def open(self) -> None:
        """Start processes until one has started."""
        while True:
            await self._boot()
            if self.house.process.is_alive:
                return
            self._clear_away()

    async def _boot(self) -> None:
        number = len(self.houses) + 1
        house = House(Process(f"engine {number}"), ErrorLog(), self.loop.create_future())
        self.houses.append(house)
        self.tell("starts", number)
        await self._or_death(house, self._start(house))

    async def _or_death(self, house: House, work: Coroutine[Any, Any, None]) -> None:
        task = self.loop.start(work, process=house.process)
        await asyncio.wait((task, house.death), return_when=asyncio.FIRST_COMPLETED)
        if house.process.is_alive:
            task.result()

    async def _start(self, house: House) -> None:
        house.tasks = tasks = Tasks(house.log, patience=2.0)
        house.journal = journal = await self.disk.open(house.log)
        registry = PluginRegistry()
        for account in ACCOUNTS:
            context = PluginContext(self.clock, random.Random(1), house.log, tasks.starter)
            plugin = VenuePlugin(
                account, context, venue=self.venue, arrives=self._arrives, dies=self._dies
            )
            registry.register(plugin)
            house.plugins.append(plugin)
        house.engine = engine = Engine(
            journal,
            registry,
            {account: AccountSetup("simulated") for account in ACCOUNTS},
            settings=self._settings,
            clock=self.clock,
            tasks=tasks,
            logger=house.log,
        )
        self.opened(self, engine)
        await engine.start()

    def _arrives(self, order: Order) -> None:
        self.tell("hands over", order.client_order_id)
        self.arriving(self, order)

    def _dies(self, where: str) -> bool:
        left = self._crashes.get(where)
        if left is None:
            return False
        self._crashes[where] = left - 1
        if left:
            return False
        del self._crashes[where]
        self._die()
        return True

    def _die(self) -> None:
        """Let the newest process end at this instant."""
        house = self.house
        self.tell("dies", house.process.name)
        house.process.kill()
        house.death.set_result(None)

    def _clear_away(self) -> None:
        """Note what the end of a process means to its callers, and let go of its files."""
        house = self.house
        if house.engine is not None and house.engine.recorder.in_flight:
            away = (one.name for one in self.deliveries if one.ending == "turned away")
            self.crashed_in_doubt.update(away)
        for delivery in self.deliveries:
            self.note_status(delivery)
            if delivery.ending == "pending":
                delivery.ending = "cut off"
        self._persons.clear()
        if house.journal is not None:
            house.journal.die()

    async def _reopen_if_dead(self) -> None:
        if self.house.process.is_alive:
            return
        self._clear_away()
        await asyncio.sleep(self._downtime)
        await self.open()

    async def stop(self) -> None:
        """Stop the newest process in good order."""
        house = self.house
        await self._or_death(house, self.engine.close())
        if house.process.is_alive:
            self._die()

    # Steps

    async def do(self, step: AnyStep) -> None:
        """Let a step happen, and time go by after it."""
        await self._reopen_if_dead()
        self.tell("step", step)
        await _ACTIONS[type(step)](self, step)
        await asyncio.sleep(step.then)
        await self._reopen_if_dead()

    async def _send(self, step: steps.Send) -> None:
        name = f"s{len(self.deliveries)}"
        signal = Signal(
            action=Action.SELL if step.sell else Action.BUY,
            symbol=SYMBOLS[step.symbol],
            account=ACCOUNTS[step.account],
            quantity=Decimal(step.quantity),
            reduce_only=step.reduce_only,
            strategy=name,
        )
        self.venue.behaviours[name] = step.venue
        key = f"k{len(self.deliveries)}" if step.key else None
        for _ in range(step.copies):
            self._deliver(Delivery(name, key, signal, step.fingerprint), step.wait)

    def _deliver(self, delivery: Delivery, wait: float) -> None:
        self.deliveries.append(delivery)
        arrival = Arrival(
            source="test",
            signal=delivery.signal,
            body=delivery.name.encode(),
            received_at=self.clock.now(),
            key=delivery.key,
            fingerprint=delivery.by_fingerprint,
        )
        work = self.engine.intake.accept(arrival, wait=wait)
        delivery.task = self.loop.start(work, process=self.house.process)
        delivery.task.add_done_callback(lambda _: self._delivered(delivery))

    def _delivered(self, delivery: Delivery) -> None:
        assert delivery.task is not None
        if delivery.task.cancelled():
            delivery.ending = "cut off"
        else:
            match delivery.task.exception():
                case None:
                    delivery.admission = delivery.task.result()
                    delivery.ending = "acknowledged"
                    self.note_status(delivery)
                case EngineUnavailable():
                    delivery.ending = "turned away"
                case KeyReused():
                    delivery.ending = "reused"
                case error:
                    delivery.ending = repr(error)
        self.tell(delivery.name, delivery.ending, delivery.status)
        self.answered(self, delivery)

    def note_status(self, delivery: Delivery) -> None:
        """Let the caller of a delivery look at the definite outcome, if there is one."""
        if delivery.admission is None or delivery.status is not None:
            return
        state = delivery.admission.ticket.state
        if state is not None and not state.status.is_undecided:
            delivery.status = state.status

    def _claiming(self) -> list[Delivery]:
        return [one for one in self.deliveries if one.claim is not None]

    async def _again(self, step: steps.Again) -> None:
        if claiming := self._claiming():
            self._repeat(claiming[step.which % len(claiming)], step.wait)

    def _repeat(self, before: Delivery, wait: float, *, last: bool = False) -> None:
        again = Delivery(before.name, before.key, before.signal, before.by_fingerprint, last=last)
        self._deliver(again, wait)

    async def _otherwise(self, step: steps.Otherwise) -> None:
        if keyed := [one for one in self.deliveries if one.key is not None]:
            before = keyed[step.which % len(keyed)]
            name = f"s{len(self.deliveries)}"
            signal = Signal(
                action=Action.BUY, symbol=SYMBOLS[0], quantity=Decimal(9), strategy=name
            )
            self.venue.behaviours[name] = Behaviour()
            self._deliver(Delivery(name, before.key, signal, by_fingerprint=False), 0.0)

    async def _hang_up(self, step: steps.HangUp) -> None:
        if pending := [one.task for one in self.deliveries if one.ending == "pending"]:
            task = pending[step.which % len(pending)]
            assert task is not None
            task.cancel()

    async def _fill(self, step: steps.Fill) -> None:
        if working := self.venue.working():
            self.venue.fill(working[step.which % len(working)], step.parts)

    async def _venue_ends(self, step: steps.VenueEnds) -> None:
        if working := self.venue.working():
            status = OrderStatus.EXPIRED if step.expires else OrderStatus.CANCELED
            self.venue.end(working[step.which % len(working)], status)

    async def _lookups(self, step: steps.Lookups) -> None:
        self.venue.lookups = step.mode

    async def _person(self, step: steps.Person) -> None:
        doubtful = [
            state
            for state in self.engine.blotter.open_orders()
            if state.status in {OrderStatus.UNKNOWN, OrderStatus.ABSENT}
        ]
        if doubtful:
            state = doubtful[step.which % len(doubtful)]
            work = self._resolve(state)
            self._persons.append(self.loop.start(work, process=self.house.process))

    async def _resolve(self, state: OrderState) -> None:
        identity = state.order.client_order_id
        truth = self.venue.orders.get(identity)
        if truth is not None and self.loop.time() < truth.sent + SETTLE_SECONDS:
            return
        try:
            await self.engine.resolve(identity, self._found(truth))
        except NotResolvable:
            self.tell(identity, "was settled before the person")

    def _found(self, truth: Truth | None) -> Resolution:
        taken = truth if truth is not None and truth.taken else None
        return Resolution(
            status=taken.status if taken else OrderStatus.ABSENT,
            reason="asked at the venue",
            actor="person",
            order_id=taken.venue_id if taken else None,
            filled_quantity=taken.filled if taken else None,
            average_price=taken.notional / taken.filled if taken and taken.fills else None,
        )

    async def _strike(self, step: steps.Strike) -> None:
        self.disk.fault = "kept" if step.kept else "lost"
        self.disk.outage = step.outage

    async def _slow_disk(self, step: steps.SlowDisk) -> None:
        self.disk.latency = step.latency

    async def _heal(self, step: steps.Heal) -> None:
        self.disk.heal()

    async def _health(self, step: steps.Health) -> None:
        self.venue.healthy = not self.venue.healthy

    async def _crash(self, step: steps.Crash) -> None:
        self._downtime = step.downtime
        match step.where:
            case "now":
                self._die()
            case "before the commit" | "after the commit":
                self.disk.crashes[step.where] = step.countdown
            case "before the venue" | "at the venue":
                self._crashes[step.where] = step.countdown

    async def _restart(self, step: steps.Restart) -> None:
        self._downtime = step.downtime
        await self.stop()

    async def _wait(self, step: steps.Wait) -> None:
        """Let nothing happen."""

    # The end

    async def heal(self) -> None:
        """Let nothing go wrong any more."""
        self._crashes.clear()
        self.disk.heal()
        await self._reopen_if_dead()
        self.venue.lookups = "tell"
        self.venue.healthy = True

    async def until(self, restless: Callable[[], list[str]]) -> list[str]:
        """Let time go by until nothing is restless.

        Returns:
            What still is when that takes too long.
        """
        end = self.loop.time() + _PATIENCE
        while found := restless():
            if self.loop.time() > end:
                return found
            await asyncio.sleep(_LOOK_AGAIN)
        return []

    def send_again(self) -> None:
        """Deliver once more what was turned away under a key or a fingerprint."""
        for before in tuple(self.deliveries):
            if before.ending == "turned away" and before.claim is not None:
                self._repeat(before, 0.0, last=True)

    @property
    def persons_wait(self) -> bool:
        """Whether somebody who resolves an order has no answer."""
        return not all(task.done() for task in self._persons)

    def close(self) -> None:
        """Let go of everything."""
        for house in self.houses:
            house.process.kill()
        if self.house.journal is not None:
            self.house.journal.die()
        self.loop.close()


_ACTIONS: Final[Mapping[type[steps.Step], Callable[[World, Any], Coroutine[Any, Any, None]]]] = {
    steps.Send: World._send,
    steps.Again: World._again,
    steps.Otherwise: World._otherwise,
    steps.HangUp: World._hang_up,
    steps.Fill: World._fill,
    steps.VenueEnds: World._venue_ends,
    steps.Lookups: World._lookups,
    steps.Person: World._person,
    steps.Strike: World._strike,
    steps.SlowDisk: World._slow_disk,
    steps.Heal: World._heal,
    steps.Health: World._health,
    steps.Crash: World._crash,
    steps.Restart: World._restart,
    steps.Wait: World._wait,
}
