"""Symbols of people and charts: to exactly one market of the account, or refused with help."""

from collections.abc import Mapping
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillgate.domain.errors import ConfigurationError, Denied
from fillgate.plugins.ccxt.markets import PrecisionMode
from fillgate.plugins.ccxt.symbols import SymbolTable
from fillgate.plugins.ccxt.venues import MarketType
from tests.plugins.ccxt.made import by_symbol, future, spot, swap

SPOT, SWAP = MarketType.SPOT, MarketType.SWAP

BINANCE: Final = by_symbol(
    spot("BTC", "USDT", "BTCUSDT"),
    spot("ETH", "USDT", "ETHUSDT"),
    spot("ETH", "BTC", "ETHBTC"),
    spot("DOGE", "USDT", "DOGEUSDT"),
    spot("PEPE", "USDT", "PEPEUSDT"),
    spot("LUNA", "USDT", "LUNAUSDT", active=False),
    swap("BTC", "USDT", "USDT", "BTCUSDT"),
    swap("BTC", "USDC", "USDC", "BTCUSDC"),
    swap("BTC", "USD", "BTC", "BTCUSD_PERP"),
    swap("1000PEPE", "USDT", "USDT", "1000PEPEUSDT"),
    future("BTC", "USDT", "USDT", "261225", "BTCUSDT_261225"),
)
OKX: Final = by_symbol(
    spot("BTC", "USDT", "BTC-USDT"),
    swap("BTC", "USDT", "USDT", "BTC-USDT-SWAP"),
    swap("BTC", "USD", "BTC", "BTC-USD-SWAP"),
    swap("BTC", "USD", "USDC", "BTC-USD_UM-SWAP"),
)
KRAKEN: Final = by_symbol(
    spot("BTC", "USD", "XXBTZUSD"),
    spot("ETH", "BTC", "XETHXXBT"),
    spot("DOGE", "USD", "XDGUSD"),
)
COINBASE: Final = by_symbol(spot("BTC", "USD", "BTC-USD"), spot("BTC", "USDC", "BTC-USDC"))
DERIBIT: Final = by_symbol(
    swap("BTC", "USD", "BTC", "BTC-PERPETUAL"), swap("ETH", "USD", "ETH", "ETH-PERPETUAL")
)
# The names of two markets run together.
ODD: Final = by_symbol(spot("AB", "CUSD", "AB-CUSD"), spot("ABC", "USD", "ABC-USD"))
# A venue that has a coin of its own under the name of an alias.
XBT: Final = by_symbol(spot("XBT", "EUR", "XBTEUR"), spot("BTC", "USD", "BTCUSD"))


def table(
    exchange: str, raw: Mapping[str, Any], market_type: MarketType = SPOT, **more: Any
) -> SymbolTable:
    return SymbolTable(exchange, raw, market_type=market_type, mode=PrecisionMode.TICK_SIZE, **more)


