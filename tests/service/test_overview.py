"""The resolved configuration: every value, its origin, and no secret."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillgate.cli.config import _lines
from fillgate.config import Configuration, Origin, settings, variable_of
from fillgate.domain.settings import Setting, is_credential
from fillgate.plugins.mock import MockPlugin
from fillgate.service.configuration import load, load_leniently
from fillgate.service.overview import CUT, Row, overview
from tests.configuration import SECRET, line
from tests.wrong_values import Cases, outermost

CASES: Cases = {
    "default_account": ([], ["mock"]),
    "listen": ([], ["127.0.0.1:1"]),
    "data": ([], ['else\u00e9where "x"']),
}


def shown(
    tmp_path: Path, text: str | None, environ: Mapping[str, str]
) -> tuple[Configuration, dict[str, Row]]:
    path = None if text is None else tmp_path / "fillgate.toml"
    if path is not None and text is not None:
        path.write_text(text)
    configuration, missing = load_leniently(path, environ=environ)
    rows = {".".join((*row.table, row.key)): row for row in overview(configuration, missing)}
    assert SECRET not in repr(rows)
    return configuration, rows


def test_every_setting_is_there_at_its_default(tmp_path: Path) -> None:
    _, rows = shown(tmp_path, None, {})
    assert rows.keys() >= settings().keys()
    for key, field in settings().items():
        assert rows[key].origin == Origin("default")
        assert rows[key].value == (
            field.default or "mock" if key == "default_account" else field.default
        )
    assert rows["accounts.mock.seed"] == Row(
        table=("accounts", "mock"), key="seed", value=0, origin=Origin("default")
    )


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (key, value)
        for key, field in settings().items()
        if not field.setting.secret
        for value in outermost(field, CASES)
    ],
)
def test_each_way_to_give_a_value_is_its_origin(tmp_path: Path, key: str, value: object) -> None:
    _, rows = shown(tmp_path, line(key, value), {})
    assert (rows[key].value, rows[key].origin.kind) == (value, "file")
    _, rows = shown(tmp_path, "", {variable_of(key): str(value)})
    assert rows[key].value == value
    assert rows[key].origin == Origin("environment", variable_of(key))


ACCOUNTS = f"""
[webhook]
secret = "env:MINE"
[service]
api_key = "file:nowhere"
[accounts."a b"]
type = "acme"
token = "env:NONE"
url = "https://me:{SECRET}@h.example/{{x}}"
key = 5
list = ["a", "wss://{SECRET}@h"]
[accounts."a b".inner]
password = "{SECRET}"
plain = "x"
"""


@pytest.fixture
def acme(monkeypatch: pytest.MonkeyPatch) -> None:
    """A plugin of somebody else's, which declares nothing."""

    plugin = type("Acme", (MockPlugin,), {"options": None})
    for module in ("account_options", "overview"):
        monkeypatch.setattr(f"fillgate.service.{module}.plugin_type", lambda *_: plugin)


def test_secrets_are_references_and_the_rest_is_cut(tmp_path: Path, acme: None) -> None:
    _, rows = shown(tmp_path, ACCOUNTS, {"MINE": SECRET})
    told = {key: (row.value, row.secret) for key, row in rows.items()}
    assert told["webhook.secret"] == ("env:MINE", "set")
    value, reason = told["service.api_key"]
    assert value == "file:nowhere"
    assert reason is not None
    assert "cannot be read" in reason
    assert told["accounts.a b.token"] == ("env:NONE", "the environment variable NONE is not set")
    assert told["accounts.a b.url"][0] == f"https://{CUT}@h.example/{{x}}"
    assert told["accounts.a b.key"][0] == CUT
    assert told["accounts.a b.list"][0] == ["a", f"wss://{CUT}@h"]
    assert told["accounts.a b.inner"][0] == {"password": CUT, "plain": "x"}


def test_a_secret_by_its_variable(tmp_path: Path) -> None:
    _, rows = shown(tmp_path, None, {"FILLGATE_API_KEY": SECRET})
    row = rows["service.api_key"]
    assert (row.value, row.secret) == ("env:FILLGATE_API_KEY", "set")
    assert row.origin == Origin("environment", "FILLGATE_API_KEY")


def test_an_account_of_the_environment(tmp_path: Path) -> None:
    environ = {"CCXT_BASE_URL": "http://h", "WEBHOOK_SECRET": SECRET, "TESTNET": "1"}
    _, rows = shown(tmp_path, None, environ)
    assert rows["accounts.binance.webhook_secret"].value == "env:WEBHOOK_SECRET"
    assert rows["accounts.binance.testnet"].origin == Origin("environment", "TESTNET")
    assert rows["accounts.binance.exchange"].origin == Origin("default")


values = st.recursive(
    st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False)
    | st.text()
    | st.dates()
    | st.datetimes(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(st.text(min_size=1).filter(lambda key: not is_credential(key)), values))
def test_what_is_printed_is_toml_with_the_same_values(table: dict[str, Any]) -> None:
    rows = [
        Row(table=("accounts", "a.b"), key=key, value=value, origin=Origin("default"))
        for key, value in table.items()
    ]
    tree = tomllib.loads("\n".join(_lines(rows)))
    assert tree == ({"accounts": {"a.b": table}} if table else {})


def test_what_is_printed_is_a_configuration_that_says_the_same(tmp_path: Path) -> None:
    text = '[service]\nwait = 7\n[accounts.x]\ntype = "ccxt-http"\nbase_url = "http://h"\n'
    text += 'webhook_secret = "env:S"\ntime_in_force = ["GTC", "IOC"]'
    configuration, rows = shown(tmp_path, text, {"S": SECRET})
    path = tmp_path / "printed.toml"
    path.write_text("\n".join(_lines(list(rows.values()))))
    again = load(path, environ={"S": SECRET})
    assert (again.service, again.engine) == (configuration.service, configuration.engine)
    assert again.accounts.keys() == configuration.accounts.keys()
    options, given = again.accounts["x"].options, configuration.accounts["x"].options
    assert {key: options[key] for key in given} == given


class Options(msgspec.Struct, frozen=True):
    pin: Annotated[str | None, Setting("A number.", secret=True)] = None
    other: int = 1


@pytest.mark.parametrize(("pin", "shown_as"), [("", None), (f'pin = "{SECRET}"', CUT)])
def test_what_is_declared_a_secret_is_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pin: str, shown_as: str | None
) -> None:
    plugin = type("Acme", (MockPlugin,), {"options": Options})
    for module in ("account_options", "overview"):
        monkeypatch.setattr(f"fillgate.service.{module}.plugin_type", lambda *_: plugin)
    _, rows = shown(tmp_path, f'[accounts.a]\ntype = "acme"\n{pin}', {})
    assert rows["accounts.a.pin"].value == shown_as
    assert rows["accounts.a.other"].value == 1
