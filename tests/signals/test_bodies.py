"""The table of fields: what the published schema is made from."""

from typing import get_type_hints

import msgspec
import pytest

from fillgate.domain.signals import Signal
from fillgate.signals.bodies import AlertBody, OrderBody, OrderTerms
from fillgate.signals.fields import BodyReader


def field_of(kind: type[msgspec.Struct], name: str) -> msgspec.structs.FieldInfo:
    return next(field for field in msgspec.structs.fields(kind) if field.name == name)


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


@pytest.mark.parametrize("name", OrderTerms.__struct_fields__)
def test_terms_have_the_types_and_defaults_of_a_signal(name: str) -> None:
    of_body, of_signal = get_type_hints(OrderTerms)[name], get_type_hints(Signal)[name]
    assert of_body == of_signal
    assert field_of(OrderTerms, name).default == field_of(Signal, name).default


def test_only_what_is_always_needed_is_required() -> None:
    required = {
        kind: {field.name for field in msgspec.structs.fields(kind) if field.required}
        for kind in (AlertBody, OrderBody)
    }
    assert required == {AlertBody: {"symbol", "action"}, OrderBody: {"symbol", "side"}}
