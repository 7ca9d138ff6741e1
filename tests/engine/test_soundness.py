"""Soundness against a slow oracle: what was told is what comes back when it is written and read."""

from decimal import Decimal
from enum import StrEnum
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillgate.domain.fills import Fee, Fill
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.orders import Side
from fillgate.domain.reports import ExecutionReport, ExecutionResult
from fillgate.engine.soundness import is_sound

FEE = Fee("USDT", Decimal("0.1"))
FILL = Fill(fill_id="f", quantity=Decimal(1), price=Decimal(100), fees=(FEE,), timestamp=1)
RESULT = ExecutionResult(
    success=True,
    order_id="v",
    filled_quantity=Decimal(1),
    average_price=Decimal(100),
    timestamp=1,
    status=OrderStatus.FILLED,
    fees=(FEE,),
    fills=(FILL,),
)
REPORT = ExecutionReport(
    order_id="v",
    symbol="BTC/USDT",
    side=Side.BUY,
    status=OrderStatus.NEW,
    fees=(FEE,),
    fills=(FILL,),
    timestamp=1,
)


class Other(StrEnum):
    NEW = "NEW"


class Text(str):
    __slots__ = ()


def survives(told: ExecutionResult | ExecutionReport) -> bool:
    """Tell whether a reader of the journal gets what was told."""
    try:
        again: Any = msgspec.json.decode(msgspec.json.encode(told), type=type(told))
    except Exception:  # noqa: BLE001 - whatever it is, it cannot be written and read
        return False
    return bool(again == told)


odd = st.sampled_from(
    [None, True, 0, 1, -1, 1.5, float("nan"), "", "v", "\ud800", "NEW", b"v", [], (), (1,)]
    + [(FEE,), [FEE], (FILL,), (None,), {}, Other.NEW, OrderStatus.NEW, Side.SELL, Text("v")]
    + [Decimal(number) for number in ("0", "1", "-1", "NaN", "sNaN", "Infinity", "1E+40", "1E-40")]
    + [object(), 2**70]
)


def changed(told: Any, changes: dict[str, Any]) -> Any:
    return msgspec.structs.replace(told, **changes)


@given(
    told=st.sampled_from([RESULT, REPORT]),
    changes=st.dictionaries(
        st.sampled_from(sorted({*RESULT.__struct_fields__} & {*REPORT.__struct_fields__})),
        odd,
        max_size=2,
    ),
    inner=st.dictionaries(st.sampled_from(FILL.__struct_fields__), odd, max_size=1),
)
def test_what_is_sound_survives_the_journal(
    told: Any, changes: dict[str, Any], inner: dict[str, Any]
) -> None:
    told = changed(told, {"fills": (changed(FILL, inner),)} | changes)
    if is_sound(told):
        assert survives(told)


@pytest.mark.parametrize("told", [RESULT, REPORT])
def test_what_is_as_declared_is_sound(told: Any) -> None:
    assert is_sound(told)
    assert is_sound(changed(told, {"timestamp": 2**70, "fees": (), "fills": ()}))
    assert is_sound(changed(told, {"average_price": Decimal("-0.5")}))


UNSOUND = [
    {"filled_quantity": 1.0},
    {"filled_quantity": 1},
    {"filled_quantity": Decimal(-1)},
    {"filled_quantity": Decimal("NaN")},
    {"average_price": Decimal("sNaN")},
    {"average_price": Decimal("Infinity")},
    {"average_price": Decimal("1E+40")},
    {"average_price": Decimal("1E-40")},
    {"order_id": "\ud800"},
    {"order_id": 7},
    {"status": "NEW"},
    {"status": Other.NEW},
    {"timestamp": True},
    {"timestamp": "1"},
    {"fees": [FEE]},
    {"fees": (Fee("USDT", 0.1),)},  # type: ignore[arg-type]  # what a plugin may do
    {"fees": (Fee("\ud800", Decimal(1)),)},
    {"fills": (FEE,)},
    {"fills": (changed(FILL, {"quantity": Decimal(-1)}),)},
    {"fills": (changed(FILL, {"price": Decimal("NaN")}),)},
    {"fills": (changed(FILL, {"fees": (None,)}),)},
    {"fills": None},
]


@pytest.mark.parametrize("changes", UNSOUND, ids=repr)
@pytest.mark.parametrize("told", [RESULT, REPORT], ids=["result", "report"])
def test_what_is_not_as_declared_is_unsound(told: Any, changes: dict[str, Any]) -> None:
    assert not is_sound(changed(told, changes))


def test_a_kind_of_its_own_is_unsound() -> None:
    class Mine(ExecutionResult, frozen=True):
        more: int = 0

    assert not is_sound(Mine(success=True, order_id="v", timestamp=1))
