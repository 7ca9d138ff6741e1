"""Sending what changes something: an order, a cancel, a replace. Each once, each with a verdict."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import msgspec

from fillgate.domain.errors import CodedError, Denied, Unknown
from fillgate.domain.ids import order_of
from fillgate.domain.numbers import decimal_text
from fillgate.domain.orders import Order, OrderType
from fillgate.domain.reports import ExecutionReport, ExecutionResult
from fillgate.plugins.ccxt.client_ids import encode
from fillgate.plugins.ccxt.lists import Lists
from fillgate.plugins.ccxt.markets import Market
from fillgate.plugins.ccxt.opened import Opened
from fillgate.plugins.ccxt.orders import placement_of
from fillgate.plugins.ccxt.protected import leg_of
from fillgate.plugins.ccxt.reports import Reader, names_id
from fillgate.plugins.ccxt.sizing import Sized
from fillgate.plugins.ccxt.traffic import noted
from fillgate.plugins.ccxt.values import BrokenAnswer
from fillgate.plugins.ccxt.venues import Venue
from fillgate.plugins.ccxt.verdict import ending_of, placing_method

__all__ = ["Sender"]

T = TypeVar("T")

_LONGEST_TEXT: Final = 500


@dataclass(frozen=True, slots=True)
class Sender:
    """Sends through an open account."""

    opened: Opened
    reader: Reader
    lists: Lists

    async def place(self, order: Order, market: Market, sizes: Sized) -> ExecutionResult:
        """Send an order, once.

        Raises:
            Denied, Rejected, NotSent, Unknown: see `verdict`.
        """
        opened = self.opened
        call = placement_of(
            order,
            market,
            sizes,
            opened.venue,
            opened.abilities,
            now=opened.maker.time.milliseconds(),
        )
        method = getattr(opened.orders, call.method)
        answer = await self._sent(
            lambda: method(*call.arguments, params=dict(call.params)),
            placing_method(opened.venue),
        )
        if call.is_pair:
            answer = self._read(lambda told: self.lists.placed(told, market.symbol), answer)
        elif call.leg is not None:
            answer = self._read(lambda told: self._leg(told, call.leg, market), answer)
        if names_id(answer) is None:
            raise Unknown("NO_ORDER_ID", "an answer without the venue's id of an order")
        return self._read(self.reader.result, answer)

    def _leg(self, answer: Any, name: str | None, market: Market) -> Any:
        """Return our order of a list as ccxt reads it; None if the answer does not tell of it."""
        exchange = self.opened.orders
        told = None if name is None else leg_of(answer, name)
        if told is None:
            return None
        try:
            return exchange.parse_order(told, exchange.market(market.symbol))
        except Exception as error:  # noqa: BLE001 - whatever it is, the venue took the order
            raise BrokenAnswer(f"an order that ccxt cannot read: {type(error).__name__}") from None

    async def cancel(
        self, *, client_order_id: str, order_id: str | None, market: str
    ) -> ExecutionReport | None:
        """Ask for a cancel, once.

        Returns:
            What the answer tells of the order; None if it tells too little.

        Raises:
            Denied, Rejected, NotSent, Unknown: see `verdict`.
        """
        venue, params = self.opened.venue, {}
        if order_id is None:
            params = _named(venue.cancel_param, venue, client_order_id)
        answer = await self._sent(
            lambda: self.opened.orders.cancel_order(order_id, market, params=params)
        )
        return self._told(answer, client_order_id, order_id)

    async def cancel_list(
        self, *, client_order_id: str, order_id: str | None, market: Market
    ) -> None:
        """Ask for a cancel of a list that is one order here, once.

        Raises:
            Denied, Rejected, NotSent, Unknown: see `verdict`.
        """
        terms = self.lists.terms
        assert terms is not None
        named = self.lists.named(client_order_id, order_id, "listClientOrderId")
        cancel = getattr(self.opened.orders, terms.cancel)
        await self._sent(lambda: cancel({"symbol": market.venue_symbol, **named}))

    async def replace(
        self,
        *,
        client_order_id: str,
        order_id: str | None,
        order: Order,
        market: str,
        sizes: Sized,
    ) -> ExecutionReport | None:
        """Ask for a replace, once; as `cancel`."""
        if order_id is None:
            raise Denied(
                "VENUE_ID_NOT_KNOWN", "the venue replaces by its own id, which is not known yet"
            )
        if order.order_type is not OrderType.LIMIT or sizes.price is None:
            raise Denied("NOT_SUPPORTED", f"order_type={order.order_type} cannot be replaced")
        quantity, price = decimal_text(sizes.quantity), decimal_text(sizes.price)
        answer = await self._sent(
            lambda: self.opened.orders.edit_order(
                order_id, market, "limit", order.side.value, quantity, price
            )
        )
        return self._told(answer, client_order_id, order_id)

    async def _sent(self, send: Callable[[], Awaitable[Any]], method: str | None = None) -> Any:
        with noted() as traffic:
            try:
                return await send()
            except Exception as error:  # noqa: BLE001 - whatever ccxt raises has an ending
                ending = ending_of(error, traffic, self.opened.venue, method)
                raise self._redacted(ending) from None

    def _told(
        self, answer: Any, client_order_id: str, order_id: str | None
    ) -> ExecutionReport | None:
        named = names_id(answer)
        if named is None or order_id not in {None, named}:
            return None
        try:
            report = self.reader.report(answer, order_of(client_order_id))
        except BrokenAnswer:
            return None
        # Where the venue tells one time only, that of the change, ccxt takes it for both.
        one_time = report.created == report.timestamp
        return msgspec.structs.replace(report, created=None) if one_time else report

    def _read(self, reading: Callable[[Any], T], answer: Any) -> T:
        try:
            return reading(answer)
        except BrokenAnswer as error:
            raise Unknown("BROKEN_ANSWER", str(error)[:_LONGEST_TEXT]) from None

    def _redacted(self, ending: CodedError) -> CodedError:
        text = self.opened.credentials.redact(ending.text)[:_LONGEST_TEXT]
        return type(ending)(ending.code, text)


def _named(param: str | None, venue: Venue, client_order_id: str) -> dict[str, Any]:
    if param is None:
        text = f"{venue.exchange} cancels by its own id, which is not known yet"
        raise Denied("VENUE_ID_NOT_KNOWN", text)
    return {param: encode(venue.client_id_form, order_of(client_order_id))}
