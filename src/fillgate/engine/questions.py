"""Asking a venue: about one of our orders, and about an account's orders, fills and positions.

Invariants:

1. A question that failed, took too long or was answered with nonsense has no answer: None, which is
   never "not found" and never "nothing there". One thing in a list that cannot be makes the list
   no answer.
2. A venue knows nothing of DENIED, UNKNOWN or ABSENT; a report with such a status is nonsense, and
   so is a fill of nothing.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, TypeVar

from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.order_state import OrderState
from fillgate.domain.reports import ExecutionReport, Found, Lookup, NotFound
from fillgate.domain.telling import named
from fillgate.engine.accounts import Account, Accounts
from fillgate.engine.sampler import Sampler
from fillgate.engine.soundness import is_sound
from fillgate.engine.steps import order_ids
from fillgate.engine.verdict import fills_nothing
from fillgate.plugins.base import VenueFill, VenuePosition

__all__ = ["Questions", "is_told_soundly"]

_OURS_ALONE: Final = frozenset({OrderStatus.DENIED, OrderStatus.UNKNOWN, OrderStatus.ABSENT})

Told = TypeVar("Told", ExecutionReport, VenueFill, VenuePosition)


class Questions:
    """Puts questions to the plugins of accounts, each under a deadline."""

    def __init__(
        self,
        accounts: Accounts,
        *,
        deadline: float,
        sampler: Sampler,
        list_deadline: float | None = None,
    ) -> None:
        """Ask the plugins of `accounts`.

        Args:
            accounts: whose plugins.
            deadline: seconds that a question about one order may take.
            sampler: hears of questions without an answer.
            list_deadline: seconds that a question about all of an account may take; the same
                without one.
        """
        self._accounts = accounts
        self._deadline = deadline
        self._list_deadline = deadline if list_deadline is None else list_deadline
        self._sampler = sampler

    async def ask(self, state: OrderState) -> Lookup | None:
        """Return what the venue knows of an order; None if it gave no answer."""
        account = self._accounts.find(state.order.account)
        if account is None or not account.is_open:
            return None
        return await self._look_up(
            account,
            order_ids(state),
            client_order_id=state.current_id,
            order_id=state.order_id,
            symbol=state.order.symbol,
            since=state.created_at // 1000,
        )

    async def report_of(self, account_name: str, told: VenueFill) -> ExecutionReport | None:
        """Return what the venue knows of the order of a fill; None if it does not say."""
        account = self._accounts.find(account_name)
        if account is None or told.client_order_id is None or not account.capabilities.fetch_order:
            return None
        answer = await self._look_up(
            account,
            {"account": account_name, "symbol": told.symbol},
            client_order_id=told.client_order_id,
            order_id=told.order_id,
            symbol=told.symbol,
            since=told.fill.timestamp,
        )
        return answer.report if isinstance(answer, Found) else None

    async def open_orders(self, account: Account) -> Sequence[ExecutionReport] | None:
        """Return all orders that an account's venue works; None if it gave no answer."""
        ask = account.plugin.open_orders
        return await self._list(account, "open-orders", ask, ExecutionReport)

    async def fills(self, account: Account, *, since: int) -> Sequence[VenueFill] | None:
        """Return an account's fills since a time (Unix milliseconds); None without an answer."""

        def ask() -> Awaitable[Sequence[VenueFill]]:
            return account.plugin.fills(since=since)

        return await self._list(account, "fills", ask, VenueFill)

    async def positions(self, account: Account) -> Sequence[VenuePosition] | None:
        """Return an account's positions as its venue states them; None without an answer."""
        return await self._list(account, "positions", account.plugin.positions, VenuePosition)

    async def _look_up(
        self, account: Account, ids: dict[str, Any], **question: Any
    ) -> Lookup | None:
        try:
            async with asyncio.timeout(self._deadline):
                answer = await account.plugin.fetch_order(**question)
        except Exception as error:  # noqa: BLE001 - whatever went wrong, the venue gave no answer
            self._note(ids, named(error))
            return None
        if isinstance(answer, NotFound) or _is_found_soundly(answer):
            return answer
        self._note(ids, f"nonsense: {type(answer).__name__}")
        return None

    async def _list(
        self,
        account: Account,
        what: str,
        ask: Callable[[], Awaitable[Sequence[Told]]],
        kind: type[Told],
    ) -> Sequence[Told] | None:
        if not account.is_open:
            return None
        try:
            async with asyncio.timeout(self._list_deadline):
                told = tuple(await ask())
        except Exception as error:  # noqa: BLE001 - as above
            self._note_list(account, what, named(error))
            return None
        for each in told:
            if not isinstance(each, kind) or not is_told_soundly(each):
                self._note_list(account, what, f"nonsense: {type(each).__name__}")
                return None
        return told

    def _note(self, ids: dict[str, Any], error: str) -> None:
        # A venue that is down gives no answer about any order, every few seconds.
        fields = dict(ids)
        kind = {"account": fields.pop("account")}
        self._sampler.write("warning", "lookup-failed", kind, **fields, error=error)

    def _note_list(self, account: Account, what: str, error: str) -> None:
        kind = {"account": account.name, "asked": what}
        self._sampler.write("warning", "question-failed", kind, error=error)


def _is_found_soundly(answer: object) -> bool:
    # What a plugin put there may be anything.
    report: object = answer.report if isinstance(answer, Found) else None
    return isinstance(report, ExecutionReport) and is_told_soundly(report)


def is_told_soundly(told: ExecutionReport | VenueFill | VenuePosition) -> bool:
    """Tell whether a plugin's word can be true, be counted and be written down."""
    if not is_sound(told):
        return False
    if not isinstance(told, ExecutionReport):
        return True
    return told.status not in _OURS_ALONE and not fills_nothing(told)
