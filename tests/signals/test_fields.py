"""The reader of bodies takes its table from a type and refuses types without one."""

from typing import Annotated

import msgspec
import pytest

from fillgate.signals.fields import BodyReader
from fillgate.signals.refusals import Refusal, RefusalCode
from fillgate.signals.values import boolean, text


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    to: Annotated[str, msgspec.Meta(description="Who gets it."), text(10)]
    urgent: Annotated[bool, boolean] = False
    note: Annotated[str, text(5)] | None = None


READER = BodyReader(Letter)


def test_members_are_read_by_their_annotations() -> None:
    assert READER.read({"note": "soon", "to": "Ada", "urgent": True, "other": []}) == Letter(
        to="Ada", urgent=True, note="soon"
    )


def test_values_are_those_of_the_body_but_for_none() -> None:
    assert READER.values({"to": "Ada", "note": None}) == {"to": "Ada", "urgent": False}
    assert READER.values({"urgent": True, "to": "Ada", "note": "soon", "other": []}) == {
        "to": "Ada",
        "urgent": True,
        "note": "soon",
    }


def test_null_takes_the_default() -> None:
    assert READER.read({"to": "Ada", "urgent": None, "note": None}) == Letter(to="Ada")


@pytest.mark.parametrize("members", [{}, {"to": None}])
def test_missing_fields_are_refused(members: dict[str, None]) -> None:
    with pytest.raises(Refusal, match="`to` is missing") as caught:
        READER.read(members)
    assert (caught.value.code, caught.value.field) == (RefusalCode.MISSING_FIELD, "to")


def test_unknown_members_are_listed_in_their_order() -> None:
    assert READER.unknown({"z": [], "to": "Ada", "a": None}) == ("z", "a")
    assert READER.names == ("to", "urgent", "note")


def test_a_field_without_a_reader_is_a_mistake_in_the_type() -> None:
    class Broken(msgspec.Struct):
        to: Annotated[str, msgspec.Meta(description="no reader")]

    with pytest.raises(TypeError, match="names no reader"):
        BodyReader(Broken)
