"""Requests for new orders, as they are put down."""

from collections.abc import Iterator
from contextlib import contextmanager

from fillgate.practice.calls import Call
from fillgate.practice.errors import Refused
from fillgate.practice.receipts import Receipt

__all__ = ["put_down", "received"]


def put_down(call: Call) -> Receipt:
    """Put a request down among the receipts, and return its own."""
    sent = {name: text for name, text in call.parameters.values.items() if name != "signature"}
    now = call.exchange.now() // 1000
    receipt = Receipt(at=now, account=call.user.name, way=call.way, parameters=sent)
    call.receipt = call.exchange.receipts.add(receipt)
    return receipt


@contextmanager
def received(call: Call) -> Iterator[Receipt]:
    """Put a request down, and why it is refused if it is."""
    receipt = put_down(call)
    try:
        yield receipt
    except Refused as refused:
        receipt.code = refused.code
        raise
