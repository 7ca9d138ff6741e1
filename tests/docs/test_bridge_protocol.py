"""The page on the bridge's protocol names every path, ending, code and setting, and no others."""

import re

import msgspec
import pytest

from docs.generate import ROOT
from fillgate.bridge.configuration import KEY_VARIABLES, BridgeTable
from fillgate.bridge.refusals import STATUSES
from fillgate.bridge.reports import SIGN_OF_LIFE_SECONDS
from fillgate.domain.settings import declared
from fillgate.plugins.ccxt_http.plugin import _SILENCE_SECONDS
from fillgate.plugins.ccxt_http.protocol import (
    ACTS,
    HEALTH,
    PLACE,
    QUESTIONS,
    REPORTS,
    SIGNATURE,
    SIGNED_AT,
    WEBHOOK,
    Ending,
)

PROTOCOL = (ROOT / "docs/reference/bridge-protocol.md").read_text(encoding="utf-8")
HOW_TO = (ROOT / "docs/how-to/run-the-bridge.md").read_text(encoding="utf-8")


def test_every_path_is_there() -> None:
    told = set(re.findall(r"^\| (?:GET|POST) `([^`]+)` \|", PROTOCOL, flags=re.MULTILINE))
    assert told == {HEALTH, "/ticker/{symbol}", WEBHOOK, REPORTS, *QUESTIONS, *ACTS}


@pytest.mark.parametrize("path", [*QUESTIONS, *ACTS])
def test_every_parameter_is_there(path: str) -> None:
    (row,) = re.findall(rf"^\| (?:GET|POST) `{path}` \|.*$", PROTOCOL, flags=re.MULTILINE)
    asked = (QUESTIONS[path] if path in QUESTIONS else ACTS[path]).asked
    names = {field.name for field in msgspec.structs.fields(asked)}
    assert names <= set(re.findall(r"`(\w+)`", row))


def test_every_code_is_there_with_its_status() -> None:
    told = dict(re.findall(r"^\| `([A-Z_]+)` \| (\d+) \|", PROTOCOL, flags=re.MULTILINE))
    assert told == {code: str(status) for code, status in STATUSES.items()}


def test_every_ending_is_there() -> None:
    told = re.findall(r"^\| `([a-z_]+)` \| [a-z]", PROTOCOL, flags=re.MULTILINE)
    assert set(told) - {"ending"} == set(Ending)


def test_headers_and_times_are_right() -> None:
    assert f"`{SIGNATURE}`" in PROTOCOL
    assert f"`{SIGNED_AT}`" in PROTOCOL
    assert f"`{PLACE}`" in PROTOCOL
    assert f"every {SIGN_OF_LIFE_SECONDS:g} seconds" in PROTOCOL
    assert f"nothing for {_SILENCE_SECONDS:g} seconds" in PROTOCOL


def test_every_setting_is_there_with_its_default() -> None:
    told = re.findall(r"^\| `(\w+)` \| .* \| (\S+) \|$", HOW_TO, flags=re.MULTILINE)
    fields = declared(BridgeTable)
    defaults = {
        name: f"{field.default:g}" if isinstance(field.default, float) else str(field.default)
        for name, field in fields.items()
    }
    assert dict(told) == defaults
    assert all(f"`{variable}`" in HOW_TO for variable in KEY_VARIABLES.values())
