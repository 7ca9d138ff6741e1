"""Positions at the venue against those that the fills add up to.

Both move while they are compared: a fill may have happened that was not told yet.

Invariants:

1. A difference is told only if it was there twice, with all that could explain it asked for in
   between, and with our position unmoved while the venue was asked. What does not hold still is
   left to the next run.
2. A symbol with an order of which it is open whether the venue has it is not judged.
3. A difference is told when it changes; it is never booked away.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from decimal import Decimal
from typing import Final

from fillgate.domain.clock import Clock
from fillgate.domain.events import Event, PositionAgreed, PositionDiffered
from fillgate.domain.numbers import ZERO, add
from fillgate.engine.accounts import Account
from fillgate.engine.questions import Questions
from fillgate.engine.reconciliation.findings import Finding, finding_of
from fillgate.engine.recorder import Job, Recorder
from fillgate.journal.base import Entry, Journal, account_stream
from fillgate.journal.sightings import AGREED, POSITION, difference_text

__all__ = ["PositionComparison"]

_ROUNDS: Final = 3

_Positions = Mapping[str, Decimal]


class PositionComparison:
    """Compares the positions of one account, once."""

    def __init__(
        self,
        account: Account,
        *,
        journal: Journal,
        questions: Questions,
        recorder: Recorder,
        clock: Clock,
    ) -> None:
        """Prepare; `run` compares."""
        self._account = account
        self._journal = journal
        self._questions = questions
        self._recorder = recorder
        self._clock = clock
        self._differed: dict[str, str] = {}
        """By symbol the difference of the last round."""
        self._judged: dict[str, tuple[Decimal, Decimal]] = {}
        """By symbol ours and theirs, once that is certain."""
        self._known: dict[str, str] = {}
        """By symbol what was told last."""
        self.findings: list[Finding] = []

    async def run(self, look_closer: Callable[[frozenset[str]], Awaitable[None]]) -> bool:
        """Compare, and tell what has changed.

        Args:
            look_closer: asks for what may explain that these symbols differ.

        Returns:
            Whether the venue answered.
        """
        for number in range(_ROUNDS):
            restless = await self._round()
            if restless is None:
                return False
            if not restless or number == _ROUNDS - 1:
                break
            await look_closer(restless)
        self._tell()
        return True

    async def _round(self) -> frozenset[str] | None:
        """Ask once, judge what can be judged, and return the other symbols; None: no answer."""
        before = self._ours()
        told = await self._questions.positions(self._account)
        if told is None:
            return None
        theirs: dict[str, Decimal] = {}
        for each in told:
            theirs[each.symbol] = add(theirs.get(each.symbol, ZERO), each.quantity)
        await self._look_back(theirs.keys() | before.keys())
        restless = set()
        ours, undecided = self._ours(), self._undecided()
        for symbol in (theirs.keys() | ours.keys()) - undecided:
            mine, other = ours.get(symbol, ZERO), theirs.get(symbol, ZERO)
            if mine != before.get(symbol, ZERO) or not self._is_certain(symbol, mine, other):
                restless.add(symbol)
        return frozenset(restless)

    def _is_certain(self, symbol: str, ours: Decimal, theirs: Decimal) -> bool:
        self._judged.pop(symbol, None)
        difference = difference_text(ours, theirs)
        told_before = difference in {self._differed.get(symbol), self._known.get(symbol)}
        self._differed[symbol] = difference
        if ours != theirs and not told_before:
            return False
        self._judged[symbol] = (ours, theirs)
        return True

    async def _look_back(self, symbols: Iterable[str]) -> None:
        unknown = [symbol for symbol in symbols if symbol not in self._known]
        if unknown:
            told = await self._journal.sightings(self._account.name, POSITION, unknown)
            self._known |= told

    def _ours(self) -> _Positions:
        return self._recorder.quantities(self._account.name)

    def _undecided(self) -> set[str]:
        return {
            state.order.symbol
            for state in self._recorder.open_orders()
            if state.order.account == self._account.name and state.standing.is_undecided
        }

    def _tell(self) -> None:
        for symbol, (ours, theirs) in sorted(self._judged.items()):
            known = self._known.get(symbol, AGREED)
            if ours == theirs:
                if known != AGREED:
                    agreed = PositionAgreed(
                        account=self._account.name, symbol=symbol, quantity=ours
                    )
                    self._record(agreed)
                continue
            event = PositionDiffered(
                account=self._account.name, symbol=symbol, ours=ours, theirs=theirs
            )
            finding = finding_of(event, None, None)
            assert finding is not None
            new = known != difference_text(ours, theirs)
            if new:
                self._record(event)
            self.findings.append(finding if new else finding.again())

    def _record(self, event: Event) -> None:
        entry = Entry(account_stream(self._account.name), self._clock.now(), event)
        self._recorder.record(Job(prelude=(entry,)))
