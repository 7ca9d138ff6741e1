"""Asking for lists of ours whose orders are one order here.

Invariants:

1. What is told of one is from its orders, each asked for by the venue's id after the list itself.
2. A list is absent only if the venue itself said so.
3. Which list is one of ours is asked once; its orders never change.
"""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from fillgate.domain.ids import order_of
from fillgate.domain.orders import OrderType
from fillgate.domain.reports import ExecutionReport, Found, Lookup, NotFound
from fillgate.plugins.ccxt.answers import says_one_of, spoken
from fillgate.plugins.ccxt.client_ids import encode
from fillgate.plugins.ccxt.opened import Opened
from fillgate.plugins.ccxt.pairs import Pair, as_one, is_pair_id, list_id_in, pair_of
from fillgate.plugins.ccxt.reports import Reader
from fillgate.plugins.ccxt.traffic import Traffic, noted
from fillgate.plugins.ccxt.values import BrokenAnswer, Fields
from fillgate.plugins.ccxt.venues import OrderLists

__all__ = ["Lists", "PairOf"]

_MOST: Final = 10_000
_SERVER_ERRORS: Final = 500


@dataclass(frozen=True, slots=True)
class PairOf:
    """A pair, and the market that it is of."""

    pair: Pair
    market: str


@dataclass(frozen=True, slots=True)
class Lists:
    """The lists of an open account."""

    opened: Opened
    reader: Reader
    known: OrderedDict[str, PairOf | None] = field(default_factory=OrderedDict)
    """By the venue's id; None for lists that are told of order by order."""

    @property
    def terms(self) -> OrderLists | None:
        """How the venue takes lists; None where it takes none."""
        return self.opened.venue.order_lists

    def is_meant(self, client_order_id: str, order_id: str | None) -> bool:
        """Tell whether an order is known to be a list."""
        if self.terms is None:
            return False
        sent = self.reader.known.order(client_order_id)
        of_type = sent is not None and sent.order.order_type is OrderType.OCO
        return is_pair_id(order_id) or of_type

    def named(self, client_order_id: str, order_id: str | None, param: str) -> dict[str, Any]:
        """Return the params that name a list: by the venue's id where that is known.

        Args:
            client_order_id: the order's.
            order_id: the one that it is told of under.
            param: what the venue calls the client order id of a list there.
        """
        if order_id is not None and is_pair_id(order_id):
            return {"orderListId": list_id_in(order_id)}
        return {param: self._name(order_of(client_order_id))}

    def _name(self, own: str) -> str:
        return encode(self.opened.venue.client_id_form, own)

    async def look_up(self, client_order_id: str, order_id: str | None) -> Lookup:
        """Look a list up, by the venue's id or by ours."""
        told = await self._told(self.named(client_order_id, order_id, "origClientOrderId"))
        found = None if told is None else self._noted(told)
        return NotFound() if found is None else Found(await self.report(found))

    async def of(self, list_id: str) -> PairOf | None:
        """Return the list of an id if it is one order here; None if it is told of order by order.

        Raises:
            BrokenAnswer: the venue does not know it, though it told of it.
        """
        if list_id not in self.known:
            told = await self._told({"orderListId": list_id})
            if told is None:
                raise BrokenAnswer(f"the list {list_id} is not known where it was told of")
            self._note(list_id, self._read(told))
        return self.known[list_id]

    async def report(self, found: PairOf) -> ExecutionReport:
        """Return what the orders of a list say together now."""
        legs = [
            await self.opened.questions.fetch_order(leg, found.market) for leg in found.pair.legs
        ]
        return self.reader.report(self.one_of(found.pair, legs))

    def one_of(self, pair: Pair, legs: Sequence[Fields]) -> dict[str, Any]:
        """Return what two orders of ccxt's say together, in ccxt's structure."""
        return as_one(pair, legs, self._name(pair.client_order_id))

    def placed(self, answer: object, market: str) -> dict[str, Any] | None:
        """Return what the answer to a new list says; None if it names none of ours.

        Raises:
            BrokenAnswer: it does not tell of both orders, or what it tells does not add up.
        """
        pair = pair_of(answer, self.opened.venue.client_id_form)
        if pair is None:
            return None
        self._note(pair.list_id, PairOf(pair, market))
        reports = answer.get("orderReports") if isinstance(answer, Mapping) else None
        exchange = self.opened.orders
        try:
            legs = [exchange.parse_order(each, exchange.market(market)) for each in reports or ()]
        except Exception as error:  # noqa: BLE001 - whatever it is, the venue took the order
            raise BrokenAnswer(f"an order that ccxt cannot read: {type(error).__name__}") from None
        return self.one_of(pair, legs)

    async def _told(self, params: Mapping[str, Any]) -> Any | None:
        terms = self.terms
        assert terms is not None
        with noted() as traffic:
            try:
                told = await getattr(self.opened.questions, terms.find)(dict(params))
            except Exception:
                if self._is_absence(traffic, terms):
                    return None
                raise
        if not isinstance(told, Mapping) or not told.get("orderListId"):
            raise BrokenAnswer("a list without an id")
        return told

    def _is_absence(self, traffic: Traffic, terms: OrderLists) -> bool:
        last = traffic.last
        if last is None or last.status is None or last.status >= _SERVER_ERRORS:
            return False
        words = spoken(last.body)
        return words is not None and says_one_of(words, terms.absent_codes)

    def _noted(self, told: Any) -> PairOf | None:
        found = self._read(told)
        if found is not None:
            self._note(found.pair.list_id, found)
        return found

    def _read(self, told: Any) -> PairOf | None:
        pair = pair_of(told, self.opened.venue.client_id_form)
        if pair is None:
            return None
        exchange = self.opened.questions
        market = exchange.safe_market(told.get("symbol"), None, None, "spot")
        return PairOf(pair, market["symbol"])

    def _note(self, list_id: str, found: PairOf | None) -> None:
        self.known[list_id] = found
        if len(self.known) > _MOST:
            self.known.popitem(last=False)
