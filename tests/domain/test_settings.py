"""What is declared of a setting, and what follows from it."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

import msgspec
import pytest

from fillgate.domain.errors import ConfigurationError
from fillgate.domain.options import read_options
from fillgate.domain.settings import Setting, declared, shown


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


def even(number: int) -> None:
    if number % 2:
        raise ValueError(f"expected an even number, found {number}")


class Table(msgspec.Struct, frozen=True, kw_only=True):
    needed: Annotated[str, Setting("Text.", example="x")]
    plain: int = 1
    both: Annotated[float, Setting("A.", unit="seconds", least=0, most=Decimal("0.1"))] = 0.1
    above: Annotated[Decimal, Setting("B.", above=0, most=600)] = Decimal(1)
    least: Annotated[int, Setting("C.", least=1)] = 1
    most: Annotated[int, Setting("D.", most=1_000_000)] = 1
    word: Annotated[str, Setting("E.", words=("a", "b"))] = "a"
    colour: Annotated[Colour, Setting("F.")] = Colour.RED
    colours: Annotated[frozenset[Colour], Setting("G.")] = frozenset()
    twice: Annotated[int | None, Setting("H.", check=even, form="an even number")] = None
    inner: Annotated[list[int], Setting("I.")] = msgspec.field(default_factory=list, name="in-ner")


FIELDS = declared(Table)


@pytest.mark.parametrize(
    ("key", "bounds"),
    [
        ("needed", ""),
        ("plain", ""),
        ("both", "0 to 0.1 seconds"),
        ("above", "above 0 and at most 600"),
        ("least", "at least 1"),
        ("most", "at most 1000000"),
        ("word", "one of a, b"),
        ("colour", "one of red, blue"),
        ("colours", "any of red, blue"),
        ("twice", "an even number"),
    ],
)
def test_bounds_in_words(key: str, bounds: str) -> None:
    assert FIELDS[key].bounds == bounds


def test_what_is_declared() -> None:
    assert list(FIELDS) == [*list(FIELDS)[:-1], "in-ner"]
    assert [name for name, field in FIELDS.items() if field.needed] == ["needed"]
    assert FIELDS["both"].kind is float
    assert FIELDS["in-ner"].default == []
    assert FIELDS["needed"].example == "x"
    assert FIELDS["most"].example == 1


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("both", 0.1),
        ("both", 0),
        ("above", "0.001"),
        ("above", 600),
        ("most", -5),
        ("twice", 4),
        ("colours", ["red"]),
    ],
)
def test_what_is_within_is_taken(key: str, value: object) -> None:
    read_options(Table, {"needed": "x", key: value}, "t")


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("both", 0.11, "expected 0 to 0.1 seconds, found 0.11"),
        ("both", float("nan"), "expected 0 to 0.1 seconds, found nan"),
        ("above", 0, "expected above 0 and at most 600, found 0"),
        ("least", 0, "expected at least 1, found 0"),
        ("most", 1_000_001, "expected at most 1000000, found 1000001"),
        ("word", "c", "expected one of a, b, found 'c'"),
        ("word", "c" * 500, f"expected one of a, b, found '{'c' * 59}..."),
        ("colour", "green", "expected one of red, blue, found 'green'"),
        ("colours", ["green"], "expected any of red, blue, found 'green'"),
        ("twice", 3, "expected an even number, found 3"),
    ],
)
def test_what_is_beyond_is_refused(key: str, value: Any, words: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read_options(Table, {"needed": "x", key: value}, "t")
    place = f"{key}[0]" if isinstance(value, list) else key
    assert str(caught.value) == f"`t.{place}`: {words}"


class Outer(msgspec.Struct, frozen=True):
    table: Table
    many: tuple[Table, ...] = ()


def test_bounds_hold_further_inside_and_all_is_told_at_once() -> None:
    inner = {"needed": "x", "word": "c", "least": 0}
    with pytest.raises(ConfigurationError) as caught:
        read_options(Outer, {"table": inner, "many": [{"word": "a"}], "tabel": 1}, "t")
    assert caught.value.findings == (
        "`t.table.word`: expected one of a, b, found 'c'",
        "`t.table.least`: expected at least 1, found 0",
        "`t.many[0].needed`: expected text in quotes, found nothing",
        "`t.tabel` is not a setting; did you mean `table`?",
    )


def test_values_as_errors_show_them() -> None:
    assert shown(Decimal("1.50")) == "1.5"
    assert shown(Decimal("nan")) == "Decimal('NaN')"
    assert shown("x") == "'x'"
    assert shown("x" * 100) == f"'{'x' * 59}..."


class Hidden(msgspec.Struct, frozen=True, kw_only=True):
    pin: Annotated[int, Setting("A.", most=9999, secret=True)] = 0
    token: Annotated[str, Setting("B.", words=("a", "b"))] = "a"
    key: Colour = Colour.RED


@pytest.mark.parametrize(
    ("name", "value"), [("pin", 123456), ("token", "123456"), ("key", "123456")]
)
def test_a_hidden_value_is_not_shown(name: str, value: object) -> None:
    with pytest.raises(ConfigurationError, match=r"expected .*, found something else") as caught:
        read_options(Hidden, {name: value}, "t")
    assert "123456" not in str(caught.value)
