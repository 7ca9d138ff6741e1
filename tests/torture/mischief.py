"""What befalls the venue as a whole while orders are under way."""

import random
from collections import Counter
from itertools import cycle

from tests.torture.processes import VenueUnderTest
from tests.torture.senders import Load

__all__ = ["Mischief"]


class Mischief:
    """Lets one thing after the other befall a venue."""

    def __init__(
        self,
        venue: VenueUnderTest,
        load: Load,
        dice: random.Random,
        between: tuple[float, float],
    ) -> None:
        """Do so with so many seconds in between, at least and at most."""
        self._kinds = venue.mischief(dice)
        self._load = load
        self._dice = dice
        self._between = between
        self.done: Counter[str] = Counter()
        """How often what befell it."""

    async def run(self) -> None:
        """Do so until the load ends."""
        for name in cycle(self._kinds):
            await self._load.end_within(self._dice.uniform(*self._between))
            if self._load.is_ending:
                return
            await self._kinds[name]()
            self.done[name] += 1