# fmt: off
MEANT: Final = [
    (table("binance", BINANCE), "BINANCE:BTCUSDT", "BTC/USDT"),
    (table("binance", BINANCE), "BTCUSDT", "BTC/USDT"),
    (table("binance", BINANCE), "btcusdt", "BTC/USDT"),
    (table("binance", BINANCE), "BTC/USDT", "BTC/USDT"),
    (table("binance", BINANCE), "BTC-USDT", "BTC/USDT"),
    (table("binance", BINANCE), "BTC_USDT", "BTC/USDT"),
    (table("binance", BINANCE), "ETHBTC", "ETH/BTC"),
    (table("binance", BINANCE), "ETHXBT", "ETH/BTC"),
    (table("binance", BINANCE), "PEPEUSDT", "PEPE/USDT"),
    (table("binance", BINANCE, SWAP), "BINANCE:BTCUSDT.P", "BTC/USDT:USDT"),
    (table("binance", BINANCE, SWAP), "BTCUSDTPERP", "BTC/USDT:USDT"),
    (table("binance", BINANCE, SWAP), "BTCUSDT", "BTC/USDT:USDT"),
    (table("binance", BINANCE, SWAP), "BTC/USDT", "BTC/USDT:USDT"),
    (table("binance", BINANCE, SWAP), "BTC/USDT:USDT", "BTC/USDT:USDT"),
    (table("binance", BINANCE, SWAP), "BTC/USDC:USDC", "BTC/USDC:USDC"),
    (table("binance", BINANCE, SWAP), "BTCUSD.P", "BTC/USD:BTC"),
    (table("binance", BINANCE, SWAP), "BTCUSD_PERP", "BTC/USD:BTC"),
    (table("binance", BINANCE, SWAP), "XBTUSD.P", "BTC/USD:BTC"),
    (table("binance", BINANCE, SWAP), "1000PEPEUSDT.P", "1000PEPE/USDT:USDT"),
    (table("binanceusdm", BINANCE, SWAP), "BINANCE:BTCUSDT.P", "BTC/USDT:USDT"),
    (table("okx", OKX), "OKX:BTCUSDT", "BTC/USDT"),
    (table("okx", OKX), "OKEX:BTC-USDT", "BTC/USDT"),
    (table("okx", OKX, SWAP), "BTC-USDT-SWAP", "BTC/USDT:USDT"),
    (table("okx", OKX, SWAP), "BTC-USDT", "BTC/USDT:USDT"),
    (table("okx", OKX, SWAP), "OKX:BTCUSDT.P", "BTC/USDT:USDT"),
    (table("okx", OKX, SWAP), "BTC-USD-SWAP", "BTC/USD:BTC"),
    (table("okx", OKX, SWAP), "BTC/USD:USDC", "BTC/USD:USDC"),
    (table("kraken", KRAKEN), "KRAKEN:XBTUSD", "BTC/USD"),
    (table("kraken", KRAKEN), "BTCUSD", "BTC/USD"),
    (table("kraken", KRAKEN), "XXBTZUSD", "BTC/USD"),
    (table("kraken", KRAKEN), "ETHXBT", "ETH/BTC"),
    (table("kraken", KRAKEN), "XDGUSD", "DOGE/USD"),
    (table("kraken", KRAKEN), "XDG/USD", "DOGE/USD"),
    (table("coinbase", COINBASE), "COINBASE:BTC-USD", "BTC/USD"),
    (table("coinbase", COINBASE), "COINBASE:BTCUSD", "BTC/USD"),
    (table("deribit", DERIBIT, SWAP), "BTC-PERPETUAL", "BTC/USD:BTC"),
    (table("deribit", DERIBIT, SWAP), "DERIBIT:BTCUSD.P", "BTC/USD:BTC"),
    (table("odd", ODD), "ABC/USD", "ABC/USD"),
    (table("odd", ODD), "ABC-USD", "ABC/USD"),
    (table("gate", BINANCE), "GATEIO:BTCUSDT", "BTC/USDT"),
    (table("htx", BINANCE), "HUOBI:BTCUSDT", "BTC/USDT"),
    (table("binance", BINANCE, overrides={"BTCUSD": "BTC/USDT"}), "BTCUSD", "BTC/USDT"),
    (table("binance", BINANCE, overrides={"BTCUSD": "BTC/USDT"}), "BINANCE:BTCUSD", "BTC/USDT"),
    (table("binance", BINANCE, overrides={"CME:BTC1!": "BTC/USDT"}), "CME:BTC1!", "BTC/USDT"),
    (table("binance", BINANCE, overrides={"ETHUSDT": "BTC/USDT"}), "ETHUSDT", "BTC/USDT"),
    (table("binance", BINANCE, other_prefixes=["COINBASE"]), "COINBASE:BTCUSDT", "BTC/USDT"),
]
# fmt: on


@pytest.mark.parametrize(("symbols", "text", "expected"), MEANT)
def test_a_symbol_means_one_market(symbols: SymbolTable, text: str, expected: str) -> None:
    assert symbols.resolve(text).symbol == expected


