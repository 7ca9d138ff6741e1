"""What the API shows."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillgate.domain.fills import Fee
from fillgate.domain.orders import OrderType
from fillgate.domain.positions import Position
from fillgate.engine.accounts import AccountSetup
from fillgate.service.plain import plain
from fillgate.service.shown import position_view
from fillgate.service.times import time_text


@given(st.integers(0, 4_000_000_000_000_000))
def test_times_are_exact(microseconds: int) -> None:
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)
    text = time_text(microseconds)
    assert datetime.fromisoformat(text) == moment
    assert len(text) == len("2026-01-01T00:00:00.000000Z")


class Thing(msgspec.Struct):
    number: Decimal
    kinds: frozenset[OrderType]
    nested: dict[str, tuple[Decimal, ...]]
    missing: str | None = None


def test_structures_become_plain_values() -> None:
    thing = Thing(
        Decimal("1.50E+3"),
        frozenset({OrderType.STOP, OrderType.LIMIT}),
        {"x": (Decimal("0.10"), Decimal(0))},
    )
    assert plain(thing) == {
        "number": "1500",
        "kinds": ["limit", "stop"],
        "nested": {"x": ["0.1", "0"]},
    }
    assert msgspec.json.encode(plain(thing))


@pytest.mark.parametrize("quantity", ["0", "-1.50"])
def test_a_position_shows_numbers_as_texts(quantity: str) -> None:
    position = Position(
        account="a",
        symbol="X",
        quantity=Decimal(quantity),
        cost=Decimal(quantity) * 10,
        cash=Decimal(20),
        fees=(Fee("USDT", Decimal("0.10")),),
    )
    shown = plain(position_view(position, {}))
    flat = quantity == "0"
    assert shown == {
        "account": "a",
        "symbol": "X",
        "quantity": "0" if flat else "-1.5",
        "average_price": None if flat else "10",
        "cost": "0" if flat else "-15",
        "realised": "20" if flat else "5",
        "fees": {"USDT": "0.1"},
        "working_buy": "0",
        "working_sell": "0",
    }


def test_an_accounts_setup_does_not_show_its_options() -> None:
    assert "hunter2" not in repr(AccountSetup("acme", {"password": "hunter2"}))
