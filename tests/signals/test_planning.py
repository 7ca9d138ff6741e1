"""A signal's order: every field comes along, and a price is a limit only where there is one."""

from decimal import Decimal

import msgspec
import pytest

from fillgate.domain.orders import (
    MarginMode,
    Order,
    OrderType,
    PositionSide,
    QuantityUnit,
    Side,
    TimeInForce,
    TriggerPrice,
)
from fillgate.domain.signals import Action, Signal
from fillgate.signals.planning import plan_order

FULL = Signal(
    action=Action.SELL,
    symbol="BTCUSDT",
    account="the signal's own",
    order_type=OrderType.STOP_LIMIT,
    quantity=Decimal(1),
    quantity_unit=QuantityUnit.CONTRACTS,
    quote_quantity=Decimal(2),
    price=Decimal(3),
    stop_price=Decimal(4),
    trigger=TriggerPrice.MARK,
    trail=Decimal(5),
    stop_loss=Decimal(6),
    take_profit=Decimal(7),
    time_in_force=TimeInForce.GTD,
    expire_time=8,
    reduce_only=True,
    post_only=True,
    position_side=PositionSide.SHORT,
    leverage=Decimal(9),
    margin_mode=MarginMode.CROSS,
    confidence=Decimal("0.5"),
    strategy="carry",
    timestamp=10,
)


def planned(signal: Signal) -> Order:
    return plan_order(signal, account="paper", client_order_id="fg1")


def test_every_field_comes_along() -> None:
    order = msgspec.structs.asdict(planned(FULL))
    signal = msgspec.structs.asdict(FULL)
    assert None not in signal.values()
    shared = signal.keys() & order.keys() - {"account"}
    assert signal.keys() - shared == {"action", "account", "timestamp"}
    assert {name: order[name] for name in shared} == {name: signal[name] for name in shared}
    assert order["account"] == "paper"
    assert order["client_order_id"] == "fg1"
    assert order["side"] is Side.SELL


@pytest.mark.parametrize("order_type", list(OrderType))
def test_price_is_a_limit_only_on_limit_orders(order_type: OrderType) -> None:
    order = planned(msgspec.structs.replace(FULL, order_type=order_type))
    if order_type in {OrderType.LIMIT, OrderType.STOP_LIMIT, OrderType.OCO}:
        assert (order.price, order.signal_price) == (Decimal(3), None)
    else:
        assert (order.price, order.signal_price) == (None, Decimal(3))


@pytest.mark.parametrize("action", list(Action))
def test_action_becomes_side(action: Action) -> None:
    assert planned(msgspec.structs.replace(FULL, action=action)).side.value == action.value


def test_an_order_of_a_quote_quantity_has_the_quantity_0() -> None:
    order = planned(msgspec.structs.replace(FULL, quantity=None))
    assert (order.quantity, order.quote_quantity) == (Decimal(0), Decimal(2))
