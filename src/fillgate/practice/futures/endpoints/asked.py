"""Which exchange is asked."""

from fillgate.practice.calls import Call
from fillgate.practice.futures.exchange import Futures

__all__ = ["futures"]


def futures(call: Call) -> Futures:
    """Return the futures exchange that a request came to."""
    assert isinstance(call.exchange, Futures)
    return call.exchange
