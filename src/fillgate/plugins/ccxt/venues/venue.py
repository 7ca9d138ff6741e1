"""What one exchange can do with orders through ccxt, as data.

Invariants:

1. The defaults are the safe ones: an exchange of which nothing is known is never looked at by a
   client order id, so what it leaves unanswered stays UNKNOWN until a person decides.
2. `evidence` says how sure the entry is, and is told in the documentation.
3. Where the markets of an exchange differ, each market type has an entry of its own; an entry holds
   for all of its `market_types`.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import msgspec

from fillgate.domain.orders import Side, TriggerPrice
from fillgate.plugins.ccxt.venues.expiry import Expiry
from fillgate.plugins.ccxt.venues.lists import OrderLists

__all__ = ["ClientIdForm", "Evidence", "LookupWay", "MarketType", "Venue"]


class Evidence(StrEnum):
    """How an entry of the table is known to be right."""

    PRACTICE = "practice"
    """ccxt traded by it on an exchange that keeps the venue's rules."""
    WIRE = "wire"
    """The requests that ccxt makes by it were read, field by field."""
    DECLARED = "declared"
    """Taken from ccxt and the venue's documents; not seen at work."""
    NONE = "none"
    """Nothing is known; the defaults apply."""


class MarketType(StrEnum):
    """Which markets of an exchange an account trades on, by ccxt's names."""

    SPOT = "spot"
    SWAP = "swap"


class ClientIdForm(StrEnum):
    """How fillgate's client order id is written for a venue; each can be read back."""

    AS_IS = "as-is"
    """Fifteen lower-case letters and digits; a request's id has eighteen."""
    HEX_128 = "hex-128"
    """`0x` and the id's ASCII bytes as 32 hexadecimal digits, zeros behind."""
    PREFIXED_T = "t-prefixed"
    """`t-` and the id."""


class LookupWay(StrEnum):
    """How an order is found by our client order id."""

    NONE = "none"
    """It is not."""
    FETCH_ORDER = "fetch-order"
    """`fetch_order` takes the client order id in `lookup_param`, with no id of the venue."""
    LISTS = "lists"
    """The open and the closed orders are listed, and ours is picked out by its client order id."""


class Venue(msgspec.Struct, frozen=True, kw_only=True):
    """How one exchange deals with orders through ccxt."""

    exchange: str
    """ccxt's id of the exchange."""
    evidence: Evidence = Evidence.NONE
    market_types: frozenset[MarketType] = frozenset({MarketType.SPOT, MarketType.SWAP})
    sub_type: str | None = None
    """ccxt's name of the kind of contracts that these markets are (`defaultSubType`). Without it
    ccxt asks for some things elsewhere where no symbol is given: all open orders of Binance's
    perpetuals among those of spot."""
    client_id_param: str | None = None
    """Key of `create_order`'s params that carries the client order id to the venue; None where
    there is none, or none is known."""
    client_id_field: str | None = None
    """What the venue calls it on the wire."""
    client_id_form: ClientIdForm = ClientIdForm.AS_IS
    lookup: LookupWay = LookupWay.NONE
    lookup_param: str | None = None
    """Key of the lookup's params that carries the client order id; None lists without it."""
    lists: tuple[str, ...] = ("fetch_open_orders", "fetch_closed_orders")
    """ccxt's methods that list, taken together, orders of every status since a time (for
    `LookupWay.LISTS`)."""
    cancel_param: str | None = None
    """Key of `cancel_order`'s params that carries the client order id; None where an order can be
    cancelled by the venue's id alone."""
    lookup_window_seconds: float | None = None
    """How long a cancelled order can still be looked up; None if for ever."""
    settle_seconds: float = 10.0
    """How long after a submission a lookup may miss an order that is there. No venue tells a bound,
    though some say that answers may be late: it is a guess on the safe side."""
    request_expiry_seconds: float | None = None
    """After how long the venue itself refuses a late submission; None if it never does."""
    duplicate_codes: frozenset[str] = frozenset()
    """Codes or words in a refusal that mean that the venue has an order of this client id."""
    refuses_with: frozenset[int] = frozenset()
    """HTTP statuses from 500 on with which the venue itself refuses, in a list of "error", a code
    and a text. Any other such status, or body, leaves the order UNKNOWN."""
    order_method: str = "POST"
    """HTTP method by which an order is placed."""
    serial: bool = False
    """Requests carry a nonce that has to grow, so only one may be under way for a key."""
    attached_stops: frozenset[MarketType] = frozenset()
    """Where an order may carry a stop-loss and a take-profit that the venue keeps."""
    order_lists: OrderLists | None = None
    """How a spot order that carries them goes out, where ccxt has no params for that."""
    stop_param: str | None = None
    """Key of `create_order`'s params that makes a market or limit order wait for a stop price, and
    still be found by the client order id. None refuses stops: the venue keeps them elsewhere, or
    ccxt passes the price on as a field that the venue does not know, and the order trades at once.
    """
    profit_param: str | None = None
    """The same for orders that wait for a profit target."""
    stop_limit_only: bool = False
    """A stop is taken with a limit alone, by which it rests: there is neither a STOP nor a
    STOP_LOSS, and no STOP_LIMIT that is IOC or FOK."""
    rise_params: Mapping[str, str] = msgspec.field(default_factory=dict)
    """What else `create_order`'s params hold where a stop, or a profit target, waits for the market
    to rise: a stop to buy, and a target to sell."""
    fall_params: Mapping[str, str] = msgspec.field(default_factory=dict)
    """The same where it waits for the market to fall."""
    waiting_list: Mapping[str, Any] | None = None
    """Params with which `fetch_open_orders` lists the stops that wait; None lists them among the
    others."""
    trail_param: str | None = None
    """Key of `create_order`'s params that makes a market order a stop which follows the market at a
    distance in the quote currency. None refuses trailing stops: the venue takes a percentage, or
    keeps them elsewhere."""
    triggers: Mapping[TriggerPrice, Mapping[str, str]] = msgspec.field(default_factory=dict)
    """The prices that can set off a stop, and the params that choose each; none where an order
    may not choose."""
    expiry: Expiry | None = None
    """How a limit order is good till a time; None where it cannot be."""
    replace: bool = False
    """`edit_order` changes a working order in one step. The order is named by the venue's id alone,
    and keeps its client order id: given one, ccxt would look for the order under it."""
    market_buy_by_cost: bool = False
    """A market order to buy is placed by what it may cost, so it needs a price to reckon with."""
    no_market: frozenset[Side] = frozenset()
    """Sides whose market orders are refused: there are none, or they would be another order."""
    decimal_quantity: bool = False
    """ccxt reckons with the quantity, so it takes a Decimal and no text."""
    options: Mapping[str, Any] = msgspec.field(default_factory=dict)
    """What to set in ccxt's options of this exchange, fees for builders and referrers off.
    A mapping within is merged into ccxt's, as ccxt does."""
    dropped_headers: frozenset[str] = frozenset()
    """Keys to take out of ccxt's `headers` of this exchange: they name ccxt as a broker."""
    skipped_methods: frozenset[str] = frozenset()
    """Coroutine methods of ccxt's exchange to put one in place of that does nothing and returns
    True: they would pay, or name, somebody else."""
    attached_fees: str | None = None
    """What ccxt says about itself to the venue that cannot be switched off; shown to the user."""
    notes: str | None = None
    """What a user or a reader has to know besides."""
    source: str | None = None
    """Where the entry's facts are from: documents of the venue, or names of ccxt's methods."""
