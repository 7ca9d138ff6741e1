"""What each exchange can do with orders, as data; one file for each that is verified."""

from fillgate.plugins.ccxt.venues.venue import (
    ClientIdForm,
    Evidence,
    LookupWay,
    MarketType,
    Venue,
)

__all__ = ["ClientIdForm", "Evidence", "LookupWay", "MarketType", "Venue"]
