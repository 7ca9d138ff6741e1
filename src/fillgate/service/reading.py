"""The reading half of /api/v1: orders, signals, positions, quotes, accounts; and settling orders.

Readers of memory and journal; only `resolve_order` changes anything, through the engine.
"""

import asyncio
import re
from typing import Final

from msgspec.structs import asdict
from starlette.requests import Request

from fillgate.domain.errors import Rejected, UnknownAccount
from fillgate.domain.ids import signal_number
from fillgate.domain.market import MarketData
from fillgate.engine.engine import Engine
from fillgate.engine.resolution import NotResolvable
from fillgate.journal.index import OrderQuery, SignalQuery
from fillgate.service.bodies import Bodies
from fillgate.service.cursors import decode_cursor, encode_cursor
from fillgate.service.findings import read_finding
from fillgate.service.http import headers_of
from fillgate.service.problems import PROBLEMS, Problem
from fillgate.service.queries import AccountQuery, OrdersQuery, SignalsQuery
from fillgate.service.shown import (
    OrderPage,
    OrderStory,
    OrderView,
    PositionList,
    RecordView,
    SignalPage,
    SignalStory,
    order_view,
    position_view,
    record_view,
    signal_view,
)
from fillgate.service.shown_accounts import AccountList, account_view

__all__ = ["ReadingApi"]

_QUOTE_SECONDS: Final = 5.0
_NUMBER: Final = re.compile("[1-9][0-9]{0,17}")
_SHOWN: Final = 40


class ReadingApi:
    """Handlers over one engine."""

    def __init__(self, engine: Engine) -> None:
        """Serve what `engine` knows."""
        self._engine = engine
        self._bodies = Bodies()

    async def list_orders(self, request: Request, query: OrdersQuery) -> OrderPage:
        """List orders, newest first."""
        wanted = OrderQuery(
            account=query.account,
            symbol=query.symbol,
            statuses=query.status,
            before=None if query.cursor is None else _pair(decode_cursor(query.cursor, 2)),
            limit=query.limit,
        )
        page = await self._engine.journal.orders(wanted)
        states = await self._engine.orders(page.rows)
        last = page.rows[-1] if page.more else None
        return OrderPage(
            orders=tuple(map(order_view, states)),
            next=None if last is None else encode_cursor((last.signal, last.leg)),
        )

    async def show_order(self, request: Request) -> OrderStory:
        """Show an order with its whole story, from the signal's bytes on."""
        identity = request.path_params["client_order_id"]
        state = await self._engine.order(identity)
        if state is None:
            raise Problem("NOT_FOUND", await self._why_missing(identity))
        body, story = await self._story(state.signal)
        return OrderStory(**asdict(order_view(state)), body=body, story=story)

    async def _why_missing(self, identity: str) -> str:
        number = signal_number(identity, self._engine.tag)
        if number is not None and await self._engine.journal.find_signal(number) is not None:
            return (
                f"there is no order {identity!r}, or not yet: see signal {number}, whose orders"
                " are written down when its turn comes"
            )
        return f"no order has the client_order_id {identity!r}"

    async def resolve_order(self, request: Request) -> OrderView:
        """Settle an order that is UNKNOWN or ABSENT by what a person found out."""
        identity = request.path_params["client_order_id"]
        body = await self._bodies.read(headers_of(request.scope), request.receive)
        try:
            state = await self._engine.resolve(identity, read_finding(body))
        except KeyError:
            raise Problem("NOT_FOUND", f"no order has the client_order_id {identity!r}") from None
        except NotResolvable as error:
            conflict = error.code == "ORDER_NOT_UNKNOWN"
            code = "NOT_RESOLVABLE" if conflict else "INVALID_FIELD"
            raise Problem(code, error.text, reason=error.code) from None
        return order_view(state)

    async def list_signals(self, request: Request, query: SignalsQuery) -> SignalPage:
        """List signals, newest first, refused ones and suspected duplicates among them."""
        wanted = SignalQuery(
            source=query.source,
            state=query.state,
            before=None if query.cursor is None else decode_cursor(query.cursor, 1)[0],
            limit=query.limit,
        )
        page = await self._engine.journal.signals(wanted)
        last = page.rows[-1] if page.more else None
        return SignalPage(
            signals=tuple(map(signal_view, page.rows)),
            next=None if last is None else encode_cursor((last.number,)),
        )

    async def show_signal(self, request: Request) -> SignalStory:
        """Show a signal with its whole story."""
        text = request.path_params["number"]
        number = int(text) if _NUMBER.fullmatch(text) else 0
        row = await self._engine.journal.find_signal(number)
        if row is None:
            raise Problem("NOT_FOUND", f"no signal has the number {text[:_SHOWN]!r}")
        body, story = await self._story(number)
        return SignalStory(**asdict(signal_view(row)), body=body, story=story)

    async def _story(self, signal: int) -> tuple[str | None, tuple[RecordView, ...]]:
        body = await self._engine.journal.body(signal)
        story = await self._engine.journal.story(signal)
        text = None if body is None else body.decode(errors="backslashreplace")
        return text, tuple(map(record_view, story))

    async def list_positions(self, request: Request, query: AccountQuery) -> PositionList:
        """List all positions, with what open orders may still add and take."""
        blotter = self._engine.blotter
        return PositionList(
            positions=tuple(
                position_view(position, blotter.working(position.account, position.symbol))
                for position in blotter.positions()
                if query.account in {None, position.account}
            )
        )

    async def show_ticker(self, request: Request, query: AccountQuery) -> MarketData:
        """Quote a symbol at the default account's venue, or at that of the account named."""
        try:
            async with asyncio.timeout(_QUOTE_SECONDS):
                return await self._engine.registry.fetch_data(
                    request.path_params["symbol"], query.account
                )
        except UnknownAccount as error:
            raise Problem("NOT_FOUND", str(error)) from None
        except Rejected as error:
            raise Problem(error.code, error.text, kind=PROBLEMS["REJECTED"]) from None
        except TimeoutError:
            raise Problem("VENUE_UNAVAILABLE", f"no quote within {_QUOTE_SECONDS:g} s") from None
        except Exception as error:  # noqa: BLE001 - whatever a plugin raises: there is no quote
            raise Problem("VENUE_UNAVAILABLE", f"{type(error).__name__}: {error}") from None

    async def list_accounts(self, request: Request) -> AccountList:
        """List all accounts with their health and capabilities."""
        accounts = self._engine.accounts
        return AccountList(
            accounts=tuple(
                account_view(
                    account,
                    default=account.name == accounts.default,
                    desk=self._engine.reconciliation.desk(account.name),
                    stream=self._engine.streams.of(account.name),
                    other_installations=self._engine.foreign.installations.get(account.name, ()),
                )
                for account in accounts
            )
        )


def _pair(place: tuple[int, ...]) -> tuple[int, int]:
    return (place[0], place[1])
