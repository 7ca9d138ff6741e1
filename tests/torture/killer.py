"""When the service is killed: after so many answers, and at the moments where it hurts most."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from functools import partial
from itertools import cycle
from typing import Final

from tests.torture.disk_faults import NO_ROOM, TORN_END, DiskFaults
from tests.torture.plugin import AFTER_ANSWER, BEFORE_SEND, dagger_of
from tests.torture.processes import DAGGERS, VenueUnderTest, Victim
from tests.torture.senders import LONG_ENOUGH, Load

__all__ = ["MOMENTS", "MOMENTS_WITHOUT_REPLACE", "Killer"]

AT_RANDOM: Final = "at a random moment"
AT_START: Final = "right after a start"
COMMIT_TO_SEND: Final = "between commit and send"
SEND_TO_ANSWER: Final = "between send and answer"
ANSWER_TO_COMMIT: Final = "between answer and commit"

_WITHIN: Final = (COMMIT_TO_SEND, SEND_TO_ANSWER, ANSWER_TO_COMMIT)
OF_A_CANCEL: Final = " of a cancel"
_OF_A_REPLACE: Final = " of a replace"
_REQUESTS: Final = {"new": "", "cancel": OF_A_CANCEL, "replace": _OF_A_REPLACE}
"""What is killed within, by the kind of the request; the names of the moments follow from it."""

MOMENTS: Final = (
    AT_RANDOM,
    *(moment + of for of in _REQUESTS.values() for moment in _WITHIN),
    AT_START,
    TORN_END,
    NO_ROOM,
)

MOMENTS_WITHOUT_REPLACE: Final = tuple(
    moment for moment in MOMENTS if not moment.endswith(_OF_A_REPLACE)
)

_LONGEST_BETWEEN: Final = 0.2
_LONGEST_START: Final = 0.6
_COLD: Final = 4
"""Of so many starts one is loaded before the account is up."""


class Killer:
    """Kills the service again and again, and starts it anew at once."""

    def __init__(
        self,
        service: Victim,
        venue: VenueUnderTest,
        load: Load,
        dice: random.Random,
        between: tuple[int, int],
    ) -> None:
        self._service = service
        self._venue = venue
        self._load = load
        self._dice = dice
        self._between = between
        self.moments: Counter[str] = Counter()
        """How often which moment came."""
        self.venue_restarts = 0
        disk = DiskFaults(service, load, dice)
        self._moments: dict[str, Callable[[], Awaitable[None]]] = {
            AT_RANDOM: partial(self._and_start, self._at_random),
            AT_START: partial(self._and_start, self._at_start),
            **disk.moments,
        }
        for kind, of in _REQUESTS.items():
            within = (
                partial(self._stabbed, dagger_of(BEFORE_SEND, kind)),
                partial(self._send_to_answer, kind),
                partial(self._stabbed, dagger_of(AFTER_ANSWER, kind)),
            )
            for moment, kill in zip(_WITHIN, within, strict=True):
                self._moments[moment + of] = partial(self._and_start, kill)

    async def run(self, kills: int, moments: tuple[str, ...]) -> None:
        """Go through the moments, again and again, until there were so many kills."""
        for moment in cycle(moments) if kills else ():
            self._load.up.set()
            await self._load.answered(self._dice.randint(*self._between))
            if self._venue.can_restart and self._dice.randrange(8) == 0:
                await self._restart_venue()
            await self._moments[moment]()
            self.moments[moment] += 1
            if self._service.kills >= kills and self.moments.total() >= len(moments):
                break
        self._load.up.set()

    async def _restart_venue(self) -> None:
        await asyncio.to_thread(self._venue.finish)
        await asyncio.to_thread(self._venue.start)
        self.venue_restarts += 1

    async def _and_start(self, kill: Callable[[], Awaitable[None]]) -> None:
        await kill()
        await asyncio.to_thread(self._service.start)
        if self._dice.randrange(_COLD):
            await self._venue.warm(self._service)

    async def _kill(self) -> None:
        await asyncio.to_thread(self._service.kill)
        self._load.up.clear()

    async def _at_random(self) -> None:
        await asyncio.sleep(self._dice.uniform(0, _LONGEST_BETWEEN))
        await self._kill()

    async def _at_start(self) -> None:
        await self._kill()
        await asyncio.to_thread(self._service.launch)
        await asyncio.sleep(self._dice.uniform(0, _LONGEST_START))
        await self._kill()

    async def _send_to_answer(self, kind: str) -> None:
        async with self._venue.held(kind) as arrived, asyncio.timeout(LONG_ENOUGH):
            await arrived
            await self._kill()

    async def _stabbed(self, dagger: str) -> None:
        """Let the plugin end its own process."""
        (self._service.folder / DAGGERS / dagger).touch()
        await asyncio.to_thread(self._service.await_suicide, LONG_ENOUGH)
        self._load.up.clear()
