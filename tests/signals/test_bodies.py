"""The table of fields: what the published schema is made from."""

import msgspec
import pytest

from fillgate.domain.signals import Signal
from fillgate.signals.bodies import AlertBody, OrderBody, OrderTerms
from fillgate.signals.fields import BodyReader


@pytest.mark.parametrize("kind", [AlertBody, OrderBody])
def test_schema_describes_every_field(kind: type[OrderTerms]) -> None:
    (_, components) = msgspec.json.schema_components([kind])
    properties = components[kind.__name__]["properties"]
    assert list(properties) == list(BodyReader(kind).names)
    for name, schema in properties.items():
        described = [schema, *schema.get("anyOf", ()), *schema.get("allOf", ())]
        assert any("description" in part for part in described), name


def test_terms_are_those_of_a_signal() -> None:
    terms = {field.name for field in msgspec.structs.fields(OrderTerms)}
    signal = {field.name for field in msgspec.structs.fields(Signal)}
    assert signal - terms == {"action", "quantity_unit"}
    assert terms <= signal


def test_only_what_is_always_needed_is_required() -> None:
    required = {
        kind: {field.name for field in msgspec.structs.fields(kind) if field.required}
        for kind in (AlertBody, OrderBody)
    }
    assert required == {AlertBody: {"symbol", "action"}, OrderBody: {"symbol", "side"}}
