"""The life of a history: its steps, then rest, then a look at everything."""

import hashlib
import shutil
import tempfile
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import NamedTuple

from fillgate.virtual_time import Deadlock, NeverEnds
from tests.simulation import rest, watch, written
from tests.simulation.callers import Callers
from tests.simulation.happen import happen
from tests.simulation.rest import found_at_rest, restless
from tests.simulation.steps import AnyStep, Conditions, History
from tests.simulation.watch import Breach, Watch
from tests.simulation.world import World
from tests.simulation.written import changed_by_a_start, found_in_journal, orders_now

__all__ = ["CHECKED", "Life", "Outcome", "fresh_folder", "live"]

_MOST_TURNS = 100_000
"""Fifty times as many callbacks as the longest histories take."""

_SOME_COMPARISONS = 40.0
"""Seconds in which each account is compared with its venue at least twice."""

CHECKED = watch.CHECKED | rest.CHECKED | written.CHECKED
"""The invariants that a history is held to."""


class Outcome(NamedTuple):
    """How a history went."""

    breaches: tuple[Breach, ...]
    trace: Sequence[str]
    turns: int
    """How many callbacks have run."""

    @property
    def digest(self) -> str:
        """The same for two runs that went the same way, and for no others."""
        return hashlib.sha256("\n".join(self.trace).encode()).hexdigest()

    @property
    def broken(self) -> frozenset[int]:
        """The invariants that did not hold."""
        return frozenset(breach.number for breach in self.breaches)


@cache
def _workplace() -> Path:
    """Return where journals lie: in memory, where that can be had."""
    memory = Path("/dev/shm")
    return Path(tempfile.mkdtemp(prefix="fillgate-", dir=memory if memory.is_dir() else None))


@contextmanager
def fresh_folder() -> Iterator[Path]:
    """Give a folder for one world, and take it away."""
    folder = Path(tempfile.mkdtemp(dir=_workplace()))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


class Life:
    """A world with its callers, and who looks on."""

    def __init__(self, conditions: Conditions, folder: Path) -> None:
        """Begin; `open` starts the first process."""
        self.world = World(conditions, folder)
        self.callers = Callers(self.world)
        self.watch = Watch(self.world)

    async def open(self) -> None:
        """Start the first process."""
        await self.world.open()

    async def do(self, step: AnyStep) -> None:
        """Let a step happen."""
        await happen(self.world, self.callers, step)

    async def rest(self) -> None:
        """Heal everything, let all come to its end, look; start once more and look again."""
        await self.world.heal()
        await self._quiet()
        self.callers.send_all_again()
        await self._quiet()
        await self._look()
        before = await orders_now(self.world)
        await self.world.stop()
        await self.world.heal()
        await self._quiet()
        await self._look()
        self.watch.breaches += changed_by_a_start(before, await orders_now(self.world))
        await self.world.stop()

    async def _quiet(self) -> None:
        await self.world.until_quiet(lambda: restless(self.world, self.callers))
        if self.world.venue.lists:
            # The next comparisons find what is still to be found; differences are told when they
            # were there twice.
            await self.world.clock.sleep(_SOME_COMPARISONS)
            await self.world.until_quiet(lambda: restless(self.world, self.callers))

    async def _look(self) -> None:
        for delivery in self.callers.deliveries:
            delivery.look()
        self.watch.breaches += await found_at_rest(self.world, self.callers)
        self.watch.breaches += await found_in_journal(self.world)
        journal = self.world.house.journal
        assert journal is not None
        heads = await journal.heads()
        self.world.tell("rests", *(f"{each.stream}:{each.hash.hex()}" for each in heads.values()))

    def close(self) -> None:
        """Let go of everything."""
        self.world.close()


def live(history: History) -> Outcome:
    """Live a history to its end."""
    with fresh_folder() as folder:
        life = Life(history.conditions, folder)
        breaches = life.watch.breaches
        try:
            life.world.loop.run(_live(life, history), most_turns=_MOST_TURNS)
        except (Deadlock, NeverEnds) as error:
            breaches.append(Breach(24, f"{type(error).__name__}: {error}"))
        except Exception as error:  # noqa: BLE001 - whatever it was, it was not to be
            where = traceback.format_tb(error.__traceback__)[-1].strip()
            breaches.append(Breach(25, f"{error!r} at {where}"))
        finally:
            life.close()
    return Outcome(tuple(dict.fromkeys(breaches)), life.world.trace, life.world.loop.turns)


async def _live(life: Life, history: History) -> None:
    await life.open()
    for step in history.steps:
        await life.do(step)
    await life.rest()
