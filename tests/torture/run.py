"""A run of the torture: load and kills, then healing, then the checks."""

import asyncio
import random
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.order_state import OrderState
from tests.e2e.process import Service
from tests.torture.askers import Askers
from tests.torture.book import Book
from tests.torture.checks import Violation, violations
from tests.torture.evidence import Evidence, folded, gather, get, positions, read_events
from tests.torture.faults import ALL_FAULTS, Faults
from tests.torture.killer import MOMENTS, Killer
from tests.torture.mischief import Mischief
from tests.torture.processes import VenueProcess, VenueUnderTest, Victim, tortured_service
from tests.torture.senders import Load
from tests.torture.strangers import Strangers

__all__ = ["Plan", "Result", "torture"]

_LOOK_SECONDS: Final = 0.1


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a run does."""

    seed: int
    kills: int
    """How many at least; each of the moments comes once at least."""
    faults: Faults = ALL_FAULTS
    venue: Callable[[Path, str, Faults], VenueUnderTest] = VenueProcess
    """Makes the venue, in a folder, with a seed and faults."""
    moments: tuple[str, ...] = MOMENTS
    alerts: int = 5
    """How many senders of alerts there are at once."""
    bots: int = 5
    patient_senders: bool = False
    """Whether senders mostly leave alone what their last signal still waits for."""
    askers: int = 4
    """How many cancel and replace orders at once."""
    asks: Mapping[str, int] = field(
        default_factory=lambda: {"cancel": 4, "replace": 14, "cancel-all": 1}
    )
    """How often they ask for what, in proportion."""
    ask_pause: float = 0.05
    """Seconds that an asker waits between two."""
    seldom_early: int = 1
    """Of so many cancels one may be about an order that has not left."""
    strangers: int = 2
    """How many others trade on the same account."""
    mischief: tuple[float, float] = (1.0, 5.0)
    """How many seconds there are between two mischiefs of the venue, at least and at most."""
    between: tuple[int, int] = (10, 40)
    """How many answers of the service it takes between two kills, at least and at most."""
    answers: int = 20
    """How many answers of the service it takes after the last kill."""
    cancels: int = 0
    """How many cancels have to be taken before it ends."""
    patience: float = 0.0
    """Seconds that UNKNOWN orders have to end before all is healed."""
    anew: float | None = None
    """Seconds after which the service is started anew if all is not told by then: what it looks up
    seldom by now it looks up at once then. None: never."""
    healing: float = 30.0
    """Seconds for all to be told and written once nothing goes wrong any more."""
    program: Sequence[str] = ("-m", "fillgate")
    """What Python runs as the service."""
    engine: Mapping[str, Any] = field(default_factory=dict)
    """Settings of the engine."""
    account: Mapping[str, Any] = field(default_factory=dict)
    """Settings of the account."""


@dataclass(frozen=True, kw_only=True)
class Result:
    """How a run ended."""

    plan: Plan
    data: Path
    """The service's data folder."""
    evidence: Evidence
    violations: Sequence[Violation]
    kills: int
    moments: Counter[str]
    """How often which moment came."""
    venue_restarts: int
    mischief: Counter[str]
    """What befell the venue as a whole, and how often."""
    troubles: Counter[str]
    """What senders met instead of answers."""
    seconds: float


async def torture(plan: Plan, folder: Path) -> Result:
    """Do a run in an empty folder."""
    began = time.monotonic()
    dice = random.Random(plan.seed)
    async with _processes(plan, folder) as (service, venue):
        load = Load(
            service, random.Random(dice.random()), venue.draw, venue.pause, plan.patient_senders
        )
        killer = Killer(service, venue, load, random.Random(dice.random()), plan.between)
        askers = Askers(
            load,
            random.Random(dice.random()),
            plan.asks,
            venue.symbols,
            pause=plan.ask_pause,
            seldom_early=plan.seldom_early,
        )
        strangers = Strangers(venue, load, random.Random(dice.random()))
        mischief = Mischief(venue, load, random.Random(dice.random()), plan.mischief)
        await venue.warm(service)
        async with asyncio.TaskGroup() as group:
            group.create_task(askers.run(plan.askers))
            group.create_task(strangers.run(plan.strangers))
            group.create_task(mischief.run())
            group.create_task(load.run(plan.alerts, plan.bots))
            group.create_task(_work(plan, killer, load, askers))
        await _until(lambda: _is_decided(service), plan.patience)
        await venue.heal()
        await _settle(plan, service, venue)
        evidence = await gather(
            service,
            venue,
            sent=load.sent,
            asked=askers.asked,
            stop=lambda: service.end(signal.SIGTERM),
        )
    return Result(
        plan=plan,
        data=service.data,
        evidence=evidence,
        violations=violations(evidence),
        kills=service.kills,
        moments=killer.moments,
        venue_restarts=killer.venue_restarts,
        mischief=mischief.done,
        troubles=load.troubles,
        seconds=time.monotonic() - began,
    )


async def _work(plan: Plan, killer: Killer, load: Load, askers: Askers) -> None:
    try:
        await killer.run(plan.kills, plan.moments)
        await load.answered(plan.answers)
        while askers.canceled < plan.cancels:
            await load.answered(1)
    finally:
        load.stop()


@asynccontextmanager
async def _processes(plan: Plan, folder: Path) -> AsyncIterator[tuple[Victim, VenueUnderTest]]:
    venue = plan.venue(folder, str(plan.seed), plan.faults)
    try:
        await asyncio.to_thread(venue.start)
        service = tortured_service(
            folder, venue, program=plan.program, engine=plan.engine, account=plan.account
        )
        try:
            await asyncio.to_thread(service.start)
            yield service, venue
        finally:
            service.finish()
    finally:
        venue.finish()


async def _settle(plan: Plan, service: Victim, venue: VenueUnderTest) -> None:
    """Return once all is told and written, or after the plan's time; the checks say what is not."""

    async def within(seconds: float) -> bool:
        return await _until(lambda: _is_settled(service, venue), seconds, venue.look_seconds)

    if plan.anew is not None:
        if await within(plan.anew):
            return
        await asyncio.to_thread(service.end, signal.SIGTERM)
        await asyncio.to_thread(service.start)
    await within(plan.healing)


async def _until(
    condition: Callable[[], Awaitable[bool]], seconds: float, look_seconds: float = _LOOK_SECONDS
) -> bool:
    """Return once the condition holds, or after so long; tell whether it does."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while not await condition():  # noqa: ASYNC110 - nothing tells of it
                await asyncio.sleep(look_seconds)
            return True
    return False


async def _is_decided(service: Service) -> bool:
    return not await asyncio.to_thread(_is_open, service)


async def _is_settled(service: Service, venue: VenueUnderTest) -> bool:
    if not await _is_decided(service):
        return False
    await venue.quiet()
    book = Book.of(await asyncio.to_thread(venue.lines))
    states = folded(await read_events(service.data))
    if not all(_agrees(state, book) for state in states.values()):
        return False
    return await asyncio.to_thread(positions, service) == book.positions


def _is_open(service: Service) -> bool:
    undecided = ",".join(status for status in OrderStatus if status.is_undecided)
    return bool(
        get(service, "/api/v1/signals?state=waiting")["signals"]
        or get(service, f"/api/v1/orders?status={undecided}")["orders"]
    )


def _agrees(state: OrderState, book: Book) -> bool:
    venues = book.find(state.order.client_order_id)
    executed = Decimal(0) if venues is None else venues.filled
    is_closed = not any(request.is_open for request in state.requests)
    return is_closed and state.executed.total.quantity == executed
