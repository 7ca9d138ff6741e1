"""What all accounts of the venue own, folded from its records.

Invariant: it follows the orders (`follow`) and hears of what happens to accounts (`take`); the same
records give the same balances.
"""

from collections.abc import Callable, Iterable
from decimal import Decimal

from fillgate.domain.numbers import ZERO, add, multiply, subtract
from fillgate.domain.orders import Order, OrderType, Side
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
    Leveraged,
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
        self._is_limited = False
        self.income: dict[str, Decimal] = {}
        """By asset what the venue took in: fees, funding and what liquidations left."""

    def account(self, name: str) -> Account:
        """Return an account."""
        account = self._accounts.get(name)
        if account is None:
            account = self._accounts[name] = UnlimitedAccount()
        return account

    @property
    def is_shared(self) -> bool:
        """Whether what an account does in one symbol matters in another one."""
        return self._fees.counts_volume or self._is_limited

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
        elif isinstance(record, Leveraged):
            account.set_leverage(self.instrument(record.symbol), record.leverage)

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
        self._is_limited = self._is_limited or kind is not AccountKind.UNLIMITED

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
        if self._is_limited and self.account(name).kind is not AccountKind.UNLIMITED:
            self._reserve(held)

    def _execute(self, held: VenueOrder, record: Filled) -> None:
        order, fill = held.order, record.fill
        instrument = self.instrument(order.symbol)
        self.account(order.account).execute(instrument, order.side, fill)
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
        """Return what a working order locks; None for one without a price of its own."""
        price = self.own_price(held.order, held.best)
        if price is None:
            return None
        left = subtract(held.order.quantity, held.filled_quantity)
        return self.need(held.order, left, multiply(left, price))

    def own_price(self, order: Order, best: int | None) -> Decimal | None:
        """Return the price at which an order is counted while it works; None if it has none.

        That is its limit, else its stop; of both the larger for a sale, for it may earn that, and
        where one cancels the other, for it may cost that. A trailing stop counts at its distance
        from the best price so far.

        Args:
            order: the order.
            best: of a trailing stop, in ticks.
        """
        prices = [price for price in (order.price, order.stop_price) if price is not None]
        if prices:
            either = order.side is Side.SELL or order.order_type is OrderType.OCO
            return max(prices) if either else prices[0]
        if order.trail is None or best is None:
            return None
        followed = self._listing_of(order.symbol).price(best)
        if order.side is Side.BUY:
            return add(followed, order.trail)
        return max(subtract(followed, order.trail), ZERO)

    def need(self, order: Order, quantity: Decimal, worth: Decimal) -> Need:
        """Return what an order needs at the worst.

        Args:
            order: the order.
            quantity: what is left of it.
            worth: what that costs or earns.
        """
        return Need(
            self.instrument(order.symbol),
            order.side,
            quantity,
            worth,
            self._fees.most(worth),
            reduce_only=order.reduce_only,
            leverage=order.leverage,
        )

    def shortfall_of(self, held: VenueOrder, worth: Decimal) -> Shortfall | None:
        """Return what an account misses for a working order, beside what that has locked.

        Args:
            held: the order; with the terms that it is to have.
            worth: what is left of it costs or earns at the worst.
        """
        left = subtract(held.order.quantity, held.filled_quantity)
        # Its leverage was set when it arrived; another order may have set another one since.
        need = self.need(held.order, left, worth)._replace(leverage=None)
        return self._missing(held.order, need, held.number, _group(held))

    def shortfall(self, order: Order, worth: Decimal) -> Shortfall | None:
        """Return what an account misses for a new order; None if it can afford it.

        Args:
            order: the order.
            worth: what it costs or earns at the worst.
        """
        return self._missing(order, self.need(order, order.quantity, worth))

    def _missing(
        self, order: Order, need: Need, number: int | None = None, group: int | None = None
    ) -> Shortfall | None:
        account = self.account(order.account)
        if order.reduce_only and account.kind is AccountKind.MARGIN:
            return None
        return account.shortfall(need, number, group)


def _group(held: VenueOrder) -> int | None:
    return held.entry if held.entry is not None else held.pair
