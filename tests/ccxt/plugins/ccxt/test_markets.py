"""Markets out of the venues' own answers, through the real ccxt, with no float on the way.

The answers are written by hand, in the fields that the venues document.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

import ccxt.async_support
import pytest

from fillgate.plugins.ccxt.markets import Market, PrecisionMode, read_markets
from fillgate.plugins.ccxt.symbols import SymbolTable
from fillgate.plugins.ccxt.venues import MarketType

SPOT, SWAP = MarketType.SPOT, MarketType.SWAP

# fmt: off
BINANCE_SPOT: Final = {"symbols": [{
    "symbol": "BTCUSDT", "status": "TRADING", "baseAsset": "BTC", "quoteAsset": "USDT",
    "baseAssetPrecision": 8, "quotePrecision": 8, "orderTypes": ["LIMIT", "MARKET"],
    "isSpotTradingAllowed": True, "isMarginTradingAllowed": False, "permissions": ["SPOT"],
    "filters": [
        {"filterType": "PRICE_FILTER", "minPrice": "0.01000000", "maxPrice": "1000000.00000000",
         "tickSize": "0.01000000"},
        {"filterType": "LOT_SIZE", "minQty": "0.00001000", "maxQty": "9000.00000000",
         "stepSize": "0.00001000"},
        {"filterType": "NOTIONAL", "minNotional": "5.00000000", "maxNotional": "9000000.00000000"},
    ]}]}
BINANCE_SWAP: Final = {"symbols": [{
    "symbol": "BTCUSDT", "pair": "BTCUSDT", "contractType": "PERPETUAL", "status": "TRADING",
    "deliveryDate": 4133404800000, "onboardDate": 1569398400000,
    "baseAsset": "BTC", "quoteAsset": "USDT", "marginAsset": "USDT", "pricePrecision": 2,
    "quantityPrecision": 3, "underlyingType": "COIN", "orderTypes": ["LIMIT", "MARKET"],
    "filters": [
        {"filterType": "PRICE_FILTER", "minPrice": "556.80", "maxPrice": "4529764",
         "tickSize": "0.10"},
        {"filterType": "LOT_SIZE", "minQty": "0.001", "maxQty": "1000", "stepSize": "0.001"},
        {"filterType": "MIN_NOTIONAL", "notional": "100"},
    ]}]}
OKX_SPOT: Final = {"code": "0", "data": [{
    "instType": "SPOT", "instId": "BTC-USDT", "baseCcy": "BTC", "quoteCcy": "USDT",
    "settleCcy": "", "ctVal": "", "ctMult": "", "ctValCcy": "", "tickSz": "0.1",
    "lotSz": "0.00000001", "minSz": "0.00001", "maxLmtSz": "9999999999", "state": "live",
    "uly": "", "instFamily": "", "expTime": "", "listTime": "1611907686000"}]}
OKX_SWAP: Final = {"code": "0", "data": [{
    "instType": "SWAP", "instId": "BTC-USDT-SWAP", "baseCcy": "", "quoteCcy": "",
    "settleCcy": "USDT", "ctVal": "0.01", "ctMult": "1", "ctValCcy": "BTC", "ctType": "linear",
    "tickSz": "0.1", "lotSz": "0.01", "minSz": "0.01", "maxLmtSz": "100000000", "state": "live",
    "uly": "BTC-USDT", "instFamily": "BTC-USDT", "expTime": "", "listTime": "1573557408000"}]}
BYBIT_SPOT: Final = {"retCode": 0, "result": {"category": "spot", "list": [{
    "symbol": "BTCUSDT", "baseCoin": "BTC", "quoteCoin": "USDT", "status": "Trading",
    "lotSizeFilter": {"basePrecision": "0.000001", "quotePrecision": "0.00000001",
                      "minOrderQty": "0.000048", "maxOrderQty": "71.73956243",
                      "minOrderAmt": "1", "maxOrderAmt": "4000000"},
    "priceFilter": {"tickSize": "0.01"}}]}}
BYBIT_SWAP: Final = {"retCode": 0, "result": {"category": "linear", "nextPageCursor": "", "list": [{
    "symbol": "BTCUSDT", "contractType": "LinearPerpetual", "status": "Trading",
    "baseCoin": "BTC", "quoteCoin": "USDT", "settleCoin": "USDT", "launchTime": "1585526400000",
    "deliveryTime": "0", "priceScale": "2",
    "leverageFilter": {"minLeverage": "1", "maxLeverage": "100", "leverageStep": "0.01"},
    "priceFilter": {"minPrice": "0.10", "maxPrice": "1999999.80", "tickSize": "0.10"},
    "lotSizeFilter": {"maxOrderQty": "1190.000", "minOrderQty": "0.001", "qtyStep": "0.001",
                      "minNotionalValue": "5"}}]}}
KRAKEN: Final = {"error": [], "result": {"XXBTZUSD": {
    "altname": "XBTUSD", "wsname": "XBT/USD", "base": "XXBT", "quote": "ZUSD", "pair_decimals": 1,
    "cost_decimals": 5, "lot_decimals": 8, "fees": [[0, 0.4]], "fees_maker": [[0, 0.25]],
    "leverage_buy": [2, 3], "leverage_sell": [2, 3], "ordermin": "0.00005", "costmin": "0.5",
    "tick_size": "0.1", "status": "online"}}}
COINBASE: Final = {"products": [{
    "product_id": "BTC-USD", "base_currency_id": "BTC", "quote_currency_id": "USD",
    "base_increment": "0.00000001", "quote_increment": "0.01", "price_increment": "0.01",
    "base_min_size": "0.00000001", "base_max_size": "3400", "quote_min_size": "1",
    "quote_max_size": "150000000", "status": "online", "trading_disabled": False,
    "cancel_only": False, "limit_only": False, "post_only": False, "auction_mode": False,
    "product_type": "SPOT", "is_disabled": False, "view_only": False}], "num_products": 1}
KUCOIN_SPOT: Final = {"code": "200000", "data": [{
    "symbol": "BTC-USDT", "name": "BTC-USDT", "baseCurrency": "BTC", "quoteCurrency": "USDT",
    "feeCurrency": "USDT", "market": "USDS", "baseMinSize": "0.00001", "quoteMinSize": "0.1",
    "baseMaxSize": "10000000000", "quoteMaxSize": "99999999", "baseIncrement": "0.00000001",
    "quoteIncrement": "0.000001", "priceIncrement": "0.1", "minFunds": "0.1",
    "isMarginEnabled": False, "enableTrading": True}]}
KUCOIN_SWAP: Final = {"code": "200000", "data": [{
    "symbol": "XBTUSDTM", "rootSymbol": "USDT", "type": "FFWCSX", "firstOpenDate": 1585555200000,
    "expireDate": None, "settleDate": None, "baseCurrency": "XBT", "quoteCurrency": "USDT",
    "settleCurrency": "USDT", "maxOrderQty": 1000000, "maxPrice": 1000000.0, "lotSize": 1,
    "tickSize": 0.1, "multiplier": 0.001, "initialMargin": 0.008, "maintainMargin": 0.004,
    "isInverse": False, "status": "Open", "maxLeverage": 125, "nextFundingRateTime": 25481884}]}

ANSWERS: Final[Mapping[str, Any]] = {
    "/api/v3/exchangeInfo": BINANCE_SPOT,
    "/fapi/v1/exchangeInfo": BINANCE_SWAP,
    "instType=SPOT": OKX_SPOT,
    "instType=SWAP": OKX_SWAP,
    "category=spot": BYBIT_SPOT,
    "category=linear": BYBIT_SWAP,
    "0/public/AssetPairs": KRAKEN,
    "product_type=SPOT": COINBASE,
    "brokerage/market/products": COINBASE,
    "api.kucoin.com/api/v2/symbols": KUCOIN_SPOT,
    "contracts/active": KUCOIN_SWAP,
}
# Exchange, symbol, steps of quantity and price, least and greatest quantity, least worth, contract.
READ: Final = [
    ("binance", "BTC/USDT", "0.00001", "0.01", "0.00001", "9000", "5", None),
    ("binance", "BTC/USDT:USDT", "0.001", "0.1", "0.001", "1000", "100", "1"),
    ("okx", "BTC/USDT", "0.00000001", "0.1", "0.00001", "9999999999", None, None),
    ("okx", "BTC/USDT:USDT", "0.01", "0.1", "0.01", "100000000", None, "0.01"),
    ("bybit", "BTC/USDT", "0.000001", "0.01", "0.000048", "71.73956243", "1", None),
    ("bybit", "BTC/USDT:USDT", "0.001", "0.1", "0.001", "1190", "5", "1"),
    ("kraken", "BTC/USD", "0.00000001", "0.1", "0.00005", None, "0.5", None),
    ("coinbase", "BTC/USD", "0.00000001", "0.01", "0.00000001", "3400", "1", None),
    ("kucoin", "BTC/USDT", "0.00000001", "0.1", "0.00001", "10000000000", "0.1", None),
    ("kucoin", "BTC/USDT:USDT", "1", "0.1", "1", "1000000", None, "0.001"),
]
# fmt: on

_LOADED: Final[dict[str, Any]] = {}


async def loaded(exchange: str) -> Any:
    """An exchange of ccxt with the markets of its venue's answers."""

    async def fetch(url: str, *_given: Any) -> Any:
        return next((answer for part, answer in ANSWERS.items() if part in url), {"data": []})

    if exchange not in _LOADED:
        venue = getattr(ccxt.async_support, exchange)({"enableRateLimit": False})
        venue.number = str
        venue.fetch = fetch
        venue.has["fetchCurrencies"] = False
        await venue.load_markets()
        _LOADED[exchange] = venue
    return _LOADED[exchange]


