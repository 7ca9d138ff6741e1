"""A ticket: one accepted signal on its way to its outcome, and those who wait for it.

Invariants:

1. `admitted` is told once: after the flush that made the signal durable, or with the reason why it
   was not taken.
2. `state` follows the signal's order until its submission has ended in a definite status, or the
   order has, and stays there: later deliveries of the same signal get the same answer.
"""

import asyncio
from typing import Generic, TypeVar

from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.order_state import OrderState
from fillgate.domain.signals import Signal

__all__ = ["Latch", "Ticket"]

T = TypeVar("T")


class Latch(Generic[T]):
    """A value that many may wait for; waiting costs nothing once it is there."""

    __slots__ = ("_error", "_set", "_value", "_waiters")

    def __init__(self) -> None:
        """Start closed."""
        self._set = False
        self._value: T | None = None
        self._error: Exception | None = None
        self._waiters: list[asyncio.Future[None]] | None = None

    @property
    def is_open(self) -> bool:
        """Whether the value, or a failure, is there."""
        return self._set

    def open(self, value: T) -> None:
        """Give the value to all who wait and will wait; a later one replaces it."""
        self._value, self._error = value, None
        self._wake()

    def fail(self, error: Exception) -> None:
        """Raise `error` for all who wait and will wait."""
        self._error = error
        self._wake()

    def interrupt(self) -> None:
        """Let those who wait within some time wait no longer; it stays as it is."""
        waiters, self._waiters = self._waiters, None
        for waiter in waiters or ():
            if not waiter.done():
                waiter.set_result(None)

    def _wake(self) -> None:
        self._set = True
        if self._waiters is not None:
            self.interrupt()

    async def wait(self) -> T:
        """Return the value once it is there, or raise the failure."""
        if not self._set:
            await self._join()
        if self._error is not None:
            raise self._error
        return self._value  # type: ignore[return-value]  # it is set when there is no error

    async def wait_within(self, seconds: float) -> bool:
        """Wait at most so long; tell whether the latch is open."""
        if not self._set and seconds > 0:
            waiter = self._join()
            timer = asyncio.get_running_loop().call_later(seconds, _give_up, waiter)
            try:
                await waiter
            finally:
                timer.cancel()
        return self._set

    def _join(self) -> "asyncio.Future[None]":
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if self._waiters is None:
            self._waiters = [waiter]
        else:
            self._waiters.append(waiter)
        return waiter


def _give_up(waiter: "asyncio.Future[None]") -> None:
    if not waiter.done():
        waiter.set_result(None)


class Ticket:
    """One signal under way."""

    __slots__ = (
        "account",
        "admitted",
        "answered",
        "began",
        "claim_ends",
        "client_order_id",
        "digest",
        "expiry",
        "is_settled",
        "key",
        "number",
        "received_at",
        "signal",
        "source",
        "state",
        "told_unavailable",
        "withdrawal",
    )

    def __init__(
        self,
        number: int,
        *,
        source: str,
        signal: Signal,
        account: str,
        received_at: int,
        key: str | None,
        digest: bytes,
    ) -> None:
        """Make a ticket for a signal that is not durable yet.

        Args:
            number: the signal's number in the journal.
            source: who sent it.
            signal: as it was read.
            account: the account it goes to.
            received_at: Unix microseconds.
            key: what it claims, if anything.
            digest: of its reading, to tell a repeat from a re-use of the key.
        """
        self.number = number
        self.source = source
        self.signal = signal
        self.account = account
        self.received_at = received_at
        self.key = key
        self.digest = digest
        self.claim_ends: int | None = None
        """When it holds its key no longer, Unix microseconds; None if never."""
        self.began: float | None = None
        """When the last byte of the signal came, on the clock that never goes back; None if that
        was in an earlier process, or nobody said."""
        self.client_order_id: str | None = None
        self.state: OrderState | None = None
        self.is_settled = False
        """True once the outcome is definite."""
        self.told_unavailable = False
        """True when a caller was told that the journal could not take it."""
        self.withdrawal: tuple[str, str | None] | None = None
        """Who cancelled it before its order was planned, and why."""
        self.expiry: asyncio.TimerHandle | None = None
        """Ends the wait in a lane."""
        self.admitted: Latch[Ticket] = Latch()
        """Opens with this ticket, or with the one that holds the same key."""
        self.answered: Latch[None] = Latch()
        """Opens when the order is no longer merely on its way."""

    def refuse(self, error: Exception) -> None:
        """Tell all who wait that it was not taken."""
        self.admitted.fail(error)
        self.answered.interrupt()

    def join(self, holder: "Ticket") -> None:
        """Point all who wait to the earlier ticket that holds the same key."""
        self.admitted.open(holder)
        self.answered.interrupt()

    def follow(self, state: OrderState, *, early: bool = False) -> None:
        """Take in what became durable about the signal's order.

        Args:
            state: the order as it is then.
            early: the answer to its submission is still to come, and will tell more.
        """
        if self.is_settled:
            return
        self.state = state
        self.client_order_id = state.order.client_order_id
        if early:
            return
        self.is_settled = not state.status.is_undecided
        if state.status is not OrderStatus.PENDING_NEW:
            self.answered.open(None)
