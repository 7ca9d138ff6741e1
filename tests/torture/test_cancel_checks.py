"""Cancels that cannot be told apart: what is found, and what is not mistaken for a fault."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

import pytest

from fillgate.domain.order_state import OrderState
from fillgate.domain.orders import Order, Side
from fillgate.domain.requests import Request, RequestKind, RequestStatus
from tests.torture.book import Book
from tests.torture.cancel_checks import LIED_ABOUT, wrong_cancels
from tests.torture.ledger import CancelSeen

NAME: Final = "fg1"
R = RequestStatus
Asked = tuple[int, RequestStatus]
"""When a cancel was written down (milliseconds), and how it stands in the journal."""
Seen = tuple[int, bool]
"""When a cancel came, and whether it was done."""


def state(asked: Sequence[Asked]) -> OrderState:
    order = Order(
        client_order_id=NAME,
        account="venue",
        symbol="BTC/USDT",
        side=Side.BUY,
        quantity=Decimal(1),
    )
    requests = tuple(
        Request(
            request=f"{NAME}-{number}",
            kind=RequestKind.CANCEL,
            status=status,
            actor="api",
            at=at * 1000 + 999,
        )
        for number, (at, status) in enumerate(asked)
    )
    return OrderState(order=order, signal=1, created_at=0, updated_at=0, requests=requests)


def book(seen: Sequence[Seen], lies: int = 0) -> Book:
    made = Book.of(CancelSeen(at=at, client_order_id=NAME, done=done) for at, done in seen)
    made.faults[LIED_ABOUT] = lies
    return made


SOUND: Final[Sequence[tuple[Sequence[Asked], Sequence[Seen], int]]] = [
    ([], [], 0),
    ([(1, R.DONE)], [(1, True)], 0),
    # The first was never heard of: fillgate asked anew, and that was done.
    ([(1, R.INEFFECTIVE), (9, R.DONE)], [(9, True)], 0),
    # Two came at once after a pause, the second to an order that had ended.
    ([(1, R.UNKNOWN), (2, R.REJECTED)], [(5, True), (5, False)], 0),
    ([(1, R.REJECTED)], [], 1),
    ([(1, R.NOT_SENT)], [], 0),
]


@pytest.mark.parametrize(("asked", "seen", "lies"), SOUND)
def test_what_is_sound_is_no_fault(asked: Sequence[Asked], seen: Sequence[Seen], lies: int) -> None:
    assert not list(wrong_cancels({NAME: state(asked)}, book(seen, lies)))


WRONG: Final[Sequence[tuple[Sequence[Asked], Sequence[Seen], int, int]]] = [
    ([(1, R.DONE)], [(1, True), (2, False)], 0, 16),
    ([(5, R.DONE)], [(4, True)], 0, 16),
    ([(1, R.NOT_SENT)], [(1, False)], 0, 16),
    ([(1, R.INEFFECTIVE)], [(1, True)], 0, 17),
    ([(1, R.REJECTED)], [(1, True)], 1, 17),
    ([(1, R.REJECTED)], [], 0, 17),
    ([(1, R.REJECTED), (2, R.REJECTED)], [(1, False)], 0, 17),
]


@pytest.mark.parametrize(("asked", "seen", "lies", "invariant"), WRONG)
def test_what_is_wrong_is_found(
    asked: Sequence[Asked], seen: Sequence[Seen], lies: int, invariant: int
) -> None:
    found = wrong_cancels({NAME: state(asked)}, book(seen, lies))
    assert invariant in {number for number, _, _ in found}


def test_a_cancel_of_an_order_that_nobody_knows_is_found() -> None:
    [(number, _, identity)] = wrong_cancels({}, book([(1, True)]))
    assert (number, identity) == (16, NAME)