@pytest.mark.parametrize("read", READ, ids=lambda read: f"{read[0]}-{read[1]}")
async def test_a_market_is_read_exactly(read: tuple[Any, ...]) -> None:
    exchange, symbol, *numbers = read
    venue = await loaded(exchange)
    mode = PrecisionMode(venue.precisionMode)
    (market,) = read_markets(exchange, [venue.markets[symbol]], mode)
    assert rules_of(market) == [None if text is None else Decimal(text) for text in numbers]


def rules_of(market: Market) -> list[Decimal | None]:
    return [
        market.quantity_step.size,
        market.price_step.size,
        market.minimum_quantity,
        market.maximum_quantity,
        market.minimum_notional,
        market.contract_size,
    ]


@pytest.mark.parametrize(
    ("exchange", "market_type", "text", "expected"),
    [
        ("binance", SPOT, "BINANCE:BTCUSDT", "BTC/USDT"),
        ("binance", SWAP, "BINANCE:BTCUSDT.P", "BTC/USDT:USDT"),
        ("okx", SWAP, "OKX:BTCUSDT.P", "BTC/USDT:USDT"),
        ("bybit", SPOT, "BYBIT:BTCUSDT", "BTC/USDT"),
        ("bybit", SWAP, "BYBIT:BTCUSDT.P", "BTC/USDT:USDT"),
        ("kraken", SPOT, "KRAKEN:XBTUSD", "BTC/USD"),
        ("coinbase", SPOT, "COINBASE:BTCUSD", "BTC/USD"),
        ("kucoin", SWAP, "KUCOIN:XBTUSDTM", "BTC/USDT:USDT"),
        ("kucoin", SWAP, "KUCOIN:BTCUSDT.P", "BTC/USDT:USDT"),
    ],
)
async def test_a_chart_s_symbol_is_found(
    exchange: str, market_type: MarketType, text: str, expected: str
) -> None:
    venue = await loaded(exchange)
    mode = PrecisionMode(venue.precisionMode)
    table = SymbolTable(exchange, venue.markets, market_type=market_type, mode=mode)
    assert table.resolve(text).symbol == expected
