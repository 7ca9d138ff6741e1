"""What is said of a type is true of its values."""

from decimal import Decimal
from typing import Annotated, Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Meta

from fillgate.domain.capabilities import Capabilities
from fillgate.domain.events import Event
from fillgate.domain.market import MarketData
from fillgate.domain.numbers import decimal_text
from fillgate.domain.orders import Order
from fillgate.service.openapi.schemas import DECIMAL_PATTERN
from fillgate.service.plain import DecimalString, plain, plain_type, whole_type
from fillgate.service.shown import STORY_EVENTS
from tests.service.conformity import DOCUMENT, validator

numbers = st.decimals(allow_nan=False, allow_infinity=False, places=8).map(
    lambda number: Decimal(decimal_text(number))
)
st.register_type_strategy(Decimal, numbers)
st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_every_decimal_is_shown_as_the_pattern_says(number: Decimal) -> None:
    shown = plain(number)
    assert validator(f'{{"pattern": {msgspec.json.encode(DECIMAL_PATTERN).decode()}}}').is_valid(
        shown
    )
    assert Decimal(shown) == number


def published(kind: type) -> Any:
    """Return what checks values against the schema that is published of a type."""
    return validator(f'{{"$ref": "#/components/schemas/{kind.__name__}"}}')


@pytest.mark.parametrize("kind", [*STORY_EVENTS, Order, Capabilities], ids=lambda k: k.__name__)
@given(data=st.data())
def test_plain_values_are_of_the_plain_type(kind: type[Event], data: st.DataObject) -> None:
    value = data.draw(st.from_type(kind))
    found = msgspec.json.decode(msgspec.json.encode(plain(value)))
    published(kind).validate(found)
    # Strictly so: nothing is shown that the type does not tell of.
    assert found.keys() <= {field.name for field in msgspec.structs.fields(plain_type(kind))}


def test_a_quote_is_of_the_plain_type() -> None:
    quote = MarketData(symbol="X", bid=Decimal("1.50"), timestamp=1, extra={"depth": [1, None]})
    found = plain(quote)
    assert found == {"symbol": "X", "bid": "1.5", "timestamp": 1, "extra": {"depth": [1, None]}}
    published(MarketData).validate(found)


class Told(msgspec.Struct, kw_only=True):
    """Something."""

    needed: str | None
    """None where nobody knows."""
    spare: Annotated[int, Meta(ge=0)] | None = None
    """None for none."""
    text: DecimalString | None = None
    rest: tuple[Decimal, ...] = ()


def test_none_is_null_or_not_there() -> None:
    assert plain(Told(needed=None)) == {"needed": None, "rest": []}
    schema = msgspec.json.schema(plain_type(Told), schema_hook=lambda _: {"type": "string"})
    told = schema["$defs"]["Told"]
    assert told["required"] == ["needed", "rest"]
    assert told["properties"]["needed"]["description"] == "null where nobody knows."
    assert told["properties"]["spare"] == {
        "type": "integer",
        "minimum": 0,
        "description": "absent for none.",
    }


def test_what_is_encoded_as_it_stands_has_all_its_fields() -> None:
    schema = msgspec.json.schema(whole_type(Told), schema_hook=lambda _: {"type": "string"})
    told = schema["$defs"]["Told"]
    assert told["required"] == ["needed", "spare", "text", "rest"]
    assert {"type": "null"} in told["properties"]["spare"]["anyOf"]


def test_the_document_has_each_type_once() -> None:
    names = list(DOCUMENT["components"]["schemas"])
    assert not [name for name in names if "." in name or "_" in name], "two types of one name"
