from decimal import Decimal
from enum import Enum
from typing import Any, ClassVar

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fillgate.domain.events import EVENT_TYPES, Event, OrderAbsent, SubmissionAnswered
from fillgate.domain.fills import Fee
from fillgate.domain.numbers import decimal_text
from fillgate.domain.positions import Position
from fillgate.domain.reports import ExecutionResult
from fillgate.journal.codec import UPCASTERS, Codec, UnreadableEvent, encode, encode_plain
from tests.journal.strategies import events, structs


def plain(value: Any) -> Any:
    """What should stand in the JSON: the slow and obvious way."""
    match value:
        case Decimal():
            return decimal_text(value)
        case Enum():
            return value.value
        case tuple():
            return [plain(item) for item in value]
        case msgspec.Struct():
            fields = msgspec.structs.fields(value)
            keep = type(value).__struct_config__.omit_defaults
            return {
                field.name: plain(getattr(value, field.name))
                for field in fields
                if not (keep and getattr(value, field.name) == field.default)
            }
    return value


@pytest.mark.parametrize("kind", EVENT_TYPES)
@settings(max_examples=20)
@given(data=st.data())
def test_every_kind_is_read_as_it_was_written(kind: type[Event], data: st.DataObject) -> None:
    event = data.draw(structs(kind))
    stored = encode(event)
    assert stored[:2] == (kind.kind, kind.version)
    assert Codec().decode(stored) == event


@settings(max_examples=60)
@given(events)
def test_what_is_stored_has_decimals_in_canonical_text(event: Event) -> None:
    _, _, data = encode(event)
    assert msgspec.json.decode(data) == plain(event)


@settings(max_examples=30)
@given(structs(Position))
def test_rows_have_decimals_in_canonical_text(position: Position) -> None:
    assert msgspec.json.decode(encode_plain(position)) == plain(position)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("1E+3", "1000"),
        ("1.2E-7", "0.00000012"),
        ("-1.20E-7", "-0.00000012"),
        ("0E-20", "0"),
        ("0.00000012", "0.00000012"),
        ("12345.678", "12345.678"),
        ("1E-36", "0." + "0" * 35 + "1"),
    ],
)
def test_no_exponent_is_ever_stored(number: str, text: str) -> None:
    fees = (Fee("E-", Decimal(number)),)
    result = ExecutionResult(success=True, timestamp=1, filled_quantity=Decimal(number), fees=fees)
    event = SubmissionAnswered(client_order_id="1E+5", result=result)
    stored = encode(event)
    seen = msgspec.json.decode(stored[2])
    assert seen["client_order_id"] == "1E+5"
    assert seen["result"]["fees"] == [{"asset": "E-", "amount": text}]
    assert seen["result"].get("filled_quantity", "0") == text
    assert Codec().decode(stored) == event


class Renamed(Event, frozen=True, kw_only=True):
    kind: ClassVar[str] = "renamed"
    version: ClassVar[int] = 3
    amount: Decimal
    unit: str


UPCASTS = {
    ("renamed", 1): lambda old: {"amount": old["size"]},
    ("renamed", 2): lambda old: {**old, "unit": "base"},
}


@pytest.mark.parametrize(
    ("version", "data"),
    [
        (1, b'{"size":"1.5"}'),
        (2, b'{"amount":"1.5"}'),
        (3, b'{"amount":"1.5","unit":"base"}'),
    ],
)
def test_older_versions_are_brought_up_to_date(version: int, data: bytes) -> None:
    codec = Codec((Renamed,), UPCASTS)
    assert codec.decode(("renamed", version, data)) == Renamed(amount=Decimal("1.5"), unit="base")


@pytest.mark.parametrize(
    ("stored", "words"),
    [
        (("order-teleported", 1, b"{}"), "unknown kind 'order-teleported'"),
        (("renamed", 4, b"{}"), "renamed of version 4.*up to 3"),
        (("renamed", 1, b'{"size":"1"'), "renamed of version 1"),
        (("renamed", 3, b'{"unit":"base"}'), "renamed of version 3.*amount"),
        (("renamed", 3, b'{"amount":"x","unit":"base"}'), r"renamed of version 3.*\$.amount"),
        (("renamed", 3, b'{"amount":"1","unit":"\xff"}'), "renamed of version 3"),
        (("renamed", 0, b"{}"), "no way from version 0 to 1"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(stored: tuple[str, int, bytes], words: str) -> None:
    with pytest.raises(UnreadableEvent, match=words):
        Codec((Renamed,), UPCASTS).decode(stored)


def test_an_upcaster_that_does_not_fit_is_refused_by_name() -> None:
    with pytest.raises(UnreadableEvent, match="renamed of version 1"):
        Codec((Renamed,), UPCASTS).decode(("renamed", 1, b"{}"))


def test_every_kind_has_a_name_of_its_own_and_a_way_from_each_old_version() -> None:
    kinds = [each.kind for each in EVENT_TYPES]
    assert len(set(kinds)) == len(kinds)
    for each in EVENT_TYPES:
        assert all((each.kind, old) in UPCASTERS for old in range(1, each.version))


def test_fields_of_a_later_revision_of_the_same_version_are_passed_over() -> None:
    stored = ("order-absent", 1, b'{"client_order_id":"a","asked":3,"mood":"good"}')
    assert Codec().decode(stored) == OrderAbsent(client_order_id="a", asked=3)
