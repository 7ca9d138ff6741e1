"""Which exchange is asked."""

from fillgate.practice.calls import Call
from fillgate.practice.spot import Spot

__all__ = ["spot"]


def spot(call: Call) -> Spot:
    """Return the spot exchange that a request came to."""
    assert isinstance(call.exchange, Spot)
    return call.exchange
