"""How a simulated venue behaves: what it lists, where its prices come from, what it charges."""

from collections.abc import Callable, Mapping
from decimal import Decimal

from fillgate.domain.numbers import ZERO
from fillgate.market.accounts.margin import MarginTerms
from fillgate.market.feeds.base import Feed
from fillgate.market.fees import FeeSchedule
from fillgate.market.listings import Amendment, Listing, listing
from fillgate.market.matching import SelfTradePrevention
from fillgate.market.ownership import Ownership
from fillgate.market.state import VenueState

__all__ = ["FeedOf", "Terms"]

FeedOf = Callable[[str, Listing], Feed]
"""Makes the feed of a symbol."""


class Terms:
    """What is the same for all orders of a venue."""

    def __init__(
        self,
        feed: FeedOf,
        *,
        fees: FeeSchedule,
        prevention: SelfTradePrevention = SelfTradePrevention.CANCEL_OLDEST,
        amendments: Mapping[str, Amendment] | None = None,
        margin: MarginTerms | None = None,
        funding: Decimal = ZERO,
    ) -> None:
        """Set the terms.

        Args:
            feed: makes the feed of each symbol.
            fees: what executions cost.
            prevention: what happens when orders of one account would meet.
            amendments: rules of single symbols, as they are spelled or by the key of their market.
            margin: what margin accounts are subject to.
            funding: what longs pay shorts of a perpetual contract each time, of its worth.
        """
        self.feed = feed
        self.fees = fees
        self.prevention = prevention
        self.margin = margin or MarginTerms()
        self.funding = funding
        self._amendments = dict(amendments or {})

    def new_state(self) -> VenueState:
        """Return a state that knows nothing, for accounts under these terms."""
        return VenueState(Ownership(fees=self.fees, margin=self.margin, listing_of=self.listing))

    def listing(self, symbol: str) -> Listing:
        """Return what a symbol is here.

        Raises:
            BadSymbol: the text cannot be one.
        """
        listed = listing(symbol)
        if not self._amendments:
            return listed
        amendment = self._amendments.get(symbol) or self._amendments.get(listed.key)
        return listed if amendment is None else listed.amended(amendment)
