"""How long a caller waits: the header `Prefer` (RFC 7240)."""

import re
from functools import lru_cache
from typing import Final

__all__ = ["LONGEST_API_WAIT", "LONGEST_WEBHOOK_WAIT", "wait_seconds"]

LONGEST_WEBHOOK_WAIT: Final = 2.5
"""TradingView hangs up after three seconds."""

LONGEST_API_WAIT: Final = 60.0

_WAIT: Final = re.compile(r"(?:^|[,;\s])wait\s*=\s*\"?([0-9]{1,9}(?:\.[0-9]{1,9})?)\"?(?=$|[,;\s])")
_ASYNC: Final = re.compile(r"(?:^|[,;\s])respond-async(?=$|[,;\s])")


def wait_seconds(prefer: bytes | None, *, default: float, longest: float) -> float:
    """Return how many seconds to wait for the outcome.

    `wait=N` wins over `respond-async`, which alone means 0. What cannot be read is passed over, as
    the RFC asks.

    Args:
        prefer: the header's value, if there is one.
        default: without a preference.
        longest: never more than this.
    """
    preferred = None if prefer is None else _preferred(prefer)
    return min(default if preferred is None else preferred, longest)


# A sender asks for the same with each of its requests.
@lru_cache(maxsize=64)
def _preferred(prefer: bytes) -> float | None:
    text = prefer.decode("latin-1").lower()
    wanted = _WAIT.search(text)
    if wanted is not None:
        return float(wanted.group(1))
    return 0.0 if _ASYNC.search(text) else None
