"""The engine: the way of a signal, from its reading to its recorded outcome.

    signal -> intake -> dispatcher (lane, plan, send) -> recorder -> journal
                                                             |
    lookups, polling, recovery, resolution -----------------+-> blotter -> readers

Everything that changes an order goes through the recorder; everything that shows one reads the
blotter or the journal.
"""

import random
from collections.abc import Mapping, Sequence
from functools import partial

from fillgate import __version__
from fillgate.domain.clock import Clock
from fillgate.domain.events import ServiceStarted, ServiceStopped
from fillgate.domain.ids import installation_tag
from fillgate.domain.logger import Logger
from fillgate.domain.order_state import OrderState
from fillgate.engine.accounts import Accounts, AccountSetup
from fillgate.engine.blotter import Blotter
from fillgate.engine.dispatcher import Dispatcher
from fillgate.engine.foreign import Foreign
from fillgate.engine.hold import Hold
from fillgate.engine.intake import Intake
from fillgate.engine.lookups import Lookups
from fillgate.engine.order_finder import OrderFinder
from fillgate.engine.polling import Polling
from fillgate.engine.questions import Questions
from fillgate.engine.reconciliation.comparison import Comparison
from fillgate.engine.reconciliation.reconciliation import Cause, Reconciliation
from fillgate.engine.recorder import Job, Recorder
from fillgate.engine.recovery import Recovery
from fillgate.engine.reports import Reports
from fillgate.engine.requests.keys import Keys
from fillgate.engine.requests.lookups import RequestLookups
from fillgate.engine.requests.outcomes import Outcomes
from fillgate.engine.requests.requests import Requests
from fillgate.engine.requests.sender import Sender
from fillgate.engine.resolution import Resolution, resolved_event
from fillgate.engine.sampler import Sampler
from fillgate.engine.settings import EngineSettings
from fillgate.engine.steps import Steps
from fillgate.engine.story import is_missing
from fillgate.engine.streams import Streams
from fillgate.engine.tasks import Tasks
from fillgate.engine.tickets import Latch, Ticket
from fillgate.journal.base import SYSTEM, CommitOutcome, Committed, Entry, Journal, OrderRow
from fillgate.meters import Meters
from fillgate.plugins.registry import PluginRegistry

__all__ = ["Engine"]

_DRAIN_PAUSE = 0.01


