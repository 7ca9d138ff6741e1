"""Records: what is written is what is read."""

import msgspec
import pytest

from fillgate.domain.fills import Fee, Fill
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.numbers import parse_decimal
from fillgate.domain.orders import Order, OrderType, Side, TimeInForce
from fillgate.market.records import (
    Arrived,
    Attached,
    Closed,
    Filled,
    Funded,
    Leveraged,
    Liquidated,
    MovedUp,
    Opened,
    Queued,
    Record,
    Replaced,
    Restated,
    Settled,
    Trailed,
    Triggered,
)

D = parse_decimal
ORDER = Order(
    client_order_id="fg1",
    account="m",
    symbol="BTC/USDT",
    side=Side.SELL,
    order_type=OrderType.STOP_LIMIT,
    quantity=D("0.1"),
    price=D("59000.5"),
    stop_price=D("59001"),
    time_in_force=TimeInForce.GTC,
    strategy='"\n\u2028',
)
FILL = Fill(
    fill_id="1", quantity=D("1e-18"), price=D("9" * 38), fees=(Fee("A", D("-1")),), timestamp=5
)
RECORDS = [
    Arrived(at=1, number=1, order=ORDER),
    Attached(at=1, number=2, order=ORDER, entry=1),
    Triggered(at=2, number=1),
    Filled(at=3, number=1, fill=FILL),
    Filled(at=3, number=1, fill=FILL, maker=True, against=7),
    Closed(at=4, number=2, status=OrderStatus.CANCELED, code="A", text="b"),
    Arrived(at=1, number=1, order=ORDER, pair=1),
    Liquidated(at=5, number=3, order=ORDER),
    Replaced(at=5, number=3, order=ORDER),
    Restated(at=5, number=3, quantity=D("1.5")),
    Trailed(at=5, number=3, best=7),
    Queued(at=5, number=3, ahead=7),
    MovedUp(at=5, number=3, ahead=6),
    Opened(at=6, account="m", kind="spot", balances={"USDT": D("1e5")}),
    Funded(at=6, account="m", symbol="X", rate=D("0.0001"), price=D("5")),
    Leveraged(at=6, account="m", symbol="X", leverage=D("12.5")),
    Settled(at=6, account="m", symbol="X"),
]


@pytest.mark.parametrize("record", RECORDS)
def test_a_record_survives_its_text(record: Record) -> None:
    text = msgspec.json.encode(record)
    assert b"\n" not in text
    assert msgspec.json.decode(text, type=Record) == record
