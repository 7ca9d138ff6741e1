"""The rooms of an engine, put together: who works with whom.

Invariant: rooms are made once, in an order in which each is handed what it needs; what only exists
later is handed as a call.
"""

import random
from collections.abc import Mapping
from functools import partial

from fillgate.domain.clock import Clock
from fillgate.domain.ids import installation_tag
from fillgate.domain.logger import Logger
from fillgate.engine.accounts import Accounts, AccountSetup, Remembered
from fillgate.engine.arrival_quotes import ArrivalQuotes
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
from fillgate.engine.recorder import Recorder
from fillgate.engine.recovery import Recovery
from fillgate.engine.reports import Reports
from fillgate.engine.requests.keys import Keys
from fillgate.engine.requests.lookups import RequestLookups
from fillgate.engine.requests.outcomes import Outcomes
from fillgate.engine.requests.requests import Requests
from fillgate.engine.requests.sender import Sender
from fillgate.engine.sampler import Sampler
from fillgate.engine.settings import EngineSettings
from fillgate.engine.steps import Steps
from fillgate.engine.streams import Streams
from fillgate.engine.tasks import Tasks
from fillgate.engine.tickets import Ticket
from fillgate.journal.base import Journal
from fillgate.meters import Meters
from fillgate.plugins.registry import PluginRegistry

__all__ = ["Rooms"]


