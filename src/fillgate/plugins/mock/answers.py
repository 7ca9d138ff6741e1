"""What the mock venue answers, in the words of the plugin interface."""

from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.market import MarketData
from fillgate.domain.reports import ArrivalQuote, ExecutionResult
from fillgate.market.accounts.wallet import Holding
from fillgate.market.feeds.base import NoPrices
from fillgate.market.listings import Listing
from fillgate.market.state import Execution
from fillgate.market.venue import Venue
from fillgate.market.venue_order import VenueOrder
from fillgate.plugins.base import Balance, Instrument, VenueFill

__all__ = ["arrival_quote", "balance_of", "instrument_of", "market_data", "result_of", "venue_fill"]


def result_of(held: VenueOrder, arrival: ArrivalQuote | None, now: int) -> ExecutionResult:
    """Return the answer to a submission.

    Args:
        held: the order as it is.
        arrival: what it found, if there were prices.
        now: the time, Unix microseconds.
    """
    refused = held.status is OrderStatus.REJECTED
    return ExecutionResult(
        success=not refused,
        order_id=held.order_id,
        filled_quantity=held.filled_quantity,
        average_price=held.average_price,
        error=held.text if refused else None,
        code=held.code if refused else None,
        timestamp=now // 1000,
        status=held.status,
        fees=held.fees,
        fills=held.fills,
        arrival=arrival,
    )


def arrival_quote(venue: Venue, symbol: str, now: int) -> ArrivalQuote | None:
    """Return what was bid and asked when an order arrived; None if there were no prices."""
    try:
        quote = venue.quote(symbol, now)
    except NoPrices:
        return None
    price = venue.listing(symbol).price
    return ArrivalQuote(bid=price(quote.bid), ask=price(quote.ask), timestamp=now // 1000)


def market_data(venue: Venue, symbol: str, now: int) -> MarketData:
    """Return the quote at this moment.

    Raises:
        BadSymbol: the text cannot be a symbol.
        NoPrices: none are known at this moment.
    """
    quote = venue.quote(symbol, now)
    price = venue.listing(symbol).price
    return MarketData(
        symbol=symbol,
        bid=price(quote.bid),
        ask=price(quote.ask),
        last=price(quote.last),
        timestamp=now // 1000,
    )


def venue_fill(execution: Execution, held: VenueOrder) -> VenueFill:
    """Return an execution with the order that it belongs to."""
    return VenueFill(
        order_id=held.order_id,
        client_order_id=held.order.client_order_id,
        symbol=held.order.symbol,
        side=held.order.side,
        fill=execution.fill,
    )


def balance_of(holding: Holding) -> Balance:
    """Return what is owned of an asset."""
    return Balance(asset=holding.asset, total=holding.total, free=holding.free)


def instrument_of(symbol: str, listed: Listing) -> Instrument:
    """Return the rules of a symbol."""
    return Instrument(
        symbol=symbol,
        base=listed.base,
        quote=listed.quote,
        quantity_step=listed.lot,
        price_step=listed.tick,
        minimum_quantity=listed.lot,
        minimum_notional=listed.minimum_notional or None,
    )
