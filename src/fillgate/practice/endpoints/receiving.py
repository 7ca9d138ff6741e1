"""Requests for orders and cancels, as they are put down."""

from collections.abc import Iterator
from contextlib import contextmanager

from fillgate.practice.calls import Call
from fillgate.practice.errors import Refused
from fillgate.practice.receipts import Receipt

__all__ = ["received"]


@contextmanager
def received(call: Call, among: list[Receipt] | None = None) -> Iterator[Receipt]:
    """Put a request down, and why it is refused if it is.

    Args:
        call: the request.
        among: the receipts of its kind; None for those of new orders.
    """
    receipt = call.write_receipt(call.exchange.receipts.all if among is None else among)
    try:
        yield receipt
    except Refused as refused:
        receipt.code = refused.code
        raise
