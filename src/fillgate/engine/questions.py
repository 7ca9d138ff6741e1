"""Asking a venue about one of our orders.

Invariants:

1. A question that failed, took too long or was answered with nonsense has no answer: None, which is
   never "not found".
2. A venue knows nothing of DENIED, UNKNOWN or ABSENT; a report with such a status is nonsense, and
   so is a fill of nothing.
"""

import asyncio
from typing import Final

from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.order_state import OrderState
from fillgate.domain.reports import ExecutionReport, Found, Lookup, NotFound
from fillgate.engine.accounts import Accounts
from fillgate.engine.sampler import Sampler
from fillgate.engine.soundness import is_sound
from fillgate.engine.steps import order_ids
from fillgate.engine.verdict import brief, fills_nothing

__all__ = ["Questions"]

_OURS_ALONE: Final = frozenset({OrderStatus.DENIED, OrderStatus.UNKNOWN, OrderStatus.ABSENT})


class Questions:
    """Puts questions to the plugins of accounts, each under a deadline."""

    def __init__(self, accounts: Accounts, *, deadline: float, sampler: Sampler) -> None:
        """Ask the plugins of `accounts`, each at most `deadline` seconds."""
        self._accounts = accounts
        self._deadline = deadline
        self._sampler = sampler

    async def ask(self, state: OrderState) -> Lookup | None:
        """Return what the venue knows of an order; None if it gave no answer."""
        account = self._accounts.find(state.order.account)
        if account is None or not account.initialised:
            return None
        try:
            async with asyncio.timeout(self._deadline):
                answer = await account.plugin.fetch_order(
                    client_order_id=state.current_id,
                    order_id=state.order_id,
                    symbol=state.order.symbol,
                    since=state.created_at // 1000,
                )
        except Exception as error:  # noqa: BLE001 - whatever went wrong, the venue gave no answer
            self._note(state, f"{type(error).__name__}: {brief(error)}")
            return None
        if isinstance(answer, NotFound) or _is_told_soundly(answer):
            return answer
        self._note(state, f"nonsense: {type(answer).__name__}")
        return None

    def _note(self, state: OrderState, error: str) -> None:
        ids = order_ids(state)
        # A venue that is down gives no answer about any order, every few seconds.
        kind = {"account": ids.pop("account")}
        self._sampler.write("warning", "lookup-failed", kind, **ids, error=error)


def _is_told_soundly(answer: object) -> bool:
    # What a plugin put there may be anything.
    report: object = answer.report if isinstance(answer, Found) else None
    return (
        isinstance(report, ExecutionReport)
        and is_sound(report)
        and report.status not in _OURS_ALONE
        and not fills_nothing(report)
    )
