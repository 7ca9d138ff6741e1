"""Lanes: the signals of one account for one symbol pass one after another.

Invariants:

1. At most one order of a lane is between SENDING and its outcome.
2. While an UNKNOWN order holds the lane, or its account is held, only orders pass that the venue
   enforces as reducing.
3. Signals leave in the order in which they came, but for those that pass a held lane.
"""

from collections import deque
from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from typing import Final

from fillgate.engine.tickets import Ticket

__all__ = ["Lane", "Lanes"]

_FREE_KEPT: Final = 256

LaneKey = tuple[str, str]
"""(account, symbol)"""


class Lane:
    """The queue of one account for one symbol."""

    __slots__ = ("_reducing", "coming", "flying", "holders", "key", "waiting")

    def __init__(self, key: LaneKey) -> None:
        """Start free."""
        self.key = key
        self.waiting: deque[Ticket] = deque()
        """Signals in their order; `join` and `leave` change it."""
        self._reducing: dict[int, Ticket] = {}
        """Those of them that only reduce, by number: a held lane is not searched for them."""
        self.coming = 0
        """How many signals are being written down and will wait; none may overtake them."""
        self.flying: str | None = None
        """client_order_id of the order that is being sent."""
        self.holders: set[str] = set()
        """client_order_ids of the UNKNOWN orders that hold the lane; why its account is held."""

    @property
    def is_free(self) -> bool:
        """Whether a new signal goes straight ahead; a free lane can be forgotten."""
        return not (self.waiting or self.coming or self.flying or self.holders)

    def join(self, ticket: Ticket) -> None:
        """Let a ticket wait at the end."""
        self.waiting.append(ticket)
        if ticket.signal.reduce_only:
            self._reducing[ticket.number] = ticket

    def leave(self, ticket: Ticket) -> bool:
        """Take out a ticket; tell whether it waited."""
        if ticket not in self.waiting:
            return False
        self.waiting.remove(ticket)
        self._reducing.pop(ticket.number, None)
        return True

    def next(self, may_pass: Callable[[], bool]) -> Ticket | None:
        """Take out the next ticket that may go now.

        Args:
            may_pass: whether a reducing ticket may pass although the lane is held.
        """
        if self.flying or not self.waiting:
            return None
        ticket: Ticket | None = self.waiting[0]
        if self.holders:
            first = next(iter(self._reducing.values()), None)
            ticket = first if first is not None and may_pass() else None
        if ticket is not None:
            self.leave(ticket)
        return ticket


class Lanes:
    """All lanes that are not free. Memory keeps some that were used before, too."""

    def __init__(self) -> None:
        """Start with none."""
        self._lanes: dict[LaneKey, Lane] = {}
        self._held: dict[str, str] = {}
        """Accounts all of whose lanes are held, and why."""

    def get(self, account: str, symbol: str) -> Lane:
        """Return the lane of an account and a symbol."""
        key = (account, symbol)
        lane = self._lanes.get(key)
        if lane is None:
            lane = self._lanes[key] = Lane(key)
            if account in self._held:
                lane.holders.add(self._held[account])
        return lane

    def holders(self, account: str, symbol: str) -> AbstractSet[str]:
        """Return the UNKNOWN orders that hold a lane."""
        lane = self._lanes.get((account, symbol))
        return frozenset() if lane is None else lane.holders

    def hold(self, account: str, why: str) -> None:
        """Hold all lanes of an account, those to come too."""
        self._held[account] = why
        for lane in self._of(account):
            lane.holders.add(why)

    def let_go(self, account: str) -> tuple[Lane, ...]:
        """Hold the lanes of an account no longer; return them."""
        why = self._held.pop(account, "")
        lanes = tuple(self._of(account))
        for lane in lanes:
            lane.holders.discard(why)
        return lanes

    def _of(self, account: str) -> Iterator[Lane]:
        return (lane for lane in tuple(self._lanes.values()) if lane.key[0] == account)

    def forget_if_free(self, lane: Lane) -> None:
        """Give back the memory of a lane that has nothing to do."""
        if len(self._lanes) <= _FREE_KEPT:
            return
        # Another lane may have taken its place since it was forgotten.
        if lane.is_free and self._lanes.get(lane.key) is lane:
            del self._lanes[lane.key]

    def __iter__(self) -> Iterator[Lane]:
        """Iterate over those that are not free now, so that lanes may change on the way."""
        return iter([lane for lane in self._lanes.values() if not lane.is_free])

    @property
    def flying(self) -> int:
        """How many orders are being sent."""
        return sum(1 for lane in self._lanes.values() if lane.flying)

    @property
    def waiting(self) -> int:
        """How many signals wait."""
        return sum(len(lane.waiting) for lane in self._lanes.values())
