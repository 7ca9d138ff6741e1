"""Where a mock account's prices come from: made, recorded, or borrowed from another account."""

from fillgate.market.feeds.base import Feed
from fillgate.market.feeds.synthetic import SyntheticFeed
from fillgate.market.listings import Listing
from fillgate.plugins.mock.options import MockOptions
from fillgate.plugins.mock.terms import synthetic_terms

__all__ = ["Prices"]


class Prices:
    """The feeds of one account."""

    def __init__(self, options: MockOptions) -> None:
        """Choose where prices come from."""
        self._terms = synthetic_terms(options)

    def feed(self, symbol: str, listing: Listing) -> Feed:
        """Return the feed of a symbol."""
        return SyntheticFeed(listing, self._terms)
