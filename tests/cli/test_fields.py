"""The options of `send` are the fields of the bodies that the service reads."""

import json

import msgspec
import pytest
import typer

from fillgate.cli.fields import ALERT, ORDER, Field, body_of
from fillgate.signals.bodies import AlertBody, OrderBody


@pytest.mark.parametrize(
    ("table", "body", "left_out"),
    [
        # A secret does not belong on a command line; `exchange` is an older name.
        (ALERT, AlertBody, {"secret"}),
        (ORDER, OrderBody, {"exchange"}),
    ],
)
def test_every_field_of_a_body_has_an_option(
    table: tuple[Field, ...], body: type[msgspec.Struct], left_out: set[str]
) -> None:
    fields = {field.name: field for field in msgspec.structs.fields(body)}
    assert {field.name for field in table} == fields.keys() - left_out
    assert {field.name for field in table if field.required} == {
        name for name, field in fields.items() if field.required
    }
    assert {field.name for field in table if field.flag} == {
        name for name, field in fields.items() if field.default is False
    }


def test_numbers_are_handed_on_as_they_were_typed() -> None:
    digits = "0.10000000000000000000000000000000001"
    values = {"symbol": "BTC/USDT", "side": "buy", "quantity": digits, "price": None}
    body = body_of(ORDER, values | {"reduce_only": True, "post_only": False})
    assert json.loads(body) == {
        "symbol": "BTC/USDT",
        "side": "buy",
        "quantity": digits,
        "reduce_only": True,
    }


def test_a_required_field_is_asked_for() -> None:
    with pytest.raises(typer.BadParameter, match="--action"):
        body_of(ALERT, {"symbol": "BTC/USDT", "action": None})
