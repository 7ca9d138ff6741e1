"""Bodies of which every field is known."""

from typing import Annotated

import pytest
from msgspec import Struct

from fillgate.service.problems import Problem
from fillgate.service.strict_bodies import StrictBody, free_text


class Note(Struct, frozen=True, kw_only=True):
    text: Annotated[str, free_text]
    place: Annotated[str, free_text] | None = None


REFUSED = [
    (b"[]", "NOT_AN_OBJECT", None, "object"),
    (b"{}", "MISSING_FIELD", "text", "`text` is missing"),
    (b'{"text": 5}', "INVALID_FIELD", "text", "expected text in quotes"),
    (
        b'{"text": "a", "txet": "b"}',
        "UNKNOWN_FIELD",
        "txet",
        "`txet`: known fields are place, text",
    ),
    (b'{"text": "a", "a b": 1}', "UNKNOWN_FIELD", "a b", "'a b': known fields are"),
]


def test_a_body_becomes_its_type() -> None:
    notes = StrictBody(Note)
    assert notes.read(b'{"text": "a", "place": "b"}') == Note(text="a", place="b")
    assert notes.read(b'{"text": " ", "place": null}') == Note(text=" ")


@pytest.mark.parametrize(("body", "code", "field", "words"), REFUSED)
def test_another_body_is_refused_with_what_would_be_right(
    body: bytes, code: str, field: str | None, words: str
) -> None:
    with pytest.raises(Problem) as caught:
        StrictBody(Note).read(body)
    assert (caught.value.code, caught.value.field) == (code, field)
    assert words in (caught.value.detail or "")
