"""Numbers: what enters is canonical and within limits, and arithmetic is exact but for division."""

from decimal import (
    ROUND_HALF_EVEN,
    Context,
    Decimal,
    DivisionByZero,
    InvalidOperation,
    localcontext,
)
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillgate.domain.numbers import (
    MAX_DIGITS,
    MAX_EXPONENT,
    ZERO,
    NumberError,
    add,
    decimal_text,
    divide,
    multiply,
    parse_decimal,
    subtract,
)

digits = st.text("0123456789", min_size=1, max_size=120)
number_texts = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["", "-"]),
    digits | st.sampled_from(["0", "1" + "0" * 60, "9" * 98]),
    st.sampled_from(["", "."]) | digits.map(lambda text: "." + text),
    st.sampled_from(["", "e0", "E+5", "e-3", "e18", "e-18", "e19", "e-19", "e018", "e999999999"]),
)
parsed = st.builds(
    lambda negative, coefficient, places: parse_decimal(
        Decimal((int(negative), tuple(int(digit) for digit in str(coefficient)), -places))
    ),
    st.booleans(),
    st.integers(0, 10**MAX_DIGITS - 1),
    st.integers(0, MAX_EXPONENT),
)


def is_within_limits(text: str) -> bool:
    """Judge a number's text slowly, by exact fractions."""
    _, _, exponent = text.lower().partition("e")
    if exponent and abs(int(exponent)) > MAX_EXPONENT:
        return False
    value = abs(Fraction(text))
    scaled = value * 10**MAX_EXPONENT
    if scaled.denominator != 1:
        return False
    while value.denominator != 1:
        value *= 10
    significant = str(value.numerator)
    return len(significant) <= MAX_DIGITS


@given(number_texts)
def test_numbers_are_read_exactly_or_refused(text: str) -> None:
    try:
        number = parse_decimal(text)
    except NumberError as error:
        refused = str(error)
    else:
        refused = ""
        assert Fraction(number) == Fraction(text)
    if len(text) <= 100 and "e018" not in text:
        assert (not refused) == is_within_limits(text)
    assert not refused or refused.startswith("expected ")


@given(st.text() | st.text("0123456789+-.eE_ \n", max_size=8))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        number = parse_decimal(text)
    except NumberError:
        return
    assert number == Decimal(text)
    assert text.isascii()
    assert not set(text) & set("_ \n")


@given(parsed)
def test_canonical_text_comes_back(number: Decimal) -> None:
    text = decimal_text(number)
    again = parse_decimal(text)
    assert (again.as_tuple(), decimal_text(again)) == (number.as_tuple(), text)
    assert "e" not in text.lower()
    assert "." not in text or not text.endswith(("0", "."))
    assert not text.startswith("-") or number < 0


@given(st.booleans(), st.integers(0, 10**40), st.integers(-40, 40))
def test_every_decimal_has_a_plain_text(negative: bool, coefficient: int, exponent: int) -> None:
    digits = tuple(int(digit) for digit in str(coefficient))
    number = Decimal((int(negative), digits, exponent))
    text = decimal_text(number)
    assert Decimal(text) == number
    assert "E" not in text
    assert "." not in text or not text.endswith(("0", "."))
    assert not text.startswith("-") or number < 0


@given(parsed, st.integers(0, 5))
def test_equal_numbers_have_one_form(number: Decimal, zeros: int) -> None:
    padded = f"{number:f}" + ("" if "." in f"{number:f}" else ".") + "0" * zeros
    shifted = f"{number.scaleb(3, Context(prec=60)):f}e-3"
    for text in (padded, shifted):
        if len(text) <= 100:
            assert parse_decimal(text).as_tuple() == number.as_tuple()


@given(parsed, parsed)
def test_texts_are_equal_where_numbers_are(a: Decimal, b: Decimal) -> None:
    assert (decimal_text(a) == decimal_text(b)) == (a == b)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("-0", "0"),
        ("-0.00", "0"),
        ("007", "7"),
        ("1.", "1"),
        (".5", "0.5"),
        ("1e18", "1" + "0" * 18),
        ("1e-18", "0.000000000000000001"),
        ("9" * 38, "9" * 38),
        ("1" + "0" * 37, "1" + "0" * 37),
        ("0" * 99 + "1", "1"),
        (12, "12"),
        (-12, "-12"),
        (Decimal("1.50E+3"), "1500"),
        (Decimal("-0.000"), "0"),
    ],
)
def test_accepted(value: str | int | Decimal, text: str) -> None:
    assert decimal_text(parse_decimal(value)) == text


@pytest.mark.parametrize(
    "value",
    [
        "",
        "-",
        ".",
        "e5",
        "1e",
        "1e+",
        "+1",
        "--1",
        " 1",
        "1 ",
        "1\n",
        "1_000",
        "1,5",
        "0x10",
        "\u0661",
        "\uff11",
        "nan",
        "NaN",
        "sNaN",
        "Infinity",
        "-inf",
        "1e19",
        "1e-19",
        "1e999999999999",
        "0e999",
        "0.0000000000000000001",
        "9" * 39,
        "1" + "0" * 38,
        "1" + "0" * 97,
        "9" * 98,
        "0." + "9" * 97,
        "1." + "0" * 96 + "1",
        "1" * 60_000,
        10**38,
        Decimal("NaN"),
        Decimal("Infinity"),
        Decimal("1e-19"),
        Decimal("1e1000000"),
        1.5,
        True,
        None,
        b"1",
        [],
    ],
    ids=lambda value: repr(value)[:20],
)
def test_refused(value: str) -> None:
    with pytest.raises(NumberError, match=r"^expected ") as caught:
        parse_decimal(value)
    assert len(str(caught.value)) < 120


def test_integers_too_long_for_text_are_refused() -> None:
    with pytest.raises(NumberError):
        parse_decimal(1 << 100_000)


@given(parsed, parsed, parsed)
def test_sums_and_products_are_exact(a: Decimal, b: Decimal, c: Decimal) -> None:
    exact = Fraction(a) * Fraction(b) + Fraction(c) - Fraction(a)
    assert Fraction(subtract(add(multiply(a, b), c), a)) == exact


@given(parsed, parsed, parsed)
def test_quotients_are_rounded_once_half_even_at_36_places(
    a: Decimal, b: Decimal, c: Decimal
) -> None:
    product = multiply(a, c)
    if not b:
        with pytest.raises((DivisionByZero, InvalidOperation)):
            divide(product, b)
        return
    scaled = Fraction(product) / Fraction(b) * 10**36
    assert Fraction(divide(product, b)) == Fraction(round(scaled), 10**36)


def test_a_quotient_just_above_a_half_is_rounded_up() -> None:
    half = parse_decimal("0.000000000000000001")
    slightly_more = add(multiply(half, half), Decimal("2e-74"))
    assert divide(slightly_more, Decimal(2)) == Decimal("1e-36")


@given(parsed, parsed)
def test_nobody_elses_context_matters(a: Decimal, b: Decimal) -> None:
    expected = (add(a, b), multiply(a, b), divide(a, b) if b else ZERO, decimal_text(a))
    with localcontext(Context(prec=3, rounding=ROUND_HALF_EVEN)):
        found = (add(a, b), multiply(a, b), divide(a, b) if b else ZERO, decimal_text(a))
    assert found == expected
