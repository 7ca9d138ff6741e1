"""What each exchange can do with orders, as data; one file for each that is verified."""

from fillgate.plugins.ccxt.venues.expiry import Expiry, ExpiryForm
from fillgate.plugins.ccxt.venues.lists import OrderLists
from fillgate.plugins.ccxt.venues.table import LISTED, market_types_of, venue_of
from fillgate.plugins.ccxt.venues.venue import (
    ClientIdForm,
    Evidence,
    LookupWay,
    MarketType,
    Venue,
)

__all__ = [
    "LISTED",
    "ClientIdForm",
    "Evidence",
    "Expiry",
    "ExpiryForm",
    "LookupWay",
    "MarketType",
    "OrderLists",
    "Venue",
    "market_types_of",
    "venue_of",
]
