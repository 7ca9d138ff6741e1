"""Lookups, open orders, fills and the like: the plugin is asked, and says it or has failed.

Invariants:

1. A question that the plugin failed to answer is refused: that is no "not found" and no "none".
2. "Not found" is no answer about an order that is under way, that the venue took, or whose answer
   was lost a moment ago: the bridge knows better (`submissions`). Nor is it right after the start.
3. What an order is while a cancel or a replace of it is under way is no answer either.
"""

import asyncio
from collections.abc import Awaitable
from typing import Final

import msgspec

from fillgate.bridge.account import Account
from fillgate.bridge.refusals import Refusal
from fillgate.bridge.submissions import Submissions
from fillgate.domain.errors import NotSupported
from fillgate.domain.reports import Found, NotFound
from fillgate.plugins.ccxt_http.answers import BrokenAnswer
from fillgate.plugins.ccxt_http.protocol import QUESTIONS, OrderAsked, Question, decode_query

__all__ = ["Questions"]

_SECONDS: Final = 30.0


class Questions:
    """Answers what is asked of the account."""

    def __init__(self, account: Account, submissions: Submissions) -> None:
        """Ask `account`, and heed what `submissions` knows."""
        self._account = account
        self._submissions = submissions

    async def answer(self, path: str, query: bytes) -> bytes:
        """Return the answer to a question.

        Raises:
            Refusal: it cannot be read, or the account did not answer it.
        """
        question = QUESTIONS[path]
        try:
            asked = decode_query(question.asked, query)
        except BrokenAnswer as error:
            raise Refusal("MALFORMED", f"GET {path}: {error}") from None
        if isinstance(asked, OrderAsked):
            self._check_at_rest(asked)
        return self._encoded(question, asked, await self._ask(question, asked))

    async def quote(self, symbol: str) -> bytes:
        """Return the quote of a symbol.

        Raises:
            Refusal: the account did not tell it.
        """
        told = await _answered("fetch_data", self._account.plugin.fetch_data(symbol))
        return msgspec.json.encode(told)

    def _check_at_rest(self, asked: OrderAsked) -> None:
        if self._submissions.is_being_changed(asked.client_order_id):
            raise Refusal("UNDER_WAY", "a cancel or a replace of the order is under way; ask again")

    async def _ask(self, question: Question, asked: msgspec.Struct) -> object:
        plugin = self._account.plugin
        if not getattr(plugin.capabilities, question.method):
            raise Refusal("NOT_SUPPORTED", f"the account has no {question.method}")
        keywords = {name: getattr(asked, name) for name in asked.__struct_fields__}
        return await _answered(question.method, getattr(plugin, question.method)(**keywords))

    def _encoded(self, question: Question, asked: msgspec.Struct, answer: object) -> bytes:
        if isinstance(answer, Found):
            answer = answer.report
        elif isinstance(answer, NotFound):
            assert isinstance(asked, OrderAsked)
            self._check_not_taken(asked)
            answer = None
        body = msgspec.json.encode({"answer": answer})
        try:
            msgspec.json.decode(body, type=question.answer)
        except msgspec.ValidationError as error:
            text = f"{question.method}: what the plugin told cannot be: {error}"
            raise Refusal("VENUE_FAILED", text) from None
        return body

    def _check_not_taken(self, asked: OrderAsked) -> None:
        settle_seconds = self._account.plugin.capabilities.settle_seconds
        if self._submissions.may_turn_up(asked.client_order_id, settle_seconds):
            raise Refusal("UNDER_WAY", "not found yet, and it may be on its way; ask again")


async def _answered(method: str, answer: Awaitable[object]) -> object:
    try:
        async with asyncio.timeout(_SECONDS):
            return await answer
    except TimeoutError:
        raise Refusal("TIME_OUT", f"the venue did not answer {method}") from None
    except NotSupported as error:
        raise Refusal("NOT_SUPPORTED", str(error)) from None
    except Exception as error:  # noqa: BLE001 - whatever a plugin raises is no answer
        text = f"{method}: {type(error).__name__}: {error}"
        raise Refusal("VENUE_FAILED", text) from None
