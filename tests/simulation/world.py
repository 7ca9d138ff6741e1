"""A world: the disk, the venue, and the processes with engines that come and go between them.

Who looks on, and who calls, hangs onto the world's hooks: `arriving`, `asking`, `opened`, `ended`,
`acknowledged`, `admitted`.
"""

import asyncio
import random
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from fillgate.domain.orders import Order
from fillgate.engine.accounts import AccountSetup
from fillgate.engine.engine import Engine
from fillgate.engine.settings import EngineSettings
from fillgate.engine.tasks import Tasks
from fillgate.plugins.base import PluginContext
from fillgate.plugins.registry import PluginRegistry
from fillgate.virtual_time import LoopClock, Process, SimulatedLoop
from tests.simulation.disk import Disk, SimulatedJournal
from tests.simulation.listening import ErrorLog
from tests.simulation.places import ACCOUNTS
from tests.simulation.plugin import VenuePlugin
from tests.simulation.schedule import schedule
from tests.simulation.steps import Conditions
from tests.simulation.venue import SimulatedVenue

__all__ = ["House", "World"]

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
        reconcile_interval=15.0,
        reconcile_deadline=1.0,
        reconcile_longest_pause=4.0,
    )


@dataclass
class House:
    """A process with the engine that runs in it."""

    process: Process
    log: ErrorLog
    death: "asyncio.Future[None]"
    journal: SimulatedJournal | None = None
    engine: Engine | None = None
    plugins: list[VenuePlugin] = field(default_factory=list)


def _nothing(*_: object) -> None:
    """Hear of it and do nothing."""


@dataclass
class World:
    """All but the callers."""

    conditions: Conditions
    folder: Path
    trace: list[str] = field(default_factory=list)
    """What happened, in order; the digest is made from it."""
    houses: list[House] = field(default_factory=list)
    """All processes, the last one newest; kept so that none is dropped while the world goes on."""
    downtime: float = 0.0
    """Seconds between the death of a process and the start of the next."""
    arriving: Callable[[Order], None] = _nothing
    """Hears of each order that a plugin gets."""
    asking: Callable[[str, Order | None], None] = _nothing
    """Hears of each request that a plugin gets, and of the replacement if there is one."""
    opened: Callable[[Engine], None] = _nothing
    """Hears of each engine before it starts."""
    ended: Callable[[House], None] = _nothing
    """Hears of each process that has ended."""
    acknowledged: Callable[[int], None] = _nothing
    """Hears of each signal that a caller was told of, by its number."""
    admitted: Callable[[str], None] = _nothing
    """Hears of each request that a caller was told of, by its id."""

    def __post_init__(self) -> None:
        conditions = self.conditions
        self.loop = SimulatedLoop(schedule(conditions.style, conditions.seed))
        self.clock = LoopClock(self.loop)
        self.disk = Disk(self.folder, now=self.loop.time, crash=self.die)
        self.venue = SimulatedVenue(self.loop, self.clock, conditions)
        self.venue.told = self.tell
        self.settings = _settings(conditions)
        self.crashes: dict[str, int] = {}
        """After how many more calls of a plugin the process dies there."""

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
        tasks = Tasks(house.log, patience=DEADLINE)
        house.journal = journal = await self.disk.open(house.log)
        registry = PluginRegistry()
        for account in ACCOUNTS:
            context = PluginContext(self.clock, random.Random(1), house.log, tasks.starter)
            house.plugins.append(self._plugin(account, context))
            registry.register(house.plugins[-1])
        house.engine = engine = Engine(
            journal,
            registry,
            {account: AccountSetup("simulated") for account in ACCOUNTS},
            settings=self.settings,
            clock=self.clock,
            tasks=tasks,
            logger=house.log,
            randomness=random.Random(self.conditions.seed),
        )
        self.opened(engine)
        await engine.start()

    def _plugin(self, account: str, context: PluginContext) -> VenuePlugin:
        return VenuePlugin(
            account,
            context,
            venue=self.venue,
            arrives=self._arrives,
            is_asked=self._is_asked,
            dies=self._dies,
        )

    def _arrives(self, order: Order) -> None:
        self.tell("hands over", order.client_order_id)
        self.arriving(order)

    def _is_asked(self, request: str, replacement: Order | None) -> None:
        self.tell("asks", request)
        self.asking(request, replacement)

    def _dies(self, where: str) -> bool:
        left = self.crashes.get(where)
        if left is None:
            return False
        self.crashes[where] = left - 1
        if left:
            return False
        del self.crashes[where]
        self.die()
        return True

    def die(self) -> None:
        """Let the newest process end at this instant."""
        house = self.house
        self.tell("dies", house.process.name)
        house.process.kill()
        if not house.death.done():
            house.death.set_result(None)

    def _clear_away(self) -> None:
        self.ended(self.house)
        if self.house.journal is not None:
            self.house.journal.die()

    async def reopen_if_dead(self) -> None:
        """Start the next process if the newest one has died."""
        if self.house.process.is_alive:
            return
        self._clear_away()
        await asyncio.sleep(self.downtime)
        await self.open()

    async def stop(self) -> None:
        """Stop the newest process in good order."""
        house = self.house
        await self._or_death(house, self.engine.close())
        if house.process.is_alive:
            self.die()

    async def heal(self) -> None:
        """Let nothing go wrong any more."""
        self.crashes.clear()
        self.disk.heal()
        await self.reopen_if_dead()
        self.venue.reactions.clear()
        self.venue.lookups = "tell"
        self.venue.healthy = True

    async def until_quiet(self, restless: Callable[[], list[str]]) -> None:
        """Let time go by until nothing is restless, but not for ever."""
        end = self.loop.time() + _PATIENCE
        while restless() and self.loop.time() < end:
            await self.clock.sleep(_LOOK_AGAIN)

    def close(self) -> None:
        """Let go of everything."""
        for house in self.houses:
            house.process.kill()
        if self.houses and self.house.journal is not None:
            self.house.journal.die()
        self.loop.close()
