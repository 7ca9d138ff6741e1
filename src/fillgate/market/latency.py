"""How long requests take to a venue, and their answers back.

With a `sigma` latencies follow a log-normal distribution around their median, as round trips on
networks roughly do: most are near it, a few take several times as long. Each way of each request is
drawn for itself.

Invariant: what a request takes depends on seed, the request's name and the way only. Times are
floats; money is not counted with them.
"""

from hashlib import blake2b
from math import exp
from statistics import NormalDist
from typing import Final

__all__ = ["Latency"]

_DRAWS: Final = 1 << 64
_NORMAL: Final = NormalDist()


class Latency:
    """The latencies of one account."""

    def __init__(self, median: float, sigma: float, seed: int) -> None:
        """Set the distribution.

        Args:
            median: seconds there and back; half of it each way.
            sigma: the standard deviation of the logarithm; 0: every request takes the median.
            seed: of the draws.
        """
        self._half = median / 2
        self._sigma = sigma
        self._seed = seed

    @property
    def is_none(self) -> bool:
        """Whether nothing takes any time."""
        return not self._half

    def there(self, request: str) -> float:
        """Return how many seconds a request takes to the venue."""
        return self._way("there", request)

    def back(self, request: str) -> float:
        """Return how many seconds its answer takes."""
        return self._way("back", request)

    def _way(self, way: str, request: str) -> float:
        if not self._sigma or not self._half:
            return self._half
        drawn = blake2b(f"{self._seed}|{way}|{request}".encode(), digest_size=8).digest()
        # Never 0 and never 1: the tails of the distribution have no end.
        part = (int.from_bytes(drawn, "big") + 0.5) / _DRAWS
        return self._half * exp(self._sigma * _NORMAL.inv_cdf(min(part, 1 - 2**-53)))
