"""Many histories, in as many processes as there are processors."""

import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Final

from tests.simulation.draw import draw_history
from tests.simulation.life import live

__all__ = ["failing"]

_AT_A_TIME: Final = 50


def failing(seeds: Sequence[int]) -> Iterator[int]:
    """Live the histories of these seeds, and return those that break something."""
    portions = [seeds[start : start + _AT_A_TIME] for start in range(0, len(seeds), _AT_A_TIME)]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(os.cpu_count(), mp_context=context) as pool:
        for found in pool.map(_failing_among, portions):
            yield from found


def _failing_among(seeds: Sequence[int]) -> list[int]:
    return [seed for seed in seeds if live(draw_history(seed)).breaches]
