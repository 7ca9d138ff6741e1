"""The table of exchanges holds together, and what is not in it is dealt with safely."""

from collections import Counter

import pytest

from fillgate.plugins.ccxt.venues import (
    LISTED,
    ClientIdForm,
    Evidence,
    LookupWay,
    MarketType,
    Venue,
    market_types_of,
    venue_of,
)


@pytest.mark.parametrize("market_type", MarketType)
def test_an_exchange_that_is_not_listed_is_never_looked_at(market_type: MarketType) -> None:
    venue = venue_of("nowhere", market_type)
    assert venue == Venue(exchange="nowhere")
    assert (venue.evidence, venue.lookup) == (Evidence.NONE, LookupWay.NONE)
    assert not venue.replace
    assert not venue.attached_stops
    assert venue.stop_param is None


def test_a_market_type_that_is_not_listed_has_the_safe_defaults() -> None:
    assert venue_of("kraken", MarketType.SWAP) == Venue(exchange="kraken")
    assert market_types_of("kraken") == {MarketType.SPOT}


def test_of_an_exchange_that_is_not_listed_any_market_may_be_traded() -> None:
    assert market_types_of("nowhere") == set(MarketType)


def test_no_market_has_two_entries() -> None:
    counted = Counter((each.exchange, kind) for each in LISTED for kind in each.market_types)
    assert set(counted.values()) == {1}


def test_every_entry_is_found_by_its_markets() -> None:
    for venue in LISTED:
        assert venue.market_types
        for market_type in venue.market_types:
            assert venue_of(venue.exchange, market_type) is venue


def test_binance_replaces_in_one_step_only_on_its_perpetuals() -> None:
    assert not venue_of("binance", MarketType.SPOT).replace
    assert venue_of("binance", MarketType.SWAP).replace


@pytest.mark.parametrize("venue", LISTED, ids=lambda venue: venue.exchange)
def test_an_entry_is_consistent(venue: Venue) -> None:
    assert venue.evidence is not Evidence.NONE
    assert (venue.client_id_param is None) == (venue.client_id_field is None)
    assert venue.attached_stops <= venue.market_types
    if venue.stop_param is None:
        assert not any((venue.rise_params, venue.fall_params, venue.waiting_list))
        assert not venue.triggers
    assert all(status >= 500 for status in venue.refuses_with)
    if venue.client_id_param is None:
        assert venue.lookup is LookupWay.NONE
        assert venue.cancel_param is None
    if venue.lookup is LookupWay.FETCH_ORDER:
        assert venue.lookup_param is not None
    if venue.order_lists is not None:
        # Names made from an id are only known again where ids stay what they are.
        assert venue.client_id_form is ClientIdForm.AS_IS
        assert venue.market_types == venue.attached_stops == {MarketType.SPOT}
        assert venue.evidence is Evidence.PRACTICE
    if venue.evidence is Evidence.DECLARED:
        assert not venue.replace
        assert venue.stop_param is None
        assert (venue.trail_param, venue.expiry) == (None, None)
        assert not venue.attached_stops
    else:
        assert venue.source is not None


def test_what_is_only_declared_and_looked_up_has_a_window() -> None:
    for venue in LISTED:
        if venue.evidence is Evidence.DECLARED and venue.lookup is not LookupWay.NONE:
            assert venue.lookup_window_seconds is not None, venue.exchange
