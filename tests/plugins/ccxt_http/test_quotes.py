import json
from decimal import Decimal

import httpx2
import pytest

from fillgate.domain.market import MarketData
from fillgate.plugins.ccxt_http.quotes import check_health, market_data, ticker_path
from fillgate.plugins.ccxt_http.wire import Answer, ServiceFailure

NOW = 1_767_225_600_000


def quote(content: object, status: int = 200) -> MarketData:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return market_data("BTC/USDT", Answer(status, body), NOW)


@pytest.mark.parametrize(
    ("symbol", "path"),
    [
        ("BTCUSDT", "/ticker/BTCUSDT"),
        ("BTC/USDT", "/ticker/BTC%2FUSDT"),
        ("BTC/USDT:USDT", "/ticker/BTC%2FUSDT%3AUSDT"),
        ("a b?c#d%", "/ticker/a%20b%3Fc%23d%25"),
        ("Ä", "/ticker/%C3%84"),
    ],
)
def test_the_symbol_is_one_segment_and_httpx2_leaves_it(symbol: str, path: str) -> None:
    assert ticker_path(symbol) == path
    assert httpx2.URL("http://host/base" + path).raw_path == b"/base" + path.encode()


def test_a_quote() -> None:
    content = b'{"symbol":"BTC/USDT","bid":99.1,"ask":"99.3","last":99.2,"volume":1e3,"x":[1]}'
    assert quote(content) == MarketData(
        symbol="BTC/USDT",
        bid=Decimal("99.1"),
        ask=Decimal("99.3"),
        last=Decimal("99.2"),
        volume=Decimal(1000),
        timestamp=NOW,
    )


def test_bid_and_ask_may_be_missing() -> None:
    found = quote({"last": 1, "bid": None})
    assert (found.bid, found.ask, found.last) == (None, None, Decimal(1))


@pytest.mark.parametrize(
    ("timestamp", "milliseconds"),
    [
        (b"1767225601", 1_767_225_601_000),
        (b"1767225601.5", 1_767_225_601_500),
        (b'"1767225601"', 1_767_225_601_000),
        (b"1767225601000", 1_767_225_601_000),
        (b"1767225601000.9", 1_767_225_601_000),
        (b"1.767225601e9", 1_767_225_601_000),
        (b"null", NOW),
    ],
)
def test_timestamps(timestamp: bytes, milliseconds: int) -> None:
    assert quote(b'{"last":1,"timestamp":' + timestamp + b"}").timestamp == milliseconds


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no JSON"),
        (b"<html>", "no JSON"),
        (b"[]", "no object"),
        ({}, "neither bid nor ask nor last"),
        ({"bid": None, "volume": 3}, "neither bid nor ask nor last"),
        ({"last": "a lot"}, "last: expected a number"),
        (b'{"last": NaN}', "NaN"),
        (b'{"last": 1, "last": 2}', "twice"),
        ({"last": 1, "timestamp": "2026-01-01T00:00:00Z"}, "timestamp: expected a number"),
        ({"last": 1, "timestamp": -1}, "Unix seconds or milliseconds"),
        ({"last": 1, "timestamp": 1_767_225_601_000_000}, "Unix seconds or milliseconds"),
    ],
)
def test_what_is_no_quote(content: object, words: str) -> None:
    with pytest.raises(ServiceFailure, match=words) as caught:
        quote(content)
    assert "BTC/USDT" in str(caught.value)


@pytest.mark.parametrize("status", [301, 400, 404, 500])
def test_an_http_error_is_no_quote(status: int) -> None:
    with pytest.raises(ServiceFailure, match=f"HTTP {status} no such market"):
        quote({"detail": "no such market", "last": 1}, status)


@pytest.mark.parametrize("status", [200, 201, 204, 299])
@pytest.mark.parametrize("body", [b"", b"OK", b"{}", b'{"status":"ok"}', b'{"status":"healthy"}'])
def test_well(status: int, body: bytes) -> None:
    check_health(Answer(status, body))


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (200, b'{"status":"error"}', "status error"),
        (200, b'{"status":"DOWN","detail":"no exchange"}', "status DOWN no exchange"),
        (200, b'{"status":"unhealthy"}', "status unhealthy"),
        (199, b"", "HTTP 199"),
        (302, b'{"status":"ok"}', "HTTP 302"),
        (404, b"<html>", "HTTP 404"),
        (503, b'{"message":"starting"}', "HTTP 503 starting"),
    ],
)
def test_not_well(status: int, body: bytes, words: str) -> None:
    with pytest.raises(ServiceFailure, match=words):
        check_health(Answer(status, body))