class Rooms:
    """All rooms of one engine."""

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
        """Put the rooms together; nothing begins yet.

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
        self.tasks = tasks
        self.journal = journal
        self.registry = registry
        self._clock = clock
        self._logger = logger
        self._random = randomness or random.Random()  # noqa: S311 - spreads retries, guards nothing
        self.meters = Meters(registry.list())
        self.sampler = Sampler(logger, clock, tasks)
        self.tag = installation_tag(journal.incarnations[-1])
        self._make_memory()
        self._make_accounts(setups)
        self._make_reports()
        self._make_watchers()
        self._make_way_of_signals()
        self._make_requests()
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

    def _make_memory(self) -> None:
        """What has happened, and the one way in which something happens."""
        self._steps = Steps(self._logger, self.sampler)
        self.blotter = Blotter(remembered=self.settings.remembered_orders, logger=self._logger)
        self.blotter.subscribe(self._steps.changed)
        self.recorder = Recorder(
            self.journal,
            self.blotter,
            hear=self._steps.told,
            clock=self._clock,
            tasks=self.tasks,
            logger=self._logger,
        )
        self.hold = Hold(
            self.journal.hold, recorder=self.recorder, clock=self._clock, logger=self._logger
        )

    def _make_accounts(self, setups: Mapping[str, AccountSetup]) -> None:
        """Which accounts can be used, and how they are asked."""
        self.accounts = Accounts(
            self.registry,
            setups,
            settings=self.settings,
            recorder=self.recorder,
            clock=self._clock,
            tasks=self.tasks,
            logger=self._logger,
            remembered=self._remembered,
        )
        self._questions = Questions(
            self.accounts,
            deadline=self.settings.lookup_deadline,
            list_deadline=self.settings.reconcile_deadline,
            sampler=self.sampler,
        )

    def _remembered(self, account: str) -> Remembered:
        return Remembered(
            [
                state.order
                for state in self.recorder.open_orders()
                if state.order.account == account
            ],
            [symbol for symbol, held in self.recorder.quantities(account).items() if held],
        )

    def _make_reports(self) -> None:
        """What venues tell of orders, ours and others."""
        self._finder = OrderFinder(
            self.journal,
            self.recorder,
            self.blotter,
            tags=[installation_tag(each) for each in self.journal.incarnations],
        )
        self.foreign = Foreign(
            self.journal, self.recorder, self._finder, clock=self._clock, logger=self._logger
        )
        self.reports = Reports(
            finder=self._finder,
            foreign=self.foreign,
            questions=self._questions,
            recorder=self.recorder,
            number=self._next_number,
            clock=self._clock,
        )

    def _make_watchers(self) -> None:
        """Who looks after what venues do: lookups, comparisons, streams, polls."""
        self._lookups = Lookups(
            accounts=self.accounts,
            questions=self._questions,
            recorder=self.recorder,
            reports=self.reports,
            blotter=self.blotter,
            settings=self.settings,
            clock=self._clock,
            tasks=self.tasks,
            logger=self._logger,
        )
        self.reconciliation = self._made_reconciliation()
        self.streams = Streams(
            accounts=self.accounts,
            reports=self.reports,
            blotter=self.blotter,
            reconcile=partial(self.reconciliation.trigger, cause=Cause.GAP),
            settings=self.settings,
            meters=self.meters,
            clock=self._clock,
            randomness=self._random,
            tasks=self.tasks,
            sampler=self.sampler,
            logger=self._logger,
        )
        self._polling = Polling(
            questions=self._questions,
            recorder=self.recorder,
            reports=self.reports,
            blotter=self.blotter,
            settings=self.settings,
            clock=self._clock,
            is_streamed=self.streams.is_up,
        )

    def _made_reconciliation(self) -> Reconciliation:
        return Reconciliation(
            accounts=self.accounts,
            comparison=Comparison(
                journal=self.journal,
                questions=self._questions,
                reports=self.reports,
                foreign=self.foreign,
                recorder=self.recorder,
                settings=self.settings,
                clock=self._clock,
            ),
            recorder=self.recorder,
            settings=self.settings,
            meters=self.meters,
            clock=self._clock,
            randomness=self._random,
            tasks=self.tasks,
            logger=self._logger,
            hold=self._hold_account,
            let_go=self._let_account_go,
            on_ready=self._note_reconciled,
        )

    def _make_way_of_signals(self) -> None:
        """From the door to the venue."""
        self.dispatcher = Dispatcher(
            tag=self.tag,
            registry=self.registry,
            accounts=self.accounts,
            recorder=self.recorder,
            blotter=self.blotter,
            settings=self.settings,
            meters=self.meters,
            clock=self._clock,
            tasks=self.tasks,
            on_unknown=self._lookups.begin,
            on_settled=self._lookups.end,
            on_late=self.reports.take_late,
            on_sent=self._made_arrival_quotes().ask_beside,
        )
        self.intake = Intake(
            first_number=self.journal.last_signal + 1,
            find_claim=self.journal.find_claim,
            recover=self._ticket,
            accounts=self.accounts,
            dispatcher=self.dispatcher,
            recorder=self.recorder,
            hold=self.hold,
            settings=self.settings,
            meters=self.meters,
            steps=self._steps,
            clock=self._clock,
            tasks=self.tasks,
        )

    def _made_arrival_quotes(self) -> ArrivalQuotes:
        return ArrivalQuotes(
            self.accounts,
            self.recorder,
            wanted=self.settings.arrival_quotes,
            deadline=self.settings.lookup_deadline,
            clock=self._clock,
            tasks=self.tasks,
            sampler=self.sampler,
        )

    def _make_requests(self) -> None:
        """Cancelling and replacing."""
        keys = Keys()
        self._sender = Sender(
            plugin_of=self.registry.get,
            recorder=self.recorder,
            blotter=self.blotter,
            hold=self.hold,
            keys=keys,
            deadline=self.settings.submit_deadline,
            clock=self._clock,
            tasks=self.tasks,
        )
        self._outcomes = Outcomes(self.blotter, self._finder.read)
        self.requests = Requests(
            journal=self.journal,
            outcomes=self._outcomes,
            find_order=self._finder.read,
            accounts=self.accounts,
            recorder=self.recorder,
            blotter=self.blotter,
            dispatcher=self.dispatcher,
            keys=keys,
            sender=self._sender,
            lookups=self._made_request_lookups(),
        )

    def _made_request_lookups(self) -> RequestLookups:
        return RequestLookups(
            accounts=self.accounts,
            questions=self._questions,
            recorder=self.recorder,
            take=self.reports.take_looked_up,
            is_flying=self._sender.is_flying,
            settings=self.settings,
            clock=self._clock,
            tasks=self.tasks,
            logger=self._logger,
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

    def _next_number(self) -> int:
        return self.intake.number()

    async def _ticket(self, number: int) -> Ticket:
        return await self._recovery.ticket(number)
