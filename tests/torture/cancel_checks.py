"""Whether cancels without ids of their own, as the venue saw them, are those of the journal.

They can only be counted, order by order: which of two came is not told.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from fillgate.domain.order_state import OrderState
from fillgate.domain.requests import Request, RequestKind, RequestStatus
from tests.torture.book import Book
from tests.torture.ledger import CancelSeen

__all__ = ["LIED_ABOUT", "wrong_cancels"]

WrongCancel = tuple[int, str, str]
"""The number of the invariant, what is wrong in words, and the order's client order id."""

_PERHAPS_DONE: Final = {RequestStatus.DONE, RequestStatus.PENDING, RequestStatus.UNKNOWN}

LIED_ABOUT: Final = "cancel: refuse 400"
"""The fault in which the venue refuses a cancel that it never looked at."""


def wrong_cancels(states: Mapping[str, OrderState], book: Book) -> Iterator[WrongCancel]:
    """Find cancels that were sent twice or unwritten (16), and endings that are not true (17)."""
    for identity, seen in book.cancels.items():
        state = states.get(identity)
        text = _unwritten(() if state is None else _cancels(state), seen)
        if text is not None:
            yield 16, text, identity
    unfounded: list[tuple[str, str]] = []
    for identity, state in states.items():
        text = _undone(state, book)
        if text is not None:
            yield 17, text, identity
        unfounded += [(identity, text) for text in _never_refused(state, book)]
    # Of those refused unseen it is only known how many there were.
    for identity, text in unfounded[book.faults[LIED_ABOUT] :]:
        yield 17, text, identity


def _cancels(state: OrderState) -> Sequence[Request]:
    return [each for each in state.requests if each.kind is RequestKind.CANCEL]


def _unwritten(requests: Sequence[Request], seen: Sequence[CancelSeen]) -> str | None:
    """Tell whether more had come by any time than were written down before it and may have left."""
    written = [each.at // 1000 for each in requests if each.status is not RequestStatus.NOT_SENT]
    for number, cancel in enumerate(sorted(seen, key=lambda each: each.at), start=1):
        known = sum(at <= cancel.at for at in written)
        if number > known:
            return f"{number} cancels had come when {known} had been sent"
    return None


def _undone(state: OrderState, book: Book) -> str | None:
    seen = book.cancels.get(state.order.client_order_id, ())
    done = any(each.done for each in seen)
    told = {each.status for each in _cancels(state)}
    # Those that are open are told of by another check.
    if done and told and not told & _PERHAPS_DONE:
        return f"cancels are {', '.join(sorted(told))} here, and the venue did one"
    return None


def _never_refused(state: OrderState, book: Book) -> Iterator[str]:
    """Tell of each cancel that is REJECTED beyond those that the venue refused."""
    seen = book.cancels.get(state.order.client_order_id, ())
    refused = sum(not each.done for each in seen)
    told = sum(each.status is RequestStatus.REJECTED for each in _cancels(state))
    for _ in range(told - refused):
        yield f"{told} cancels are REJECTED here, the venue refused {refused}"
