"""Positions: against a slow, obvious book of lots, kept in exact fractions."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillgate.domain.executions import Totals
from fillgate.domain.fills import Fee
from fillgate.domain.orders import Side
from fillgate.domain.positions import Position

D = Decimal
FLAT = Position(account="a", symbol="X")

quantities = st.decimals("0.001", 50, places=3)
prices = st.decimals("0.01", 1000, places=2)
trades = st.tuples(st.sampled_from(Side), quantities, prices)


class Book:
    """Average cost by hand: one lot of one price, closed bit by bit."""

    def __init__(self) -> None:
        self.quantity = Fraction(0)
        self.average = Fraction(0)
        self.realised = Fraction(0)

    def trade(self, side: Side, quantity: Decimal, price: Decimal) -> None:
        signed, at = Fraction(quantity) * side.sign, Fraction(price)
        closing = -signed if self.quantity * signed < 0 else Fraction(0)
        if abs(closing) > abs(self.quantity):
            closing = self.quantity
        self.realised += closing * (at - self.average)
        opening = signed + closing
        self.quantity -= closing
        if opening:
            cost = self.quantity * self.average + opening * at
            self.quantity += opening
            self.average = cost / self.quantity


def trade(position: Position, side: Side, quantity: Decimal, price: Decimal) -> Position:
    after = Totals(quantity=quantity, notional=quantity * price)
    return position.executed(side, Totals(), after)


def close(found: Decimal | None, expected: Fraction) -> bool:
    return found is not None and abs(Fraction(found) - expected) < Fraction(1, 10**25)


@given(st.lists(trades, max_size=15))
def test_positions_are_those_of_the_book(made: list[tuple[Side, Decimal, Decimal]]) -> None:
    position, book = FLAT, Book()
    for side, quantity, price in made:
        position = trade(position, side, quantity, price)
        book.trade(side, quantity, price)
        assert Fraction(position.quantity) == book.quantity
        assert close(position.realised, book.realised)
        if book.quantity:
            assert close(position.average_price, book.average)
        else:
            assert position.average_price is None


@given(st.lists(trades, max_size=15))
def test_cash_is_conserved_exactly(made: list[tuple[Side, Decimal, Decimal]]) -> None:
    position = FLAT
    for side, quantity, price in made:
        position = trade(position, side, quantity, price)
    paid = sum((side.sign * quantity * price for side, quantity, price in made), D(0))
    assert position.cash == -paid
    if position.quantity:
        closing = Side.SELL if position.quantity > 0 else Side.BUY
        position = trade(position, closing, abs(position.quantity), D(100))
        paid += closing.sign * abs(sum((s.sign * q for s, q, _ in made), D(0))) * 100
    assert (position.quantity, position.cost) == (D(0), D(0))
    assert position.realised == -paid


@given(st.sampled_from(Side), st.lists(st.tuples(quantities, prices), min_size=1, max_size=6))
def test_an_order_filled_in_parts_is_one_position(
    side: Side, parts: list[tuple[Decimal, Decimal]]
) -> None:
    position, before = FLAT, Totals()
    for quantity, price in parts:
        after = Totals(
            quantity=before.quantity + quantity, notional=before.notional + quantity * price
        )
        position, before = position.executed(side, before, after), after
    assert position == FLAT.executed(side, Totals(), before)
    assert position.average_price == before.average_price


@pytest.mark.parametrize(
    ("made", "quantity", "average", "realised"),
    [
        ([(Side.BUY, "2", "100")], "2", "100", "0"),
        ([(Side.BUY, "2", "100"), (Side.BUY, "2", "110")], "4", "105", "0"),
        ([(Side.BUY, "2", "100"), (Side.SELL, "1", "110")], "1", "100", "10"),
        ([(Side.BUY, "2", "100"), (Side.SELL, "2", "90")], "0", None, "-20"),
        ([(Side.BUY, "2", "100"), (Side.SELL, "5", "110")], "-3", "110", "20"),
        ([(Side.SELL, "2", "100"), (Side.BUY, "5", "90")], "3", "90", "20"),
        (
            [(Side.SELL, "2", "100"), (Side.SELL, "2", "110"), (Side.BUY, "1", "100")],
            "-3",
            "105",
            "5",
        ),
    ],
)
def test_by_hand(
    made: list[tuple[Side, str, str]], quantity: str, average: str | None, realised: str
) -> None:
    position = FLAT
    for side, amount, price in made:
        position = trade(position, side, D(amount), D(price))
    assert position.quantity == D(quantity)
    assert position.average_price == (None if average is None else D(average))
    assert position.realised == D(realised)


def test_a_corrected_price_goes_where_the_execution_went() -> None:
    inferred = Totals(quantity=D(2), notional=D(0))
    real = Totals(quantity=D(2), notional=D(200))
    opened = FLAT.executed(Side.BUY, Totals(), inferred).executed(Side.BUY, inferred, real)
    assert (opened.average_price, opened.realised) == (D(100), D(0))
    closed = opened.executed(Side.SELL, Totals(), inferred).executed(Side.SELL, inferred, real)
    assert (closed.quantity, closed.cost, closed.realised) == (D(0), D(0), D(0))


@given(st.lists(trades, max_size=6), st.sampled_from(Side), quantities, prices, prices)
def test_a_corrected_price_moves_exactly_the_difference(
    made: list[tuple[Side, Decimal, Decimal]],
    side: Side,
    quantity: Decimal,
    wrong: Decimal,
    right: Decimal,
) -> None:
    position = FLAT
    for one in made:
        position = trade(position, *one)
    inferred = Totals(quantity=quantity, notional=quantity * wrong)
    real = Totals(quantity=quantity, notional=quantity * right)
    corrected = position.executed(side, Totals(), inferred).executed(side, inferred, real)
    at_once = position.executed(side, Totals(), real)
    assert corrected.quantity == at_once.quantity
    assert corrected.cash == at_once.cash


@given(st.sampled_from(Side), quantities, prices, prices)
def test_a_corrected_price_of_an_opening_is_as_if_it_had_been_known(
    side: Side, quantity: Decimal, wrong: Decimal, right: Decimal
) -> None:
    inferred = Totals(quantity=quantity, notional=quantity * wrong)
    real = Totals(quantity=quantity, notional=quantity * right)
    corrected = FLAT.executed(side, Totals(), inferred).executed(side, inferred, real)
    assert corrected == FLAT.executed(side, Totals(), real)


def test_fees_are_kept_by_asset_and_follow_their_totals() -> None:
    one = Totals(quantity=D(1), notional=D(100), fees=(Fee("USDT", D("0.1")),))
    two = Totals(
        quantity=D(2), notional=D(200), fees=(Fee("USDT", D("0.2")), Fee("BNB", D("-0.01")))
    )
    position = FLAT.executed(Side.BUY, Totals(), one).executed(Side.BUY, one, two)
    position = position.executed(Side.SELL, Totals(), one)
    assert position.fees == (Fee("USDT", D("0.3")), Fee("BNB", D("-0.01")))
    assert (position.average_price, position.realised) == (D(100), D(0))


def test_fees_told_differently_later_are_corrected() -> None:
    in_usdt = Totals(quantity=D(1), notional=D(100), fees=(Fee("USDT", D("0.1")),))
    in_bnb = Totals(quantity=D(1), notional=D(100), fees=(Fee("BNB", D("0.01")),))
    position = FLAT.executed(Side.BUY, Totals(), in_usdt).executed(Side.BUY, in_usdt, in_bnb)
    assert {fee.asset: fee.amount for fee in position.fees if fee.amount} == {"BNB": D("0.01")}


huge = st.sampled_from([D(10) ** 37, D("1e-18"), D("0.000000000000000007"), D("9" * 38), D(3)])


@given(st.lists(st.tuples(st.sampled_from(Side), huge, huge), max_size=6))
def test_extreme_numbers_do_no_harm(made: list[tuple[Side, Decimal, Decimal]]) -> None:
    position = FLAT
    for side, quantity, price in made:
        after = Totals(quantity=quantity, notional=D(int(Fraction(quantity) * Fraction(price))))
        position = position.executed(side, Totals(), after)
    assert position.average_price is None or position.average_price.is_finite()
    assert position.realised.is_finite()
