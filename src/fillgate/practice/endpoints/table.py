"""The table of all that can be asked.

Weights are those of the Binance Spot API documentation, of requests that ask for one symbol.
"""

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, Final, NamedTuple

from fillgate.practice.calls import Call
from fillgate.practice.endpoints import account, market_data, order_lists, trading
from fillgate.practice.new_list import ListKind

__all__ = ["ENDPOINTS", "METHODS", "Endpoint", "Security"]


class Security(Enum):
    """Who may ask."""

    NONE = "none"
    KEY = "key"
    """Whoever has an API key."""
    SIGNED = "signed"
    """Whoever signs with the key's secret."""


class Endpoint(NamedTuple):
    """Something that can be asked."""

    answer: Callable[[Call], Any]
    weight: int
    security: Security = Security.NONE
    orders: int = 0
    """How many new orders it counts as."""

    @property
    def is_read(self) -> bool:
        """Whether it changes nothing; others look themselves whether all parameters were read."""
        return self.answer not in _CHANGES


_SIGNED: Final = Security.SIGNED
_CHANGES: Final = frozenset(
    {
        trading.answer_new_order,
        trading.answer_cancel,
        trading.answer_cancel_all,
        trading.answer_cancel_replace,
        order_lists.answer_cancel_list,
    }
)
_NEW_LISTS: Final = {
    ListKind.OCO: Endpoint(order_lists.answer_new_list(ListKind.OCO), 1, _SIGNED, orders=2),
    ListKind.OTO: Endpoint(order_lists.answer_new_list(ListKind.OTO), 1, _SIGNED, orders=2),
    ListKind.OTOCO: Endpoint(order_lists.answer_new_list(ListKind.OTOCO), 1, _SIGNED, orders=3),
}

ENDPOINTS: Final[Mapping[tuple[str, str], Endpoint]] = {
    ("GET", "/api/v3/ping"): Endpoint(market_data.answer_ping, 1),
    ("GET", "/api/v3/time"): Endpoint(market_data.answer_time, 1),
    ("GET", "/api/v3/exchangeInfo"): Endpoint(market_data.answer_exchange_info, 20),
    ("GET", "/api/v3/depth"): Endpoint(market_data.answer_depth, 5),
    ("GET", "/api/v3/trades"): Endpoint(market_data.answer_trades, 25),
    ("GET", "/api/v3/ticker/24hr"): Endpoint(market_data.answer_ticker_24h, 2),
    ("GET", "/api/v3/ticker/price"): Endpoint(market_data.answer_ticker_price, 2),
    ("GET", "/api/v3/ticker/bookTicker"): Endpoint(market_data.answer_ticker_book, 2),
    ("POST", "/api/v3/order"): Endpoint(trading.answer_new_order, 1, _SIGNED, orders=1),
    ("GET", "/api/v3/order"): Endpoint(trading.answer_order, 4, _SIGNED),
    ("DELETE", "/api/v3/order"): Endpoint(trading.answer_cancel, 1, _SIGNED),
    ("POST", "/api/v3/order/test"): Endpoint(trading.answer_test_order, 1, _SIGNED),
    ("POST", "/api/v3/order/cancelReplace"): Endpoint(
        trading.answer_cancel_replace, 1, _SIGNED, orders=1
    ),
    **{("POST", f"/api/v3/orderList/{kind}"): taken for kind, taken in _NEW_LISTS.items()},
    ("GET", "/api/v3/orderList"): Endpoint(order_lists.answer_list, 4, _SIGNED),
    ("DELETE", "/api/v3/orderList"): Endpoint(order_lists.answer_cancel_list, 1, _SIGNED),
    ("GET", "/api/v3/openOrderList"): Endpoint(order_lists.answer_open_lists, 6, _SIGNED),
    ("GET", "/api/v3/allOrderList"): Endpoint(order_lists.answer_all_lists, 20, _SIGNED),
    ("GET", "/api/v3/openOrders"): Endpoint(trading.answer_open_orders, 6, _SIGNED),
    ("DELETE", "/api/v3/openOrders"): Endpoint(trading.answer_cancel_all, 1, _SIGNED),
    ("GET", "/api/v3/allOrders"): Endpoint(trading.answer_all_orders, 20, _SIGNED),
    ("GET", "/api/v3/myTrades"): Endpoint(account.answer_my_trades, 20, _SIGNED),
    ("GET", "/api/v3/account"): Endpoint(account.answer_account, 20, _SIGNED),
    # Asked when a client starts up; there is nothing of the kind here.
    ("GET", "/sapi/v1/capital/config/getall"): Endpoint(market_data.answer_nothing, 10, _SIGNED),
    ("GET", "/sapi/v1/margin/allPairs"): Endpoint(market_data.answer_nothing, 1, Security.KEY),
    ("GET", "/sapi/v1/margin/isolated/allPairs"): Endpoint(market_data.answer_nothing, 10, _SIGNED),
    ("GET", "/sapi/v1/asset/tradeFee"): Endpoint(account.answer_trade_fee, 1, _SIGNED),
    ("GET", "/dapi/v1/exchangeInfo"): Endpoint(market_data.answer_no_symbols, 1),
}
"""By method and path."""

_METHODS: Final[Mapping[str, tuple[str, str]]] = {
    "ping": ("GET", "/api/v3/ping"),
    "time": ("GET", "/api/v3/time"),
    "exchangeInfo": ("GET", "/api/v3/exchangeInfo"),
    "depth": ("GET", "/api/v3/depth"),
    "trades.recent": ("GET", "/api/v3/trades"),
    "ticker.24hr": ("GET", "/api/v3/ticker/24hr"),
    "ticker.price": ("GET", "/api/v3/ticker/price"),
    "ticker.book": ("GET", "/api/v3/ticker/bookTicker"),
    "order.place": ("POST", "/api/v3/order"),
    "order.test": ("POST", "/api/v3/order/test"),
    "order.status": ("GET", "/api/v3/order"),
    "order.cancel": ("DELETE", "/api/v3/order"),
    "order.cancelReplace": ("POST", "/api/v3/order/cancelReplace"),
    **{f"orderList.place.{kind}": ("POST", f"/api/v3/orderList/{kind}") for kind in ListKind},
    "orderList.status": ("GET", "/api/v3/orderList"),
    "orderList.cancel": ("DELETE", "/api/v3/orderList"),
    "openOrderLists.status": ("GET", "/api/v3/openOrderList"),
    "allOrderLists": ("GET", "/api/v3/allOrderList"),
    "openOrders.status": ("GET", "/api/v3/openOrders"),
    "openOrders.cancelAll": ("DELETE", "/api/v3/openOrders"),
    "allOrders": ("GET", "/api/v3/allOrders"),
    "myTrades": ("GET", "/api/v3/myTrades"),
    "account.status": ("GET", "/api/v3/account"),
}
METHODS: Final[Mapping[str, Endpoint]] = {name: ENDPOINTS[at] for name, at in _METHODS.items()}
"""By the name that they have on the WebSocket API."""
