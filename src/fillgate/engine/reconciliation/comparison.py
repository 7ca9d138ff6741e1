"""One reconciliation: what an account's venue has, against what the journal has.

Invariants:

1. Nothing is invented, nothing is concluded from silence: a question that failed is named and
   decides nothing; an order that the venue does not list is asked for, and one that it does not
   find stays what it was and is raised, once until it turns up.
2. An order that ended here and is listed as working is asked for again before it is adopted:
   a list may be older than the end.
3. All fills since the last run are taken, and some again (`fills_overlap`). A fill whose order
   cannot be known yet is asked for again.
4. Single orders are asked for in a limited number, spaced; the next run begins with the rest.
"""

import asyncio
from collections.abc import Iterable
from typing import Final

from fillgate.domain.clock import Clock
from fillgate.domain.events import AccountReconciled, Event, OrderEvent
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.order_state import OrderState
from fillgate.domain.reports import ExecutionReport, Found, Lookup, NotFound
from fillgate.engine.accounts import Account
from fillgate.engine.foreign import Foreign
from fillgate.engine.questions import Questions
from fillgate.engine.reconciliation.findings import Finding, Outcome, Question, finding_of
from fillgate.engine.reconciliation.positions import PositionComparison
from fillgate.engine.recorder import Recorder
from fillgate.engine.reports import Channel, Reports, Taken
from fillgate.engine.settings import EngineSettings
from fillgate.engine.story import is_missing
from fillgate.journal.base import Journal
from fillgate.journal.sightings import FILLS_UNTIL

__all__ = ["Comparison"]

_ENDED: Final = frozenset(
    status for status in OrderStatus if status.is_final and status is not OrderStatus.ABSENT
)
_AT_A_STRETCH: Final = 50
"""How many things are taken before others may go on."""


class Comparison:
    """Compares accounts; one run at a time for each."""

    def __init__(
        self,
        *,
        journal: Journal,
        questions: Questions,
        reports: Reports,
        foreign: Foreign,
        recorder: Recorder,
        settings: EngineSettings,
        clock: Clock,
    ) -> None:
        """Ask by `questions`, hand what is told to `reports`."""
        self.journal = journal
        self.questions = questions
        self.reports = reports
        self.foreign = foreign
        self.recorder = recorder
        self.settings = settings
        self.clock = clock
        self.fills_until: dict[str, int] = {}
        """For each account up to when its fills are known, Unix milliseconds."""
        self.to_look_up: dict[str, dict[str, None]] = {}
        """For each account the orders that the last run did not come to."""
        self.unlisted: dict[str, frozenset[str]] = {}
        """For each account the working orders that the last run did not find listed."""

    async def run(self, account: Account, cause: str) -> tuple[Outcome, AccountReconciled]:
        """Compare an account with its venue.

        Returns:
            What was found, and the event that tells of it, which is to be recorded.

        Raises:
            JournalUnavailable: the journal cannot be read; what was recorded before that stays.
        """
        return await Run(self, account).result(cause)


