"""The table of all that can be asked of the futures.

Weights are those of the Binance USDⓈ-M Futures API documentation, of requests that ask for one
symbol.
"""

from collections.abc import Mapping
from typing import Final

from fillgate.practice.endpoints import Endpoint, Security
from fillgate.practice.endpoints.market_data import answer_ping, answer_time
from fillgate.practice.futures.endpoints import account, market_data, trading

__all__ = ["FUTURES_ENDPOINTS"]

_SIGNED: Final = Security.SIGNED
_KEY: Final = Security.KEY

FUTURES_ENDPOINTS: Final[Mapping[tuple[str, str], Endpoint]] = {
    ("GET", "/fapi/v1/ping"): Endpoint(answer_ping, 1),
    ("GET", "/fapi/v1/time"): Endpoint(answer_time, 1),
    ("GET", "/fapi/v1/exchangeInfo"): Endpoint(market_data.answer_exchange_info, 1),
    ("GET", "/fapi/v1/depth"): Endpoint(market_data.answer_depth, 10),
    ("GET", "/fapi/v1/ticker/24hr"): Endpoint(market_data.answer_ticker_24h, 1),
    ("GET", "/fapi/v1/ticker/price"): Endpoint(market_data.answer_ticker_price, 1),
    ("GET", "/fapi/v2/ticker/price"): Endpoint(market_data.answer_ticker_price, 1),
    ("GET", "/fapi/v1/ticker/bookTicker"): Endpoint(market_data.answer_ticker_book, 2),
    ("GET", "/fapi/v1/premiumIndex"): Endpoint(market_data.answer_premium_index, 1),
    ("POST", "/fapi/v1/order"): Endpoint(trading.answer_new_order, 1, _SIGNED, orders=1),
    ("PUT", "/fapi/v1/order"): Endpoint(trading.answer_amend, 1, _SIGNED, orders=1),
    ("GET", "/fapi/v1/order"): Endpoint(trading.answer_order, 1, _SIGNED),
    ("DELETE", "/fapi/v1/order"): Endpoint(trading.answer_cancel, 1, _SIGNED),
    ("GET", "/fapi/v1/openOrder"): Endpoint(trading.answer_open_order, 1, _SIGNED),
    ("GET", "/fapi/v1/openOrders"): Endpoint(trading.answer_open_orders, 1, _SIGNED),
    ("DELETE", "/fapi/v1/allOpenOrders"): Endpoint(trading.answer_cancel_all, 1, _SIGNED),
    ("GET", "/fapi/v1/allOrders"): Endpoint(trading.answer_all_orders, 5, _SIGNED),
    ("GET", "/fapi/v1/userTrades"): Endpoint(account.answer_user_trades, 5, _SIGNED),
    ("GET", "/fapi/v1/commissionRate"): Endpoint(account.answer_commission_rate, 20, _SIGNED),
    ("GET", "/fapi/v2/account"): Endpoint(account.answer_account_2, 5, _SIGNED),
    ("GET", "/fapi/v3/account"): Endpoint(account.answer_account_3, 5, _SIGNED),
    ("GET", "/fapi/v2/balance"): Endpoint(account.answer_balance, 5, _SIGNED),
    ("GET", "/fapi/v3/balance"): Endpoint(account.answer_balance, 5, _SIGNED),
    ("GET", "/fapi/v2/positionRisk"): Endpoint(account.answer_position_risk_2, 5, _SIGNED),
    ("GET", "/fapi/v3/positionRisk"): Endpoint(account.answer_position_risk_3, 5, _SIGNED),
    ("POST", "/fapi/v1/leverage"): Endpoint(account.answer_leverage, 1, _SIGNED),
    ("GET", "/fapi/v1/leverageBracket"): Endpoint(account.answer_leverage_brackets, 1, _SIGNED),
    ("POST", "/fapi/v1/marginType"): Endpoint(account.answer_margin_type, 1, _SIGNED),
    ("GET", "/fapi/v1/positionSide/dual"): Endpoint(account.answer_position_side, 30, _SIGNED),
    ("POST", "/fapi/v1/positionSide/dual"): Endpoint(account.answer_set_position_side, 1, _SIGNED),
    ("POST", "/fapi/v1/listenKey"): Endpoint(account.answer_listen_key, 1, _KEY),
    ("PUT", "/fapi/v1/listenKey"): Endpoint(account.answer_extend_listen_key, 1, _KEY),
    ("DELETE", "/fapi/v1/listenKey"): Endpoint(account.answer_no_listen_key, 1, _KEY),
}
"""By method and path."""