class Engine:
    """One engine over one journal and one registry of accounts."""

    def __init__(
        self,
        journal: Journal,
        registry: PluginRegistry,
        setups: Mapping[str, AccountSetup],
        *,
        settings: EngineSettings,
        clock: Clock,
        tasks: Tasks,
        logger: Logger,
        randomness: random.Random | None = None,
    ) -> None:
        """Put the rooms together; `start` opens the door.

        Args:
            journal: open for writing.
            registry: the accounts' plugins, not yet initialised.
            setups: the accounts' configuration by name.
            settings: limits.
            clock: where all times come from.
            tasks: where background work runs.
            logger: for steps and failures.
            randomness: spreads what is tried again; of its own without one.
        """
        self.settings = settings
        self._clock = clock
        self._logger = logger
        self.tasks = tasks
        self.journal = journal
        self.registry = registry
        self.meters = Meters(registry.list())
        self.sampler = Sampler(logger, clock, tasks)
        self._steps = Steps(logger, self.sampler)
        self.tag = installation_tag(journal.incarnations[-1])
        self.blotter = Blotter(remembered=settings.remembered_orders, logger=logger)
        self.blotter.subscribe(self._steps.changed)
        self.recorder = Recorder(
            journal, self.blotter, hear=self._steps.told, clock=clock, tasks=tasks, logger=logger
        )
        self.hold = Hold(journal.hold, recorder=self.recorder, clock=clock, logger=logger)
        self.accounts = Accounts(
            registry,
            setups,
            settings=settings,
            recorder=self.recorder,
            clock=clock,
            tasks=tasks,
            logger=logger,
        )
        questions = Questions(
            self.accounts,
            deadline=settings.lookup_deadline,
            list_deadline=settings.reconcile_deadline,
            sampler=self.sampler,
        )
        self._finder = OrderFinder(
            journal,
            self.recorder,
            self.blotter,
            tags=[installation_tag(each) for each in journal.incarnations],
        )
        self.foreign = Foreign(journal, self.recorder, self._finder, clock=clock, logger=logger)
        self.reports = Reports(
            finder=self._finder,
            foreign=self.foreign,
            questions=questions,
            recorder=self.recorder,
            number=self._next_number,
            clock=clock,
            tasks=tasks,
        )
        self._lookups = Lookups(
            accounts=self.accounts,
            questions=questions,
            recorder=self.recorder,
            reports=self.reports,
            blotter=self.blotter,
            settings=settings,
            clock=clock,
            tasks=tasks,
            logger=logger,
        )
        randomness = randomness or random.Random()  # noqa: S311 - spreads retries, guards nothing
        self.reconciliation = Reconciliation(
            accounts=self.accounts,
            comparison=Comparison(
                journal=journal,
                questions=questions,
                reports=self.reports,
                foreign=self.foreign,
                recorder=self.recorder,
                settings=settings,
                clock=clock,
            ),
            recorder=self.recorder,
            settings=settings,
            meters=self.meters,
            clock=clock,
            randomness=randomness,
            tasks=tasks,
            logger=logger,
            hold=self._hold_account,
            let_go=self._let_account_go,
            on_ready=self._note_reconciled,
        )
        self.streams = Streams(
            accounts=self.accounts,
            reports=self.reports,
            blotter=self.blotter,
            reconcile=partial(self.reconciliation.trigger, cause=Cause.GAP),
            settings=settings,
            meters=self.meters,
            clock=clock,
            randomness=randomness,
            tasks=tasks,
            sampler=self.sampler,
            logger=logger,
        )
        self._polling = Polling(
            questions=questions,
            recorder=self.recorder,
            reports=self.reports,
            blotter=self.blotter,
            settings=settings,
            clock=clock,
            is_streamed=self.streams.is_up,
        )
        self.dispatcher = Dispatcher(
            tag=self.tag,
            registry=registry,
            accounts=self.accounts,
            recorder=self.recorder,
            blotter=self.blotter,
            settings=settings,
            meters=self.meters,
            clock=clock,
            tasks=tasks,
            on_unknown=self._lookups.begin,
            on_settled=self._lookups.end,
            on_late=self.reports.take_late,
        )
        self.intake = Intake(
            first_number=journal.last_signal + 1,
            find_claim=journal.find_claim,
            recover=self._ticket,
            accounts=self.accounts,
            dispatcher=self.dispatcher,
            recorder=self.recorder,
            hold=self.hold,
            settings=settings,
            meters=self.meters,
            steps=self._steps,
            clock=clock,
            tasks=tasks,
        )
        keys = Keys()
        self._sender = Sender(
            plugin_of=registry.get,
            recorder=self.recorder,
            recall=self._finder.recall,
            blotter=self.blotter,
            hold=self.hold,
            keys=keys,
            deadline=settings.submit_deadline,
            clock=clock,
            tasks=tasks,
        )
        self._outcomes = Outcomes(self.blotter, self.order)
        self.requests = Requests(
            journal=journal,
            outcomes=self._outcomes,
            find_order=self.order,
            accounts=self.accounts,
            recorder=self.recorder,
            blotter=self.blotter,
            dispatcher=self.dispatcher,
            keys=keys,
            sender=self._sender,
            lookups=RequestLookups(
                accounts=self.accounts,
                questions=questions,
                recorder=self.recorder,
                take=self.reports.take_looked_up,
                is_flying=self._sender.is_flying,
                settings=settings,
                clock=clock,
                tasks=tasks,
                logger=logger,
            ),
        )
        self._recovery = Recovery(
            journal,
            requests=self.requests,
            blotter=self.blotter,
            recorder=self.recorder,
            dispatcher=self.dispatcher,
            intake=self.intake,
            lookups=self._lookups,
            hold=self.hold,
            logger=logger,
        )

    def _hold_account(self, account: str, why: str) -> None:
        self.dispatcher.hold_account(account, why)

    def _let_account_go(self, account: str) -> None:
        self.dispatcher.let_account_go(account)

    def _note_reconciled(self) -> None:
        """End the hold of a restored journal: every account was compared with its venue."""
        self._logger.info("accounts-reconciled")
        if self.hold.reason is None:
            return
        unseen = [desk.account.name for desk in self.reconciliation if not desk.shows_orders]
        if unseen:
            self._logger.warning("hold-needs-a-person", accounts=unseen)
        else:
            self.tasks.start(self._end_hold(), name="end of the hold")

    async def _end_hold(self) -> None:
        reason = "every account was compared with its venue"
        await self.hold.release(actor="reconciliation", reason=reason)

    async def _misses(self, state: OrderState) -> bool:
        story = await self.journal.story(state.signal)
        return is_missing(story, state.order.client_order_id)

    def _next_number(self) -> int:
        return self.intake.number()

    async def _ticket(self, number: int) -> Ticket:
        return await self._recovery.ticket(number)

    async def start(self) -> None:
        """Bring up the accounts and take up what an earlier process left.

        Raises:
            ConfigurationError: a setting of an account is wrong.
        """
        started = ServiceStarted(software=__version__)
        self._logger.info(started.kind, software=started.software, tag=self.tag)
        self.recorder.record(Job(prelude=(Entry(SYSTEM, self._clock.now(), started),)))
        await self.accounts.start()
        await self._recovery.run()
        self.reconciliation.start()
        for account in self.accounts:
            self.tasks.start(self._polling.follow(account), name=f"poll {account.name}")
            self.tasks.start(self.streams.follow(account), name=f"stream {account.name}")

    def release_waiters(self) -> None:
        """Let all who wait for an outcome hear what is known now, for the service stops."""
        for ticket in self.dispatcher.under_way.values():
            ticket.answered.open(None)
        self._outcomes.release_waiters()
        self.reconciliation.release_waiters()

    async def drain(self) -> None:
        """Take nothing new and wait until what is on its way is recorded.

        Signals that wait in lanes stay in the journal; the next start takes them up.
        """
        self.intake.draining = self.dispatcher.draining = True
        patience = self.settings.submit_deadline + 1
        end = self._clock.monotonic() + patience
        while self.dispatcher.lanes.flying or self._sender.flying or self.recorder.in_flight:
            if self._clock.monotonic() > end:
                self._logger.error("stopped-with-orders-under-way")
                break
            await self._clock.sleep(_DRAIN_PAUSE)

    async def close(self) -> None:
        """Drain, stop all background work, close the accounts and the journal."""
        await self.drain()
        self.dispatcher.stop()
        self._sender.stopped = True
        self.recorder.stop()
        await self.tasks.cancel_all()
        await self.accounts.close()
        stopped = ServiceStopped()
        self.recorder.record(Job(prelude=(Entry(SYSTEM, self._clock.now(), stopped),)))
        await self.journal.close()

    async def order(self, client_order_id: str) -> OrderState | None:
        """Return an order as it is, from memory or from the journal; None if there is none."""
        return await self._finder.read(client_order_id)

    async def orders(self, rows: Sequence[OrderRow]) -> Sequence[OrderState]:
        """Return the orders of these rows of the index, from memory or from the journal."""
        return await self._finder.read_all(rows)

    async def resolve(self, client_order_id: str, resolution: Resolution) -> OrderState:
        """Settle an order that is UNKNOWN, ABSENT or missing at its venue, by a person's finding.

        Returns:
            The order as it is then.

        Raises:
            KeyError: there is no such order.
            NotResolvable: the resolution does not fit the order.
        """
        state = await self._finder.recall(client_order_id)
        if state is None:
            raise KeyError(client_order_id)
        missing = bool(state.anomalies) and not state.status.is_final and await self._misses(state)
        event = resolved_event(state, resolution, self._clock, missing=missing)
        written: Latch[None] = Latch()

        def done(outcome: CommitOutcome) -> None:
            if isinstance(outcome, Committed):
                written.open(None)

        self.recorder.record(Job(signal=state.signal, events=(event,), done=done))
        await written.wait()
        after = self.blotter.order(client_order_id)
        assert after is not None
        return after