class Run:
    """One run of one account."""

    def __init__(self, rules: Comparison, account: Account) -> None:
        """Begin with nothing."""
        self._rules = rules
        self._account = account
        self._can = account.capabilities
        self._asked: list[str] = []
        self._failed: list[str] = []
        self._findings: list[Finding] = []
        self._fills_until: int | None = None
        self._taken = 0

    async def result(self, cause: str) -> tuple[Outcome, AccountReconciled]:
        """Ask all that the plugin can be asked."""
        if self._can.open_orders:
            await self._compare_open_orders()
        if self._can.fills:
            await self.compare_fills()
        if self._can.positions:
            await self._compare_positions()
        name = self._account.name
        asked, failed = tuple(self._asked), tuple(self._failed)
        event = AccountReconciled(
            account=name,
            cause=cause,
            asked=asked,
            failed=failed,
            findings=len(self._findings),
            fills_until=self._fills_until,
        )
        outcome = Outcome(
            account=name,
            cause=cause,
            at=self._rules.clock.now(),
            asked=asked,
            failed=failed,
            findings=tuple(self._findings),
            left=len(self._rules.to_look_up.get(name, ())),
        )
        return outcome, event

    def note_asked(self, question: str, *, answered: bool) -> None:
        """Take note of a question."""
        if question not in self._asked:
            self._asked.append(question)
        if not answered and question not in self._failed:
            self._failed.append(question)

    async def _breathe(self) -> None:
        """Let others go on now and then: lists may be long."""
        self._taken += 1
        if not self._taken % _AT_A_STRETCH:
            await asyncio.sleep(0)

    def add(self, finding: Finding | None) -> None:
        """Take note of a difference."""
        if finding is not None:
            self._findings.append(finding)

    # Open orders

    async def _compare_open_orders(self) -> None:
        working = self._working()
        told = await self._rules.questions.open_orders(self._account)
        self.note_asked(Question.OPEN_ORDERS, answered=told is not None)
        if told is None:
            return
        listed = set()
        for report in told:
            await self._breathe()
            taken = await self._take(report)
            if taken.state is not None:
                listed.add(taken.state.order.client_order_id)
                await self._restate(taken.state, report)
        unlisted = [key for key in working if key not in listed]
        await self._look_up_unlisted(unlisted)

    def _working(self) -> dict[str, OrderState]:
        """Return our orders that the venue should list: those it was known to work."""
        return {
            state.order.client_order_id: state
            for state in self._rules.recorder.open_orders()
            if state.order.account == self._account.name and not state.standing.is_undecided
        }

    async def _take(self, report: ExecutionReport) -> Taken:
        taken = await self._rules.reports.take(self._account.name, report, Channel.RECONCILIATION)
        self._note(taken.state, taken.events)
        return taken

    def _note(self, before: OrderState | None, events: Iterable[Event]) -> None:
        for event in events:
            after = None
            if isinstance(event, OrderEvent):
                after = self._rules.recorder.latest(event.client_order_id)
            self.add(finding_of(event, before, after))

    async def _restate(self, before: OrderState, report: ExecutionReport) -> None:
        """Adopt an order that ended here and works there."""
        known = self._rules.recorder.latest(before.order.client_order_id)
        if known is None or before.standing not in _ENDED or known.standing not in _ENDED:
            return
        if report.status.is_final or not self._is_settled(known):
            return
        if self._can.fetch_order:
            answer = await self._ask(known)
            if not isinstance(answer, Found) or answer.report.status.is_final:
                return
            report = answer.report
        latest = self._rules.recorder.latest(before.order.client_order_id)
        # What has come in between says more than what was asked before.
        if latest is known:
            self._note(known, (self._rules.reports.adopt(known, report),))

    def _is_settled(self, state: OrderState) -> bool:
        """Tell whether the venue has had time to show what was last known of an order."""
        age = (self._rules.clock.now() - state.updated_at) / 1e6
        return age >= self._can.settle_seconds

    async def _look_up_unlisted(self, unlisted: list[str]) -> None:
        name, rules = self._account.name, self._rules
        before = rules.unlisted.get(name, frozenset())
        rules.unlisted[name] = frozenset(unlisted)
        # Those of the last run that it did not come to are first.
        first = [key for key in rules.to_look_up.get(name, ()) if key in unlisted]
        queue = list(dict.fromkeys((*first, *unlisted)))
        most = rules.settings.reconcile_lookups
        rules.to_look_up[name] = dict.fromkeys(queue[most:])
        for key in queue[:most]:
            state = rules.recorder.latest(key)
            if state is None or state.status.is_final:
                continue
            if self._can.fetch_order:
                await rules.clock.sleep(rules.settings.reconcile_spacing)
                if isinstance(await self._look_up(state), NotFound):
                    await self._raise_missing(state)
            elif key in before:
                await self._raise_missing(state)

    async def _look_up(self, state: OrderState) -> Lookup | None:
        """Ask for one order, and take what is told of it."""
        answer = await self._ask(state)
        if isinstance(answer, Found):
            event = self._rules.reports.take_for(state, answer.report, Channel.RECONCILIATION)
            self._note(state, () if event is None else (event,))
        return answer

    async def _ask(self, state: OrderState) -> Lookup | None:
        answer = await self._rules.questions.ask(state)
        self.note_asked(Question.ORDERS, answered=answer is not None)
        return answer

    async def _raise_missing(self, before: OrderState) -> None:
        key = before.order.client_order_id
        known = self._rules.recorder.latest(key)
        if known is not before or not self._is_settled(before):
            return
        story = await self._rules.journal.story(before.signal)
        if self._rules.recorder.latest(key) is not before:
            return
        new = not is_missing(story, key)
        event = self._rules.reports.missing(before, record=new)
        finding = finding_of(event, before, before)
        assert finding is not None
        self.add(finding if new else finding.again())

    # Fills

    async def compare_fills(self) -> None:
        """Take all fills since the last run."""
        since, now = await self._fills_since(), self._rules.clock.now() // 1000
        told = await self._rules.questions.fills(self._account, since=since)
        self.note_asked(Question.FILLS, answered=told is not None)
        if told is None:
            return
        until = now
        for each in told:
            await self._breathe()
            taken = await self._rules.reports.take_fill(
                self._account.name, each, Channel.RECONCILIATION
            )
            self._note(taken.state, taken.events)
            if taken.deferred:
                until = min(until, each.fill.timestamp)
        # Of those that a run asks for again, the last answer counts.
        self._fills_until = self._rules.fills_until[self._account.name] = until

    async def _fills_since(self) -> int:
        name, rules = self._account.name, self._rules
        until = rules.fills_until.get(name)
        if until is None:
            told = await rules.journal.sightings(name, FILLS_UNTIL, ("",))
            until = int(told[""]) if told else await rules.foreign.first_seen(name)
        return max(until - int(rules.settings.fills_overlap * 1000), 0)

    # Positions

    async def _compare_positions(self) -> None:
        rules = self._rules
        comparison = PositionComparison(
            self._account,
            journal=rules.journal,
            questions=rules.questions,
            recorder=rules.recorder,
            clock=rules.clock,
        )
        answered = await comparison.run(self._look_closer)
        self.note_asked(Question.POSITIONS, answered=answered)
        for finding in comparison.findings:
            self.add(finding)

    async def _look_closer(self, symbols: frozenset[str]) -> None:
        """Ask again for what may explain that positions differ."""
        await self._rules.clock.sleep(self._rules.settings.reconcile_spacing)
        if self._can.fills:
            await self.compare_fills()
        if self._can.fetch_order:
            suspects = [
                state for state in self._working().values() if state.order.symbol in symbols
            ]
            for state in suspects[: self._rules.settings.reconcile_lookups]:
                await self._rules.clock.sleep(self._rules.settings.reconcile_spacing)
                await self._look_up(state)
