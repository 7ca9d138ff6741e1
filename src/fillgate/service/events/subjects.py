"""What an event is about: the account and the symbol, for those who want to hear only of some."""

from collections import OrderedDict
from typing import Final, NamedTuple, Protocol

from fillgate.domain.events import OrderEvent, SignalAccepted
from fillgate.domain.orders import Order
from fillgate.engine.blotter import Blotter
from fillgate.journal.base import Recorded, account_stream
from fillgate.journal.index import OrderRow, SignalRow

__all__ = ["NOTHING", "Index", "Subject", "Subjects"]

_REMEMBERED: Final = 10_000
_ACCOUNT: Final = account_stream("")


class Index(Protocol):
    """Where orders and signals are found that are no longer at hand."""

    async def find_order(self, client_order_id: str) -> OrderRow | None:
        """Return an order's row."""
        ...

    async def find_signal(self, number: int) -> SignalRow | None:
        """Return a signal's row."""
        ...


class Subject(NamedTuple):
    """What an event is about; None where it is about none or all."""

    account: str | None
    symbol: str | None


NOTHING: Final = Subject(None, None)


class Subjects:
    """Finds the subjects of events.

    Events of an order name only its id. Its subject is remembered from the event that planned it,
    else it is in the blotter, else in the journal's index.
    """

    def __init__(self, blotter: Blotter, journal: Index) -> None:
        """Look orders up in these."""
        self._blotter = blotter
        self._journal = journal
        self._remembered: OrderedDict[str, Subject] = OrderedDict()

    async def of(self, record: Recorded) -> Subject:
        """Return what an event is about.

        Raises:
            JournalUnavailable: it would have to be looked up, and cannot be.
        """
        event = record.event
        if isinstance(event, OrderEvent):
            return self._of_order(event) or await self._looked_up(event.client_order_id)
        if isinstance(event, SignalAccepted):
            return Subject(event.account, event.reading.symbol)
        if record.signal is not None:
            row = await self._journal.find_signal(record.signal)
            return NOTHING if row is None else Subject(row.account, row.symbol)
        return _of_account(record)

    def _of_order(self, event: OrderEvent) -> Subject | None:
        key = event.client_order_id
        order = getattr(event, "order", None) or self._in_blotter(key)
        if order is None:
            return self._remembered.get(key)
        return self._remember(key, Subject(order.account, order.symbol))

    def _in_blotter(self, key: str) -> Order | None:
        state = self._blotter.order(key)
        return None if state is None else state.order

    async def _looked_up(self, key: str) -> Subject:
        row = await self._journal.find_order(key)
        if row is None:
            return NOTHING
        return self._remember(key, Subject(row.account, row.symbol))

    def _remember(self, key: str, subject: Subject) -> Subject:
        self._remembered[key] = subject
        if len(self._remembered) > _REMEMBERED:
            self._remembered.popitem(last=False)
        return subject


def _of_account(record: Recorded) -> Subject:
    """Return what an event is about that belongs to no signal: what it says itself."""
    account = _text(record.event, "account")
    if account is None and record.stream.startswith(_ACCOUNT):
        account = record.stream[len(_ACCOUNT) :]
    told = getattr(record.event, "report", record.event)
    return Subject(account, _text(told, "symbol"))


def _text(told: object, name: str) -> str | None:
    value = getattr(told, name, None)
    return value if isinstance(value, str) else None
