"""Requests for new orders, as they are put down."""

from collections.abc import Iterator
from contextlib import contextmanager

from fillgate.practice.calls import Call
from fillgate.practice.errors import Refused
from fillgate.practice.receipts import Receipt

__all__ = ["received"]


@contextmanager
def received(call: Call) -> Iterator[Receipt]:
    """Put a request down, and why it is refused if it is."""
    receipt = call.received()
    try:
        yield receipt
    except Refused as refused:
        receipt.code = refused.code
        raise
