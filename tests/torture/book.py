"""The venue's orders: the fold of its ledger."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, Self

from fillgate.domain.life_cycle import OrderStatus
from tests.torture.ledger import (
    Accepted,
    Arrived,
    Canceled,
    CancelSeen,
    Filled,
    Injected,
    Line,
    Refused,
    Replaced,
    Started,
)
from tests.torture.wire import Told, ToldFill

__all__ = ["Book", "VenueOrder"]

SIGNS: Final = {"buy": 1, "sell": -1}


@dataclass
class VenueOrder:
    """An order as the venue has it."""

    accepted: Accepted
    """As it came."""
    quantity: Decimal
    price: Decimal | None
    client_ids: list[str]
    """The ids by which it was known, the one that counts now at the end."""
    at: int
    fills: list[Filled] = field(default_factory=list)
    canceled: bool = False

    @property
    def order_id(self) -> str:
        return self.accepted.order_id

    @property
    def symbol(self) -> str:
        return self.accepted.symbol

    @property
    def side(self) -> str:
        return self.accepted.side

    @property
    def created(self) -> int:
        """When it was accepted, Unix milliseconds."""
        return self.accepted.at

    @property
    def filled(self) -> Decimal:
        return sum((fill.quantity for fill in self.fills), Decimal(0))

    @property
    def left(self) -> Decimal:
        """What is not executed; never below nothing."""
        return max(self.quantity - self.filled, Decimal(0))

    @property
    def is_open(self) -> bool:
        return not self.canceled and self.left > 0

    @property
    def status(self) -> OrderStatus:
        if not self.left:
            return OrderStatus.FILLED
        if self.canceled:
            return OrderStatus.CANCELED
        return OrderStatus.PARTIALLY_FILLED if self.fills else OrderStatus.NEW

    @property
    def average_price(self) -> Decimal | None:
        notional = sum((fill.quantity * fill.price for fill in self.fills), Decimal(0))
        return notional / self.filled if self.fills else None

    def told(self, fills: Iterable[Filled] | None = None) -> Told:
        """Return what the venue says of it; `fills` are those that are named, all unless given."""
        named = self.fills if fills is None else fills
        return Told(
            order_id=self.order_id,
            client_order_id=self.client_ids[-1],
            symbol=self.symbol,
            side=self.side,
            quantity=self.quantity,
            price=self.price,
            status=self.status,
            filled=self.filled,
            average_price=self.average_price,
            fills=tuple(map(self.told_fill, named)),
            created=self.created,
            at=self.at,
        )

    def told_fill(self, fill: Filled) -> ToldFill:
        return ToldFill(
            fill_id=fill.fill_id,
            quantity=fill.quantity,
            price=fill.price,
            fee=fill.fee,
            at=fill.at,
            order_id=self.order_id,
            client_order_id=self.client_ids[-1],
            symbol=self.symbol,
            side=self.side,
        )


@dataclass
class Book:
    """All orders, and what arrived."""

    orders: dict[str, VenueOrder] = field(default_factory=dict)
    """By the venue's id."""
    ids: dict[str, str] = field(default_factory=dict)
    """The venue's id by each client order id that was ever accepted."""
    accepted: Counter[str] = field(default_factory=Counter)
    """How many orders were accepted under each client order id."""
    refused: dict[str, str] = field(default_factory=dict)
    """The code of each client order id that was refused."""
    arrivals: "Counter[tuple[str, str]]" = field(default_factory=Counter)
    """How often each kind of request arrived with each client order id."""
    cancels: dict[str, list[CancelSeen]] = field(default_factory=dict)
    """The cancels without ids that came for each client order id, oldest first."""
    done: set[str] = field(default_factory=set)
    """The ids of the requests that canceled or replaced an order."""
    faults: Counter[str] = field(default_factory=Counter)
    """What the venue did wrong, by kind."""
    starts: int = 0

    @classmethod
    def of(cls, lines: Iterable[Line]) -> Self:
        """Return the book that these lines lead to."""
        book = cls()
        for line in lines:
            book.apply(line)
        return book

    def find(self, client_order_id: str) -> VenueOrder | None:
        """Return the order that is or was known by this id."""
        identity = self.ids.get(client_order_id)
        return None if identity is None else self.orders[identity]

    @property
    def positions(self) -> Mapping[str, Decimal]:
        """The positions that the fills lead to, without those of nothing."""
        totals: dict[str, Decimal] = defaultdict(Decimal)
        for order in self.orders.values():
            totals[order.symbol] += SIGNS[order.side] * order.filled
        return {symbol: quantity for symbol, quantity in totals.items() if quantity}

    def apply(self, line: Line) -> None:
        """Take a line in."""
        match line:
            case Started():
                self.starts += 1
            case Injected(fault=fault):
                self.faults[fault] += 1
            case Arrived(request=request, client_order_id=identity, fault=fault):
                self.arrivals[request, identity] += 1
                if fault:
                    self.faults[f"{request}: {fault}"] += 1
            case Refused(client_order_id=identity, code=code):
                self.refused[identity] = code
            case Accepted():
                self._accept(line)
            case Filled(order_id=identity):
                self.orders[identity].fills.append(line)
                self.orders[identity].at = line.at
            case CancelSeen(client_order_id=identity):
                self.cancels.setdefault(identity, []).append(line)
            case Canceled(order_id=identity, request=request):
                self.done.add(request)
                self.orders[identity].canceled = True
                self.orders[identity].at = line.at
            case Replaced():
                self._replace(line)

    def _accept(self, line: Accepted) -> None:
        self.accepted[line.client_order_id] += 1
        self.ids[line.client_order_id] = line.order_id
        self.orders[line.order_id] = VenueOrder(
            accepted=line,
            quantity=line.quantity,
            price=line.price,
            client_ids=[line.client_order_id],
            at=line.at,
        )

    def _replace(self, line: Replaced) -> None:
        order = self.orders[line.order_id]
        self.done.add(line.request)
        self.ids[line.request] = line.order_id
        order.client_ids.append(line.request)
        order.quantity, order.price, order.at = line.quantity, line.price, line.at
