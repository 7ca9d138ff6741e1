"""One order as the venue has it."""

from dataclasses import dataclass, field
from decimal import Decimal

import msgspec

from fillgate.domain.fills import Fill
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.orders import Order

__all__ = ["Asked", "Truth"]


@dataclass
class Asked:
    """A request as the venue has it."""

    reaction: str
    replacement: Order | None = None
    done: bool = False
    refused: bool = False

    @property
    def pending(self) -> OrderStatus:
        """What the venue says of the order while it has the request and has not done it."""
        cancels = self.replacement is None
        return OrderStatus.PENDING_CANCEL if cancels else OrderStatus.PENDING_REPLACE


@dataclass
class Truth:
    """An order, what happened to it, and what was asked about it."""

    order: Order
    """With its terms of now, under the id that it came with."""
    behaviour: str
    sent: float = 0.0
    """When it was handed to the plugin."""
    taken: bool = False
    fills: list[Fill] = field(default_factory=list)
    busted: list[str] = field(default_factory=list)
    corrected: list[Fill] = field(default_factory=list)
    most_filled: Decimal = Decimal(0)
    """The most that was ever executed; what is taken back counts too."""
    ended: OrderStatus | None = None
    """CANCELED or EXPIRED, once it is."""
    asked: dict[str, Asked] = field(default_factory=dict)
    """Requests by their ids."""
    current_id: str = ""
    """The client order id that it has now."""
    venue_id: str = ""
    misses: int = 0

    def __post_init__(self) -> None:
        self.current_id = self.order.client_order_id
        self.venue_id = f"v-{self.current_id}"

    @property
    def identity(self) -> str:
        """The client order id that it came with."""
        return self.order.client_order_id

    @property
    def names(self) -> set[str]:
        """The client order ids that it has and had."""
        return {self.identity} | {
            request
            for request, asked in self.asked.items()
            if asked.done and asked.replacement is not None
        }

    @property
    def filled(self) -> Decimal:
        """How much is executed."""
        return sum((fill.quantity for fill in self.fills), Decimal(0))

    @property
    def left(self) -> Decimal:
        """How much is not."""
        return self.order.quantity - self.filled

    @property
    def notional(self) -> Decimal:
        """What that cost or brought."""
        return sum((fill.quantity * fill.price for fill in self.fills), Decimal(0))

    @property
    def average_price(self) -> Decimal | None:
        """What one unit cost or brought."""
        return self.notional / self.filled if self.fills else None

    @property
    def status(self) -> OrderStatus:
        """What the venue would say of it."""
        if self.taken and self.left <= 0:
            return OrderStatus.FILLED
        if self.ended is not None:
            return self.ended
        return OrderStatus.PARTIALLY_FILLED if self.fills else OrderStatus.NEW

    @property
    def works(self) -> bool:
        """Whether it can still be filled."""
        return self.taken and self.ended is None and self.left > 0

    @property
    def own_fills(self) -> list[Fill]:
        """The fills under the venue's id of now."""
        return [fill for fill in self.fills if fill.order_id == self.venue_id]

    def fill(self, parts: int, timestamp: int) -> Fill:
        """Fill one of so many parts of what is left, a quarter if that does not come out even."""
        return self._filled(self.left / (parts if parts in {1, 2} else 4), timestamp)

    def fill_late(self, timestamp: int) -> Fill:
        """Fill half of what was left at the end, or one more than the whole."""
        return self._filled(self.left / 2 if self.left > 0 else Decimal(1), timestamp)

    def _filled(self, quantity: Decimal, timestamp: int) -> Fill:
        number = len(self.own_fills) + len(self.busted) + 1
        fill = Fill(
            fill_id=f"f{number}",
            quantity=quantity,
            price=Decimal(99 + number),
            timestamp=timestamp,
            order_id=self.venue_id,
        )
        self.fills.append(fill)
        self.most_filled = max(self.most_filled, self.filled)
        return fill

    def take_back(self, *, half: bool, timestamp: int) -> Fill:
        """Take the newest fill back, or half of it."""
        fill = self.fills.pop()
        if half:
            corrected = msgspec.structs.replace(
                fill, quantity=fill.quantity / 2, timestamp=timestamp
            )
            self.fills.append(corrected)
            self.corrected = [one for one in self.corrected if one.fill_id != fill.fill_id]
            self.corrected.append(corrected)
        else:
            self.busted.append(fill.fill_id)
            self.corrected = [one for one in self.corrected if one.fill_id != fill.fill_id]
        return fill

    def replace(self, order: Order, *, new_id: bool) -> None:
        """Have other terms."""
        identity = self.identity
        self.current_id = order.client_order_id
        self.order = msgspec.structs.replace(order, client_order_id=identity)
        if new_id:
            self.venue_id = f"v-{self.current_id}"
