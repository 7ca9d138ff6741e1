"""ccxt's instances: who waits for whom, and what they were made to leave out."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from ccxt.base.errors import InvalidNonce

from fillgate.domain.errors import ConfigurationError
from fillgate.engine.clock import SystemClock
from fillgate.plugins.ccxt import CcxtPlugin
from fillgate.plugins.ccxt.clients import Maker, exchange_class, fee_attached, hosts_of
from fillgate.plugins.ccxt.options import read_settings, tls_context
from fillgate.plugins.ccxt.sessions import Network
from fillgate.plugins.ccxt.turns import Nonces, Turns
from fillgate.plugins.ccxt.venue_time import VenueTime
from fillgate.plugins.ccxt.venues import MarketType, venue_of
from tests.ccxt.plugins.ccxt.conftest import an_order
from tests.ccxt.plugins.ccxt.exchange import Exchange, config_of, json_answer
from tests.plugins.ccxt_http.service import Peer, Request

KEY = "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQQ=="


def maker(exchange: str, **settings: Any) -> Maker:
    given = {"exchange": exchange, "api_key": "a-made-up-key", "secret": KEY} | settings
    options, credentials = read_settings(given, "accounts.a")
    return Maker(
        kind=exchange_class(exchange, "accounts.a"),
        options=options,
        credentials=credentials,
        venue=venue_of(exchange, options.market_type),
        clock=SystemClock(),
        time=VenueTime(SystemClock(), lambda _ahead: None),
        turns=Turns(),
        nonces=Nonces(),
    )


@pytest.fixture
async def kraken(exchange: Exchange, tmp_path: Path) -> AsyncIterator[tuple[Any, Any]]:
    """Two instances of one account at a venue that wants one request after another."""
    own = {"exchange": "kraken", "request_interval": 0.001}
    config = config_of(exchange, tmp_path, secret=KEY) | own
    made = maker(**config)
    network = Network(
        tls=tls_context(made.options, "accounts.a"),
        connect_seconds=2,
        practice=("127.0.0.1", exchange.port),
        hosts=hosts_of(made.make(None)),
    )
    sessions = network.for_orders(2, 9), network.for_questions(2)
    orders, questions = made.make(sessions[0], for_orders=True), made.make(sessions[1])
    yield orders, questions
    for each in (orders, questions):
        await each.close()
    for session in sessions:
        await session.close()


async def test_a_serial_venue_hears_one_request_at_a_time_with_growing_numbers(
    exchange: Exchange, kraken: tuple[Any, Any]
) -> None:
    under_way, most, heard = 0, 0, []

    async def hear(peer: Peer, request: Request) -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        heard.append(request)
        await asyncio.sleep(0.01)
        under_way -= 1
        await peer.send(json_answer({"error": [], "result": {}}))

    exchange.answers |= {
        ("POST", "/0/private/Balance"): hear,
        ("POST", "/0/private/CancelOrder"): hear,
    }
    orders, questions = kraken
    asked = [asyncio.ensure_future(questions.private_post_balance()) for _ in range(4)]
    while not heard:  # noqa: ASYNC110 - of the exchange's side there is no event
        await asyncio.sleep(0.001)
    ordered = asyncio.ensure_future(orders.private_post_cancelorder({"txid": "T"}))
    await asyncio.gather(*asked, ordered)
    assert most == 1
    nonces = [int(parse_qs(request.body.decode())["nonce"][0]) for request in heard]
    assert nonces == sorted(set(nonces))
    places = [request.target for request in heard]
    assert places.index("/0/private/CancelOrder") < len(places) - 1


async def test_a_refused_nonce_has_the_venues_clock_asked_and_both_instances_go_by_it(
    exchange: Exchange, kraken: tuple[Any, Any]
) -> None:
    venues_time = 2_000_000_000
    exchange.answers |= {
        ("POST", "/0/private/Balance"): json_answer({"error": ["EAPI:Invalid nonce"]}),
        ("GET", "/0/public/Time"): json_answer({"error": [], "result": {"unixtime": venues_time}}),
        ("POST", "/0/private/AddOrder"): json_answer({"error": [], "result": {"txid": ["T"]}}),
        ("POST", "/0/private/OpenOrders"): json_answer({"error": [], "result": {"open": {}}}),
    }
    orders, questions = kraken
    with pytest.raises(InvalidNonce):
        await questions.private_post_balance()
    assert not exchange.said("GET", "/0/public/Time")
    await orders.private_post_addorder({"volume": "1"})
    await questions.private_post_openorders()
    paths = [request.target for request in exchange.requests]
    assert paths == [
        "/0/private/Balance", "/0/public/Time", "/0/private/AddOrder", "/0/private/OpenOrders",
    ]  # fmt: skip
    for request in exchange.requests[2:]:
        assert abs(int(parse_qs(request.body.decode())["nonce"][0]) - venues_time * 1000) < 5_000


async def test_an_order_waits_for_no_question(account: CcxtPlugin, exchange: Exchange) -> None:
    exchange.answers["GET", "/api/v3/openOrders"] = json_answer([])
    asked = [asyncio.ensure_future(account.open_orders()) for _ in range(5)]
    await asyncio.sleep(0)
    await account.execute_order(an_order())
    assert not all(each.done() for each in asked)
    for each in asked:
        each.cancel()
    await asyncio.gather(*asked, return_exceptions=True)


def test_how_fast_requests_follow_each_other_can_be_set() -> None:
    given = {"exchange": "binance", "api_key": "k", "secret": "s"}
    own = maker(**given).make(None)
    slower, faster = (
        maker(**given, request_interval=seconds).make(None) for seconds in (2.0, 0.001)
    )
    assert (slower.rateLimit, faster.rateLimit) == (2000, 1)
    for each in (own, slower, faster):
        assert each.tokenBucket["refillRate"] == 1 / each.rateLimit
    assert faster.rateLimit < own.rateLimit < slower.rateLimit


def test_what_would_pay_others_is_found() -> None:
    assert fee_attached(maker("binance").make(None)) is None
    bare = exchange_class("hyperliquid", "a")({})
    assert fee_attached(bare) == "builderFee"
    made = maker("hyperliquid", market_type=MarketType.SWAP.value).make(None)
    assert fee_attached(made) is None


def test_an_exchange_that_ccxt_does_not_know_is_told_with_the_nearest() -> None:
    with pytest.raises(ConfigurationError, match="did you mean 'binance'"):
        exchange_class("binanse", "accounts.a")


def test_a_test_network_that_ccxt_does_not_know_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="has no test network"):
        maker("kraken", testnet=True).make(None)


def test_numbers_keep_the_digits_of_the_venues_json() -> None:
    made = maker("binance").make(None)
    price, identity = "0.1000000000000000055511151231257827", 90071992547409931
    read = made.parse_json(f'{{"price": {price}, "id": {identity}}}')
    assert read == {"price": price, "id": identity}
    assert made.options["maxRetriesOnFailure"] == 0
