"""The quote beside an order: asked for while it is on its way, where its plugin does not tell it.

Invariants:

1. It is asked for after the order was handed to its plugin, and nothing waits for it.
2. Whatever goes wrong with it is nothing to the order: a line in the log, and no quote.
3. At most `MOST_QUESTIONS` of an account are under way: they must not take from orders what its
   plugin has of connections. One more is left out.
"""

import asyncio
from collections import Counter
from decimal import Decimal
from typing import Final

from fillgate.domain.clock import Clock
from fillgate.domain.events import ArrivalQuoted
from fillgate.domain.market import MarketData
from fillgate.domain.order_state import OrderState
from fillgate.domain.reports import ArrivalQuote
from fillgate.domain.telling import named
from fillgate.engine.accounts import Accounts
from fillgate.engine.recorder import Job, Recorder
from fillgate.engine.sampler import Sampler
from fillgate.engine.soundness import is_sound
from fillgate.engine.steps import order_ids
from fillgate.engine.tasks import Tasks

__all__ = ["MOST_QUESTIONS", "ArrivalQuotes"]

MOST_QUESTIONS: Final = 4


class ArrivalQuotes:
    """Asks the accounts' plugins for quotes."""

    def __init__(
        self,
        accounts: Accounts,
        recorder: Recorder,
        *,
        wanted: bool,
        deadline: float,
        clock: Clock,
        tasks: Tasks,
        sampler: Sampler,
    ) -> None:
        """Ask if it is wanted.

        Args:
            accounts: whose plugins.
            recorder: records what they answer.
            wanted: False to ask for nothing.
            deadline: seconds that a venue has to answer.
            clock: tells when it has.
            tasks: where the questions run.
            sampler: hears of those without an answer.
        """
        self._accounts = accounts
        self._recorder = recorder
        self._wanted = wanted
        self._deadline = deadline
        self._clock = clock
        self._tasks = tasks
        self._sampler = sampler
        self._asking: Counter[str] = Counter()

    def ask_beside(self, state: OrderState) -> None:
        """Ask for the quote of an order that was handed over just now."""
        account = self._accounts.find(state.order.account)
        if not self._wanted or account is None or account.capabilities.arrival_quotes:
            return
        if self._asking[state.order.account] >= MOST_QUESTIONS:
            self._miss(state, f"{MOST_QUESTIONS} questions are under way")
            return
        self._asking[state.order.account] += 1
        self._tasks.start(self._ask(state), name=f"quote for {state.order.client_order_id}")

    async def _ask(self, state: OrderState) -> None:
        try:
            await self._ask_now(state)
        finally:
            self._asking[state.order.account] -= 1

    async def _ask_now(self, state: OrderState) -> None:
        account = self._accounts.get(state.order.account)
        try:
            async with asyncio.timeout(self._deadline):
                told = await account.plugin.fetch_data(state.order.symbol)
        except Exception as error:  # noqa: BLE001 - whatever a plugin raises: there is no quote
            self._miss(state, named(error))
            return
        quote = self._quote(told)
        if quote is None:
            self._miss(state, "no bid above 0 and ask not below it")
            return
        self._recorder.once_known(state, lambda: self._record(state, quote))

    def _quote(self, told: object) -> ArrivalQuote | None:
        """Return the quote as it is now: the venue's own clock may be another."""
        if not isinstance(told, MarketData):
            return None
        bid, ask = told.bid, told.ask
        if not (isinstance(bid, Decimal) and isinstance(ask, Decimal)):
            return None
        quote = ArrivalQuote(bid=bid, ask=ask, timestamp=self._clock.now() // 1000)
        return quote if is_sound(quote) else None

    def _record(self, state: OrderState, quote: ArrivalQuote) -> None:
        name = state.order.client_order_id
        event = ArrivalQuoted(client_order_id=name, quote=quote)
        self._recorder.record(Job(signal=state.signal, events=(event,)))

    def _miss(self, state: OrderState, text: str) -> None:
        kind = {"account": state.order.account}
        client_order_id = order_ids(state)["client_order_id"]
        self._sampler.write(
            "info", "arrival-quote-missing", kind, client_order_id=client_order_id, text=text
        )
