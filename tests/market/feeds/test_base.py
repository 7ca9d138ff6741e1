"""The words of feeds: which price counts, and when a watch holds."""

import pytest

from fillgate.market.feeds.base import Component, Lack, NoPrices, Quote, Watch

QUOTE = Quote(bid=100, last=104, ask=105)
PRICES = {Component.BID: 100, Component.LAST: 104, Component.ASK: 105, Component.MID: 102}


@pytest.mark.parametrize("component", Component)
def test_each_component_is_its_price(component: Component) -> None:
    assert component.of(QUOTE) == PRICES[component]


@pytest.mark.parametrize("component", Component)
@pytest.mark.parametrize(("rises", "away"), [(True, 1), (False, -1)])
def test_a_watch_holds_at_its_price_and_not_a_tick_before(
    component: Component, rises: bool, away: int
) -> None:
    price = PRICES[component]
    assert Watch(component, price, rises).holds(QUOTE)
    assert Watch(component, price - away, rises).holds(QUOTE)
    assert not Watch(component, price + away, rises).holds(QUOTE)


def test_a_lack_of_prices_has_words_and_a_code() -> None:
    lack = NoPrices("no quote so far")
    assert (str(lack), lack.lack) == ("no quote so far", Lack.NONE_YET)
    assert NoPrices("8 s old, at most 5 s", Lack.STALE).lack is Lack.STALE
