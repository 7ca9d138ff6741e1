"""No credential is told, nor half of one."""

import json
from typing import Any

import msgspec
import pytest

from fillgate.bridge.telling import Telling

SECRET = 'a secret with "quotes" and ü'


def test_a_text_is_cut_after_the_credential_is_out() -> None:
    told = Telling([SECRET]).text("x" * 490 + SECRET)
    assert len(told) == 500
    assert SECRET[:6] not in told


@pytest.mark.parametrize(
    "document",
    [{"text": f"it said {SECRET}!"}, {SECRET: 1}, {"texts": [[SECRET]]}, {"text": "nothing"}],
)
def test_a_body_stays_json_without_it(document: dict[str, Any]) -> None:
    body = msgspec.json.encode(document)
    told = Telling([SECRET]).body(body)
    assert SECRET not in str(json.loads(told))
    assert (told == body) == (SECRET not in str(document))
