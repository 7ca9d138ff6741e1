"""Settings: what is read, and that errors name the key, what was found and what would be right."""

from decimal import Decimal
from enum import StrEnum
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillgate.domain.errors import ConfigurationError
from fillgate.domain.numbers import decimal_text
from fillgate.domain.options import read_options

D = Decimal


class Mode(StrEnum):
    PAPER = "paper"
    LIVE = "live"


class Limits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    largest: Decimal = D(1)


class Options(msgspec.Struct, frozen=True, kw_only=True):
    url: str
    port: int = 80
    fee: Decimal = D("0.1")
    cap: Decimal | None = None
    mode: Mode = Mode.PAPER
    symbols: tuple[str, ...] = ()
    on: bool = True
    limits: Limits = Limits()
    balances: dict[str, Decimal] = {}
    fees: list[Decimal] = []
    ladder: tuple[Limits, ...] = ()
    api_key: str = msgspec.field(default="", name="api-key")


def refused(**options: object) -> str:
    table = {"url": "u", **options}
    with pytest.raises(ConfigurationError) as caught:
        read_options(Options, {k: v for k, v in table.items() if v is not ...}, "accounts.mock")
    return str(caught.value)


def test_settings_are_read_into_the_structure() -> None:
    table: dict[str, Any] = {
        "url": "u",
        "port": 8080,
        "fee": 0.25,
        "cap": "1000",
        "mode": "live",
        "symbols": ["A", "B"],
        "on": False,
        "limits": {"largest": 5},
        "api-key": "k",
    }
    assert read_options(Options, table, "x") == Options(
        url="u",
        port=8080,
        fee=D("0.25"),
        cap=D(1000),
        mode=Mode.LIVE,
        symbols=("A", "B"),
        on=False,
        limits=Limits(largest=D(5)),
        api_key="k",
    )


def test_defaults_stay() -> None:
    assert read_options(Options, {"url": "u"}, "x") == Options(url="u")


@pytest.mark.parametrize(
    ("value", "number"),
    [(1, "1"), ("1.50", "1.5"), (0.1, "0.1"), (1e-7, "0.0000001"), ("1e3", "1000")],
)
@pytest.mark.parametrize("key", ["fee", "cap"])
def test_decimals_are_exact(key: str, value: object, number: str) -> None:
    found = getattr(read_options(Options, {"url": "u", key: value}, "x"), key)
    assert isinstance(found, Decimal)
    assert decimal_text(found) == number


@pytest.mark.parametrize(
    "value", ["1_000", "0x10", " 1", "", True, float("nan"), float("inf"), 1e300, [1]]
)
@pytest.mark.parametrize("key", ["fee", "cap"])
def test_no_numbers_are_refused_by_key(key: str, value: object) -> None:
    assert refused(**{key: value}).startswith(f"`accounts.mock.{key}`: expected ")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"prot": 80}, ["`accounts.mock.prot` is not a setting", "did you mean `port`?"]),
        ({"api_key": "k"}, ["`accounts.mock.api_key`", "did you mean `api-key`?"]),
        ({"zzzzz": 80}, ["`accounts.mock.zzzzz`", "known: api-key, balances, cap,"]),
        ({"url": ...}, ["`accounts.mock.url`: expected text in quotes, found nothing"]),
        ({"port": "eighty"}, ["`accounts.mock.port`: expected a whole number", "found 'eighty'"]),
        ({"port": 80.5}, ["`accounts.mock.port`: expected a whole number", "found 80.5"]),
        ({"port": True}, ["`accounts.mock.port`: expected a whole number", "found True"]),
        ({"on": "yes"}, ["`accounts.mock.on`: expected true or false", "found 'yes'"]),
        ({"mode": "demo"}, ["`accounts.mock.mode`: expected one of paper, live, found 'demo'"]),
        ({"symbols": "A"}, ["`accounts.mock.symbols`: expected a list", "found 'A'"]),
        ({"symbols": ["A", 1]}, ["`accounts.mock.symbols[1]`: expected text in quotes"]),
        ({"limits": {"largst": 1}}, ["`accounts.mock.limits.largst`", "did you mean `largest`?"]),
        ({"limits": 5}, ["`accounts.mock.limits`: expected a table", "found 5"]),
        ({"limits": {"largest": "x"}}, ["`accounts.mock.limits.largest`"]),
    ],
)
def test_errors_name_key_found_and_right(options: dict[str, object], words: list[str]) -> None:
    text = refused(**options)
    for word in words:
        assert word in text


def inner_tables(value: object) -> dict[str, dict[str, Any]]:
    return {
        "limits.largest": {"limits": {"largest": value}},
        "balances.USDT": {"balances": {"USDT": value}},
        "fees[1]": {"fees": [1, value]},
        "ladder[0].largest": {"ladder": [{"largest": value}]},
    }


INNER = list(inner_tables(0))


@pytest.mark.parametrize("value", [0.1, 1e-7, "0.10", 3])
@pytest.mark.parametrize("place", INNER)
def test_decimals_further_inside_are_exact_too(place: str, value: float | str) -> None:
    found = read_options(Options, {"url": "u", **inner_tables(value)[place]}, "x")
    numbers = {
        "limits.largest": lambda: found.limits.largest,
        "balances.USDT": lambda: found.balances["USDT"],
        "fees[1]": lambda: found.fees[1],
        "ladder[0].largest": lambda: found.ladder[0].largest,
    }
    assert decimal_text(numbers[place]()) == decimal_text(D(str(value)))


@pytest.mark.parametrize("value", ["1e400", float("inf"), "1_000", " 1", "NaN", True])
@pytest.mark.parametrize("place", INNER)
def test_decimals_further_inside_obey_the_same_rules(place: str, value: object) -> None:
    assert f"`accounts.mock.{place}`: expected " in refused(**inner_tables(value)[place])


@pytest.mark.parametrize("value", [["hunter2"], {"a": "hunter2"}, 123456])
def test_credentials_are_not_shown(value: object) -> None:
    text = refused(**{"api-key": value})
    assert "`accounts.mock.api-key`: expected text in quotes" in text
    assert "hunter2" not in text
    assert "123456" not in text


def test_what_stands_within_tables_is_not_shown() -> None:
    assert "hunter2" not in refused(port={"password": "hunter2"})


json_like = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)


@given(
    st.dictionaries(
        st.sampled_from(["url", "port", "fee", "cap", "mode", "symbols", "limits"]) | st.text(),
        json_like,
    )
)
def test_any_table_is_read_or_refused(table: dict[str, object]) -> None:
    try:
        read_options(Options, table, "x")
    except ConfigurationError as error:
        text = str(error)
    else:
        return
    assert text.startswith("`x")
