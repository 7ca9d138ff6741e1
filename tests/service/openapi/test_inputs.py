"""What the schemas of bodies say of values is what their readers do."""

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fillgate.service.findings import FindingBody
from fillgate.service.openapi.inputs import body_schema
from fillgate.signals.bodies import AlertBody, OrderBody
from fillgate.signals.fields import BodyReader
from fillgate.signals.json_text import parse_object
from fillgate.signals.refusals import Refusal
from tests.service.conformity import DOCUMENT, validator

BODIES: dict[str, type[Any]] = {
    "AlertBody": AlertBody,
    "OrderBody": OrderBody,
    "FindingBody": FindingBody,
}

FIELDS = [
    (name, field)
    for name in BODIES
    for field in DOCUMENT["components"]["schemas"][name]["properties"]
]

NUMBERS = st.one_of(
    st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-10, max_value=10),
    st.integers(-5, 5 * 10**12),
).map(str)
TEXTS = st.one_of(
    NUMBERS,
    NUMBERS.map(lambda number: f"{number}e{len(number)}"),
    st.from_regex(r"[+-]?[0-9.]{1,6}([eE][+-]?[0-9]{0,4})?", fullmatch=True),
    st.sampled_from(
        ["buy", "SELL", "Limit", "stop_Loss", "gtc", "mark", "long", "cross", "filled"]
    ),
    st.sampled_from(["2026-11-22T20:34:02Z", "2026-11-22 20:34", "2026-13-01T00:00:00Z", "1e18"]),
    st.text(max_size=300),
    st.text(st.characters(max_codepoint=127), max_size=300),
)
VALUES = st.one_of(
    TEXTS.map(json.dumps),
    NUMBERS,
    st.floats(allow_nan=False, allow_infinity=False).map(json.dumps),
    st.sampled_from(["null", "true", "false", "[]", "{}", "-0", "1e400", "0.0"]),
)


def is_taken(kind: str, field: str, value: str) -> bool:
    """Tell whether the reader of a field takes a value, written as JSON."""
    try:
        members = parse_object(f'{{"{field}": {value}}}'.encode())
        reader = BodyReader(BODIES[kind])._readers[field]
        found = members[field]
        # What null means is the business of the whole body.
        if found is not None:
            reader(field, found)
    except Refusal:
        return False
    return True


@pytest.mark.parametrize(("kind", "field"), FIELDS)
@given(value=VALUES)
@example(value='"' + "x" * 64 + '"')
@example(value='"' + "x" * 65 + '"')
@example(value='"' + "x" * 128 + '"')
@example(value='"' + "x" * 129 + '"')
@example(value='"' + "x" * 255 + '"')
@example(value='"' + "x" * 256 + '"')
@example(value='""')
@example(value="9" * 38)
@example(value="9" * 39)
@example(value="1e38")
@example(value="0.7")
@example(value="946684800")
@example(value="4102444800000")
@example(value="4102444801")
def test_what_a_schema_forbids_is_refused(kind: str, field: str, value: str) -> None:
    schema = DOCUMENT["components"]["schemas"][kind]["properties"][field]
    taken = is_taken(kind, field, value)
    optional = field not in DOCUMENT["components"]["schemas"][kind]["required"]
    if value == "null":
        assert validator(json.dumps(schema)).is_valid(None) == optional
    elif taken:
        assert validator(json.dumps(schema)).is_valid(json.loads(value)), "taken, but forbidden"


# Where the form is all that counts, the schema is exact.
EXACT: dict[str, tuple[str, ...]] = {
    "boolean": ("reduce_only", "post_only"),
    "choice": ("order_type", "action", "trigger", "time_in_force", "position_side", "margin_mode"),
    "identifier": ("id",),
}


@pytest.mark.parametrize("field", [name for names in EXACT.values() for name in names])
@given(value=VALUES)
def test_what_a_schema_of_a_word_allows_is_taken(field: str, value: str) -> None:
    schema = DOCUMENT["components"]["schemas"]["AlertBody"]["properties"][field]
    if value != "null" and validator(json.dumps(schema)).is_valid(json.loads(value)):
        assert is_taken("AlertBody", field, value)


@pytest.mark.parametrize("kind", BODIES)
def test_a_body_has_a_schema_for_each_field(kind: str) -> None:
    schema = DOCUMENT["components"]["schemas"][kind]
    fields = BODIES[kind].__struct_fields__
    assert tuple(schema["properties"]) == fields
    assert all(member["description"] for member in schema["properties"].values())
    assert (schema.get("additionalProperties") is False) == (kind != "AlertBody")


def test_numbers_are_numbers_or_strings() -> None:
    schema: dict[str, Any] = body_schema(OrderBody, others=None)["properties"]["quantity"]
    assert [each["type"] for each in schema["anyOf"]] == ["number", "string", "null"]
