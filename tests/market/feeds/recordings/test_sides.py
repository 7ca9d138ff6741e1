"""Who took in a recorded trade."""

import pytest

from fillgate.domain.orders import Side
from fillgate.market.feeds.recordings.sides import TickRule, parse_buyer_is_maker, parse_side

B, S = Side.BUY, Side.SELL


@pytest.mark.parametrize(
    ("text", "side"),
    [("buy", B), ("BUY", B), ("B", B), ("Sell", S), ("A", S), ("s", S), ("", None), ("N", None)],
)
def test_sides_are_read(text: str, side: Side | None) -> None:
    assert parse_side(text) is side


@pytest.mark.parametrize(
    ("text", "side"), [("true", S), ("True", S), ("1", S), ("false", B), ("FALSE", B), ("0", B)]
)
def test_where_the_buyer_rested_the_taker_sold(text: str, side: Side) -> None:
    assert parse_buyer_is_maker(text) is side


def test_other_words_are_refused() -> None:
    with pytest.raises(ValueError, match="buy or sell; found 'long'"):
        parse_side("long")
    with pytest.raises(ValueError, match="true or false, found ''"):
        parse_buyer_is_maker("")


def test_the_tick_rule() -> None:
    rule = TickRule()
    prices = [100, 100, 101, 101, 100, 100, 99, 100, 100]
    assert [rule.side(price) for price in prices] == [B, B, B, B, S, S, S, B, B]
