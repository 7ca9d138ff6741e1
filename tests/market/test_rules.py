"""Which orders the venue refuses."""

from decimal import Decimal
from typing import Any

import pytest

from fillgate.domain.numbers import ZERO
from fillgate.domain.orders import Order, OrderType, Side, TimeInForce, TriggerPrice
from fillgate.market.feeds.base import Quote
from fillgate.market.listings import Amendment, listing
from fillgate.market.rules import (
    CAPABILITIES,
    Circumstances,
    Refusal,
    expiry,
    reducible,
    refusal_of,
)

NOW = 1_767_225_600_000_000 + 3_600_000_000
LISTING = listing("BTCUSDT").amended(Amendment(minimum_notional=Decimal("0.01")))
QUOTE = Quote(5_999_400, 6_000_000, 6_000_600)
BID, LAST, ASK = Decimal(59994), Decimal(60000), Decimal(60006)
B, S = Side.BUY, Side.SELL
T, F = OrderType, TimeInForce

REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"order_type": T.TRAILING_STOP}, "INVALID_PRICE"),
    ({"order_type": T.TRAILING_STOP, "trail": ZERO}, "INVALID_PRICE"),
    ({"order_type": T.TRAILING_STOP, "trail": Decimal("0.005")}, "INVALID_PRICE"),
    ({"quote_quantity": Decimal(100)}, "UNSUPPORTED_QUANTITY"),
    ({"quantity": ZERO}, "INVALID_QUANTITY"),
    ({"quantity": Decimal(-1)}, "INVALID_QUANTITY"),
    ({"quantity": Decimal("0.00000015")}, "INVALID_QUANTITY"),
    ({"quantity": Decimal("0.0000001")}, "MINIMUM_NOTIONAL"),
    (
        {"order_type": T.LIMIT, "price": Decimal("0.01"), "quantity": Decimal("0.9")},
        "MINIMUM_NOTIONAL",
    ),
    ({"order_type": T.LIMIT, "price": Decimal("59999.995")}, "INVALID_PRICE"),
    ({"stop_loss": Decimal("0.001")}, "INVALID_PRICE"),
    ({"order_type": T.LIMIT}, "INVALID_PRICE"),
    ({"order_type": T.LIMIT, "price": ZERO}, "INVALID_PRICE"),
    ({"order_type": T.STOP}, "INVALID_PRICE"),
    ({"order_type": T.STOP_LIMIT, "stop_price": LAST}, "INVALID_PRICE"),
    ({"order_type": T.STOP_LIMIT, "price": LAST}, "INVALID_PRICE"),
    ({"order_type": T.TAKE_PROFIT, "stop_price": Decimal(-5)}, "INVALID_PRICE"),
    ({"price": ZERO}, "INVALID_PRICE"),
    ({"stop_price": Decimal(-1)}, "INVALID_PRICE"),
    ({"stop_loss": ZERO}, "INVALID_PRICE"),
    ({"take_profit": Decimal(-1)}, "INVALID_PRICE"),
    ({"time_in_force": F.GTD}, "INVALID_EXPIRE_TIME"),
    ({"time_in_force": F.GTD, "expire_time": NOW // 1000}, "INVALID_EXPIRE_TIME"),
    ({"post_only": True}, "INVALID_POST_ONLY"),
    ({"post_only": True, "order_type": T.STOP, "stop_price": LAST}, "INVALID_POST_ONLY"),
    (
        {"post_only": True, "order_type": T.LIMIT, "price": BID, "time_in_force": F.IOC},
        "INVALID_POST_ONLY",
    ),
    ({"reduce_only": True}, "REDUCE_ONLY_REJECTED"),
    ({"reduce_only": True, "side": S, "stop_loss": Decimal(1)}, "INVALID_STOPS"),
    ({"stop_loss": LAST}, "INVALID_STOPS"),
    ({"take_profit": LAST}, "INVALID_STOPS"),
    ({"side": S, "stop_loss": LAST}, "INVALID_STOPS"),
    ({"side": S, "take_profit": LAST}, "INVALID_STOPS"),
    (
        {"order_type": T.LIMIT, "price": Decimal(50000), "stop_loss": Decimal(50000)},
        "INVALID_STOPS",
    ),
]

TAKEN: list[dict[str, Any]] = [
    {},
    {"side": S, "reduce_only": True},
    {"order_type": T.LIMIT, "price": Decimal("0.01")},
    # Whether it would be executed is for the book to say.
    {"post_only": True, "order_type": T.LIMIT, "price": ASK},
    {"order_type": T.TRAILING_STOP, "trail": Decimal("0.01")},
    {"order_type": T.STOP, "stop_price": ASK, "trigger": TriggerPrice.MARK},
    # What closes a position may be small.
    {"side": S, "reduce_only": True, "quantity": Decimal("0.0000001")},
    {"post_only": True, "order_type": T.STOP_LIMIT, "price": ASK, "stop_price": ASK},
    {"time_in_force": F.GTD, "expire_time": NOW // 1000 + 1},
    {"time_in_force": F.DAY},
    {"stop_loss": LAST - 1, "take_profit": LAST + 1},
    {"side": S, "stop_loss": LAST + 1, "take_profit": LAST - 1},
    {"order_type": T.LIMIT, "price": Decimal(50000), "take_profit": Decimal(50001)},
    {"leverage": Decimal(10)},
]


def judged(fields: dict[str, Any]) -> Refusal | None:
    basis: dict[str, Any] = {"client_order_id": "a", "account": "m", "symbol": "BTCUSDT", "side": B}
    order = Order(**{**basis, "quantity": Decimal(1), **fields})
    return refusal_of(Circumstances(order, NOW, LISTING, QUOTE, Decimal(2)))


def test_the_quote_is_what_the_tables_take_it_for() -> None:
    assert [LISTING.price(ticks) for ticks in QUOTE] == [BID, LAST, ASK]


@pytest.mark.parametrize(("fields", "code"), REFUSED)
def test_refused(fields: dict[str, Any], code: str) -> None:
    refusal = judged(fields)
    assert isinstance(refusal, Refusal)
    assert refusal.code == code
    assert refusal.text.endswith(".")


@pytest.mark.parametrize("fields", TAKEN)
def test_taken(fields: dict[str, Any]) -> None:
    assert judged(fields) is None


def test_every_type_is_taken() -> None:
    assert set(T) == CAPABILITIES.order_types


@pytest.mark.parametrize(
    ("time_in_force", "expire_time", "end"),
    [
        (None, None, None),
        (F.GTC, 5, None),
        (F.GTD, 1_800_000_000_000, 1_800_000_000_000_000),
        (F.DAY, None, 1_767_225_600_000_000 + 86_400_000_000),
    ],
)
def test_when_an_orders_time_is_over(
    time_in_force: TimeInForce | None, expire_time: int | None, end: int | None
) -> None:
    order = Order(
        client_order_id="a",
        account="m",
        symbol="X",
        side=B,
        quantity=Decimal(1),
        time_in_force=time_in_force,
        expire_time=expire_time,
    )
    assert expiry(order, NOW) == end


@pytest.mark.parametrize(
    ("side", "position", "quantity"),
    [(B, -3, 3), (B, 3, 0), (B, 0, 0), (S, 3, 3), (S, -3, 0), (S, 0, 0)],
)
def test_what_can_be_reduced(side: Side, position: int, quantity: int) -> None:
    assert reducible(side, Decimal(position)) == quantity
