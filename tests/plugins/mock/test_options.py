"""The settings of a mock account."""

from decimal import Decimal
from typing import Any

import pytest

from fillgate.domain.errors import ConfigurationError
from fillgate.plugins.mock.options import MockOptions, read_mock_options

WRONG: list[tuple[dict[str, Any], str]] = [
    ({"spread_bps": -1}, "`accounts.m.spread_bps`: expected 0 to 5000 basis points, found -1"),
    (
        {"spread_bps": "5000.01"},
        "`accounts.m.spread_bps`: expected 0 to 5000 basis points, found 5000.01",
    ),
    (
        {"impact_bps": 10_001},
        "`accounts.m.impact_bps`: expected 0 to 10000 basis points, found 10001",
    ),
    (
        {"taker_fee_bps": -0.5},
        "`accounts.m.taker_fee_bps`: expected 0 to 1000 basis points, found -0.5",
    ),
    (
        {"account": "cash"},
        "`accounts.m.account`: expected one of unlimited, spot, margin, found 'cash'",
    ),
    (
        {"balances": {"USDT": "much"}},
        "`accounts.m.balances.USDT`: expected a number, found 'much'",
    ),
    (
        {"instruments": {"BTC/USDT": {"tik": 1}}},
        "`accounts.m.instruments.BTC/USDT.tik` is not a setting; did you mean `tick`?",
    ),
    (
        {"instruments": {"BTC/USDT": {"lot": 0}}},
        "`accounts.m.instruments.BTC/USDT.lot`: expected above 0, found 0",
    ),
    ({"latency_ms": -1}, "`accounts.m.latency_ms`: expected 0 to 600000 milliseconds, found -1"),
    ({"reject_rate": 1.1}, "`accounts.m.reject_rate`: expected 0 to 1, found 1.1"),
    ({"unknown_rate": "2"}, "`accounts.m.unknown_rate`: expected 0 to 1, found 2"),
    ({"volatility": 11}, "`accounts.m.volatility`: expected 0 to 10, found 11"),
    ({"volatility": "nan"}, "`accounts.m.volatility`: expected a number, found 'nan'"),
    ({"seed": "x"}, "`accounts.m.seed`: expected a whole number, got text in quotes; found 'x'"),
    ({"sede": 1}, "`accounts.m.sede` is not a setting; did you mean `seed`?"),
    (
        {"ledger_path": 5},
        "`accounts.m.ledger_path`: expected text in quotes, got a whole number; found 5",
    ),
    (
        {"prices_from": "main", "replay": "x.csv"},
        "`accounts.m`: give `replay` or `prices_from`, not both",
    ),
    (
        {"leverage": 3},
        (
            '`accounts.m`: `leverage` has an effect with `account = "margin"` only, found '
            '`account = "unlimited"`; leave it out, or change the account'
        ),
    ),
    (
        {"account": "spot", "funding_bps": 1},
        (
            '`accounts.m`: `funding_bps` has an effect with `account = "margin"` only, found '
            '`account = "spot"`; leave it out, or change the account'
        ),
    ),
]


def test_everything_has_a_default() -> None:
    assert read_mock_options({}, "accounts.m") == MockOptions()


def test_numbers_are_taken_as_toml_has_them() -> None:
    options = read_mock_options(
        {"seed": 7, "spread_bps": 2.5, "reject_rate": "0.1", "ledger_path": "x"}, "accounts.m"
    )
    assert (options.seed, options.ledger_path) == (7, "x")
    assert (options.spread_bps, options.reject_rate) == (Decimal("2.5"), Decimal("0.1"))


@pytest.mark.parametrize(("config", "text"), WRONG)
def test_what_is_wrong_is_named(config: dict[str, Any], text: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read_mock_options(config, "accounts.m")
    assert str(caught.value) == text


@pytest.mark.parametrize("key", ["spread_bps", "impact_bps", "maker_fee_bps", "latency_ms"])
def test_zero_is_allowed(key: str) -> None:
    assert getattr(read_mock_options({key: 0}, "accounts.m"), key) == 0