# fmt: off
REFUSED: Final = [
    (table("binance", BINANCE), "BTCUSDT.P", "WRONG_MARKET_TYPE", "there is BTC/USDT"),
    (table("binance", BINANCE), "BTCUSDTPERP", "WRONG_MARKET_TYPE", "market type is spot"),
    (table("binance", BINANCE), "BTC/USDT:USDT", "WRONG_MARKET_TYPE", "is a perpetual"),
    (table("okx", OKX), "BTC-USDT-SWAP", "WRONG_MARKET_TYPE", "there is BTC/USDT"),
    (table("binance", BINANCE, SWAP), "PEPEUSDT.P", "UNKNOWN_SYMBOL", "1000PEPE/USDT:USDT"),
    (table("binance", BINANCE), "1000PEPEUSDT", "WRONG_MARKET_TYPE", "PEPE/USDT"),
    (table("binance", BINANCE), "BTCUSD", "UNKNOWN_SYMBOL", "there is BTC/USDT"),
    (table("binance", BINANCE), "BTCUST", "UNKNOWN_SYMBOL", "there is BTC/USDT"),
    (table("binance", BINANCE), "DGOEUSDT", "UNKNOWN_SYMBOL", "there is DOGE/USDT"),
    (table("binance", BINANCE), "QQQQQQ", "UNKNOWN_SYMBOL", "none of its 5 is like it"),
    (table("binance", BINANCE), "", "UNKNOWN_SYMBOL", "none of its 5"),
    (table("binance", BINANCE), "BTCUSDT " * 50, "UNKNOWN_SYMBOL", "BTC/USDT"),
    (table("binance", BINANCE), "LUNAUSDT", "UNKNOWN_SYMBOL", "is not active"),
    (table("binance", BINANCE), "LUNA/USDT", "UNKNOWN_SYMBOL", "is not active"),
    (table("binance", BINANCE), "BINANCE_DL:BTCUSDT", "DELAYED_FEED", "BINANCE:BTCUSDT"),
    (table("binance", BINANCE), "CME_DLY:ES1!", "DELAYED_FEED", "use a chart of CME:ES1!"),
    (table("binance", BINANCE), "BTC1!", "CONTINUOUS_FUTURE", "there is BTC/USDT"),
    (table("binance", BINANCE, SWAP), "BTC1!", "CONTINUOUS_FUTURE", "BTC/USDT:USDT"),
    (table("binance", BINANCE), "ES1!", "CONTINUOUS_FUTURE", "which nobody trades"),
    (table("binance", BINANCE, SWAP), "BTCUSDT_261225", "DATED_FUTURE", "BTC/USDT:USDT"),
    (table("binance", BINANCE, SWAP), "BTC/USDT:USDT-261225", "DATED_FUTURE", "BTC/USDT:USDT"),
    (table("binance", BINANCE, SWAP), "BTCUSDTZ2026", "DATED_FUTURE", "BTC/USDT:USDT"),
    (table("binance", BINANCE), "BTCH27", "DATED_FUTURE", "BTC/USDT"),
    (table("binance", BINANCE), "COINBASE:BTCUSD", "OTHER_EXCHANGE", "trades at binance"),
    (table("binance", BINANCE), "BINANCEUS:BTCUSDT", "OTHER_EXCHANGE", "BINANCE"),
    (table("okx", OKX, SWAP), "BTCUSD", "AMBIGUOUS_SYMBOL", "BTC/USD:BTC, BTC/USD:USDC"),
    (table("okx", OKX, SWAP), "BTC/USD", "AMBIGUOUS_SYMBOL", "BTC/USD:BTC, BTC/USD:USDC"),
    (table("odd", ODD), "ABCUSD", "AMBIGUOUS_SYMBOL", "AB/CUSD, ABC/USD"),
    (table("odd", XBT), "XBTUSD", "UNKNOWN_SYMBOL", "there is XBT/EUR"),
]
# fmt: on


@pytest.mark.parametrize(("symbols", "text", "code", "told"), REFUSED)
def test_anything_else_is_refused_with_what_would_be_right(
    symbols: SymbolTable, text: str, code: str, told: str
) -> None:
    with pytest.raises(Denied) as caught:
        symbols.resolve(text)
    assert caught.value.code == code
    assert told in caught.value.text


def test_at_most_eight_candidates_are_named() -> None:
    raw = by_symbol(*(spot("BTC", f"Q{n:02}", f"BTCQ{n:02}") for n in range(20)))
    with pytest.raises(Denied, match=r"BTC/Q07 and 12 more$"):
        table("binance", raw).resolve("BTCXXX")


@pytest.mark.parametrize(
    ("target", "told"),
    [
        ("BTC/USD", "there is BTC/USDT"),
        ("BTC/USDT:USDT", "no active spot market"),
        ("LUNA/USDT", "no active spot market LUNA/USDT"),
        ("BTCUSDT", "there is BTC/USDT"),
    ],
)
def test_an_override_names_a_market_that_is_there(target: str, told: str) -> None:
    with pytest.raises(ConfigurationError, match=r"symbols\.BTCUSD: ") as caught:
        table("binance", BINANCE, overrides={"BTCUSD": target, "ETHUSD": "ETH/USDT"})
    assert told in str(caught.value)


def test_markets_that_cannot_be_read_are_left_out() -> None:
    raw = by_symbol(
        swap("BTC", "USDT", "USDT", "BTCUSDT", contractSize=None),
        swap("ETH", "USDT", "USDT", "ETHUSDT", contractSize="NaN"),
        swap("SOL", "USDT", "USDT", "SOLUSDT"),
    )
    assert set(table("binance", raw, SWAP).markets) == {"SOL/USDT:USDT"}


TABLES: Final = (table("binance", BINANCE), table("binance", BINANCE, SWAP), table("okx", OKX))


@given(
    st.sampled_from(TABLES),
    st.text(max_size=80) | st.text("BTCUSDETHP10XG./:-_!", max_size=16),
)
def test_no_text_breaks_it(symbols: SymbolTable, text: str) -> None:
    try:
        market = symbols.resolve(text)
    except Denied:
        return
    pair = market.base + market.quote
    letters = "".join(each for each in text.upper() if each.isalnum())
    assert pair in letters.replace("XBT", "BTC").replace("XDG", "DOGE")


@given(st.sampled_from(TABLES), st.data())
def test_every_market_is_found_by_its_own_symbol(symbols: SymbolTable, data: Any) -> None:
    symbol = data.draw(st.sampled_from(sorted(symbols.markets)))
    assert symbols.resolve(symbol) is symbols.markets[symbol]
