"""What a table is by the names of its columns."""

import pytest

from fillgate.market.feeds.recordings.columns import BadColumns, Field, Kind, find_columns

# As their sources write them.
TABLES = {
    "binance bookTicker": (
        "update_id,best_bid_price,best_bid_qty,best_ask_price,best_ask_qty,transaction_time,event_time",
        Kind.QUOTES,
        {"TIME": 5, "BID": 1, "BID_SIZE": 2, "ASK": 3, "ASK_SIZE": 4},
    ),
    "binance trades": (
        "id,price,qty,quote_qty,time,is_buyer_maker",
        Kind.TRADES,
        {"TIME": 4, "PRICE": 1, "SIZE": 2, "BUYER_IS_MAKER": 5},
    ),
    "binance aggTrades": (
        "agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker",
        Kind.TRADES,
        {"TIME": 5, "PRICE": 1, "SIZE": 2, "BUYER_IS_MAKER": 6},
    ),
    "binance klines": (
        "open_time,open,high,low,close,volume,close_time,quote_volume,count",
        Kind.BARS,
        {"TIME": 0, "OPEN": 1, "HIGH": 2, "LOW": 3, "CLOSE": 4, "VOLUME": 5},
    ),
    "databento mbp-1": (
        "ts_recv,ts_event,action,side,price,size,bid_px_00,ask_px_00,bid_sz_00,ask_sz_00",
        Kind.QUOTES,
        {"TIME": 0, "BID": 6, "ASK": 7, "BID_SIZE": 8, "ASK_SIZE": 9},
    ),
    "coinapi quotes": (
        "time_exchange;time_coinapi;ask_price;ask_size;bid_price;bid_size",
        Kind.QUOTES,
        {"TIME": 1, "ASK": 2, "ASK_SIZE": 3, "BID": 4, "BID_SIZE": 5},
    ),
    "coinapi bars": (
        "time_period_start,time_period_end,price_open,price_high,price_low,price_close,volume_traded",
        Kind.BARS,
        {"TIME": 0, "OPEN": 2, "HIGH": 3, "LOW": 4, "CLOSE": 5, "VOLUME": 6},
    ),
    "tardis quotes": (
        "exchange,symbol,timestamp,local_timestamp,ask_amount,ask_price,bid_price,bid_amount",
        Kind.QUOTES,
        {"TIME": 3, "ASK_SIZE": 4, "ASK": 5, "BID": 6, "BID_SIZE": 7},
    ),
    "ccxt trades": (
        "timestamp,datetime,side,price,amount",
        Kind.TRADES,
        {"TIME": 0, "SIDE": 2, "PRICE": 3, "SIZE": 4},
    ),
    "by hand": (
        " Time , Bid Price,ASK-PRICE,Last",
        Kind.QUOTES,
        {"TIME": 0, "BID": 1, "ASK": 2, "LAST": 3},
    ),
}


@pytest.mark.parametrize("source", TABLES)
def test_the_columns_of_usual_sources_are_known(source: str) -> None:
    names, kind, places = TABLES[source]
    found, fields = find_columns(names.replace(";", ",").split(","))
    assert found is kind
    assert fields == {Field[name]: place for name, place in places.items()}


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ("", "expected columns named time, bid, ask; or time, open"),
        ("time,bid", "found time, bid"),
        ("1704067200,42000,42100", "expected columns named"),
        ("time,price,size,amount", "one column of the size, found 'size' and 'amount'"),
        ("time,bid,best bid,ask", "one column of the bid, found 'bid' and 'best bid'"),
        ("time,bid,ask,Time", "each column once, found 'Time' twice"),
    ],
)
def test_what_does_not_say_what_it_is_is_refused(names: str, words: str) -> None:
    with pytest.raises(BadColumns, match=words):
        find_columns(names.split(",") if names else [])


def test_a_name_stands_for_one_thing() -> None:
    names = [name for field in Field for name in field.value]
    assert len(names) == len(set(names))
