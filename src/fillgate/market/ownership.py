"""What all accounts of the venue own, folded from its records.

Invariant: it follows the orders (`follow`) and hears of what happens to accounts (`take`); the same
records give the same balances.
"""

from collections.abc import Callable, Iterable
from decimal import Decimal

from fillgate.domain.numbers import ZERO, add, multiply, subtract
from fillgate.domain.orders import Order
from fillgate.market.accounts import (
    Account,
    AccountKind,
    MarginAccount,
    Need,
    Shortfall,
    SpotAccount,
    UnlimitedAccount,
)
from fillgate.market.accounts.base import Instrument
from fillgate.market.accounts.margin import MarginTerms
from fillgate.market.accounts.volume import TradedVolume
from fillgate.market.fees import VOLUME_DAYS, FeeSchedule
from fillgate.market.listings import Listing, listing
from fillgate.market.records import (
    AccountRecord,
    Filled,
    Funded,
    Liquidated,
    Opened,
    OrderRecord,
    Settled,
)
from fillgate.market.venue_order import VenueOrder

__all__ = ["Ownership"]

ListingOf = Callable[[str], Listing]


class Ownership:
    """The accounts by name."""

    def __init__(
        self,
        *,
        fees: FeeSchedule | None = None,
        margin: MarginTerms | None = None,
        listing_of: ListingOf = listing,
    ) -> None:
        """Have no accounts; one that no record opens is unlimited.

        Args:
            fees: what executions cost, for what orders lock; nothing without them.
            margin: what margin accounts are subject to.
            listing_of: tells what a symbol is.
        """
        self._fees = fees or FeeSchedule(())
        self._margin = margin or MarginTerms()
        self._listing_of = listing_of
        self._accounts: dict[str, Account] = {}
        self._volumes: dict[str, TradedVolume] = {}
        self._instruments: dict[str, Instrument] = {}
        self._opened: set[str] = set()
        self.income: dict[str, Decimal] = {}
        """By asset what the venue took in: fees, funding and what liquidations left."""

    def account(self, name: str) -> Account:
        """Return an account."""
        account = self._accounts.get(name)
        if account is None:
            account = self._accounts[name] = UnlimitedAccount()
        return account

    def is_open(self, name: str) -> bool:
        """Tell whether a record opened an account."""
        return name in self._opened

    def margin_accounts(self) -> Iterable[tuple[str, MarginAccount]]:
        """Return the accounts that hold contracts, by name."""
        for name, account in sorted(self._accounts.items()):
            if isinstance(account, MarginAccount):
                yield name, account

    def volume(self, name: str, at: int) -> Decimal:
        """Return what an account traded in the days that fees count, Unix microseconds."""
        volume = self._volumes.get(name)
        return ZERO if volume is None else volume.at(at)

    def instrument(self, symbol: str) -> Instrument:
        """Return what accounts have to know of a symbol."""
        known = self._instruments.get(symbol)
        if known is None:
            listed = self._listing_of(symbol)
            known = self._instruments[symbol] = Instrument(symbol, listed.base, listed.quote)
        return known

    # Facts

    def take(self, record: AccountRecord) -> None:
        """Take in what happened to an account."""
        if isinstance(record, Opened):
            self._open(record)
            return
        account = self.account(record.account)
        assert isinstance(account, MarginAccount)
        if isinstance(record, Funded):
            instrument = self.instrument(record.symbol)
            self._earn(instrument.quote, account.fund(instrument, record.rate, record.price))
        elif isinstance(record, Settled):
            instrument = self.instrument(record.symbol)
            self._earn(instrument.quote, subtract(ZERO, account.settle(instrument)))

    def _open(self, record: Opened) -> None:
        kind = AccountKind(record.kind)
        account: Account = UnlimitedAccount()
        if kind is AccountKind.SPOT:
            account = SpotAccount()
        elif kind is AccountKind.MARGIN:
            account = MarginAccount(self._margin)
        for asset, amount in record.balances.items():
            account.deposit(asset, amount)
        self._accounts[record.account] = account
        self._opened.add(record.account)

    def _earn(self, asset: str, amount: Decimal) -> None:
        self.income[asset] = add(self.income.get(asset, ZERO), amount)

    def follow(self, before: VenueOrder | None, held: VenueOrder, record: OrderRecord) -> None:
        """Take in what happened to an order."""
        name = held.order.account
        if isinstance(record, Filled):
            self._execute(held, record)
        elif isinstance(record, Liquidated):
            account = self.account(name)
            assert isinstance(account, MarginAccount)
            account.seize(self.instrument(held.order.symbol))
        if self.account(name).kind is not AccountKind.UNLIMITED:
            self._reserve(held)

    def _execute(self, held: VenueOrder, record: Filled) -> None:
        order, fill = held.order, record.fill
        instrument = self.instrument(order.symbol)
        self.account(order.account).execute(instrument, order.side, fill, order.leverage)
        for fee in fill.fees:
            self._earn(fee.asset, fee.amount)
        if self._fees.counts_volume:
            volume = self._volumes.setdefault(order.account, TradedVolume(VOLUME_DAYS))
            volume.count(record.at, multiply(fill.quantity, fill.price))

    def _reserve(self, held: VenueOrder) -> None:
        need = None if held.status.is_final else self.resting_need(held)
        self.account(held.order.account).reserve(held.number, need, _group(held))

    # Needs

    def resting_need(self, held: VenueOrder) -> Need | None:
        """Return what a working order locks; None for one without a price of its own.

        A stop locks what it needs at its stop; where it also has a limit, at that.
        """
        order = held.order
        price = order.price if order.price is not None else order.stop_price
        if price is None:
            return None
        left = subtract(order.quantity, held.filled_quantity)
        return self.need(order, left, multiply(left, price))

    def need(self, order: Order, quantity: Decimal, worth: Decimal) -> Need:
        """Return what an order needs at the worst.

        Args:
            order: the order.
            quantity: what is left of it.
            worth: what that costs or earns.
        """
        rate = max(self._fees.highest, ZERO)
        return Need(
            self.instrument(order.symbol),
            order.side,
            quantity,
            worth,
            multiply(worth, rate),
            reduce_only=order.reduce_only,
            leverage=order.leverage,
        )

    def shortfall_of(self, held: VenueOrder, worth: Decimal) -> Shortfall | None:
        """Return what an account misses for a working order, beside what that has locked."""
        left = subtract(held.order.quantity, held.filled_quantity)
        return self._missing(held.order, left, worth, held.number, _group(held))

    def shortfall(self, order: Order, quantity: Decimal, worth: Decimal) -> Shortfall | None:
        """Return what an account misses for an order; None if it can afford it."""
        return self._missing(order, quantity, worth)

    def _missing(
        self,
        order: Order,
        quantity: Decimal,
        worth: Decimal,
        number: int | None = None,
        group: int | None = None,
    ) -> Shortfall | None:
        account = self.account(order.account)
        if account.kind is AccountKind.UNLIMITED:
            return None
        if order.reduce_only and account.kind is AccountKind.MARGIN:
            return None
        return account.shortfall(self.need(order, quantity, worth), number, group)


def _group(held: VenueOrder) -> int | None:
    return held.entry if held.entry is not None else held.pair
