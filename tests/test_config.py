"""The configuration: what is read, what is refused, and that no secret is shown."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

from fillgate.config import (
    _TABLES,
    AccountConfig,
    Configuration,
    load_configuration,
    parse_listen,
)
from fillgate.domain.errors import ConfigurationError

SECRET = "hunter2-hunter2-hunter2"

Load = Callable[..., Configuration]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Load a configuration from this text, in this environment and no other."""

    def load_text(text: str | None = None, **environ: str) -> Configuration:
        path = None
        if text is not None:
            path = tmp_path / "fillgate.toml"
            path.write_text(text)
        return load_configuration(path, environ=environ)

    return load_text


def refused(load: Load, text: str | None = None, **environ: str) -> str:
    """Return the words with which this is refused."""
    with pytest.raises(ConfigurationError) as caught:
        load(text, **environ)
    assert SECRET not in str(caught.value)
    assert SECRET[:8] not in str(caught.value)
    return str(caught.value)


# Every key of every table

FIELDS = {
    f"{table}.{field.name}": field
    for table, kind in _TABLES.items()
    for field in msgspec.structs.fields(kind)
}

WRONG_TYPES: Mapping[object, list[object]] = {
    str: [5, True, 1.5, ["x"], {"x": 1}],
    str | None: [5, True, 1.5, ["x"], {"x": 1}],
    float: ["x", "1", True, [1], {"x": 1}],
    int: ["x", "1", True, 1.5, [1]],
}

BEYOND: Mapping[str, list[object]] = {
    "service.listen": ["", "here", ":8005", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "h:65536"],
    "service.data": [""],
    "service.wait": [-0.1, 60.1],
    "service.api_key": [SECRET, "", "env:", "file:", f"{SECRET}:{SECRET}", "http://" + SECRET],
    "webhook.secret": [SECRET, "", "env:", "file:", f"{SECRET}:{SECRET}", "http://" + SECRET],
    "webhook.min_confidence": [-0.1, 1.1],
    "webhook.max_age": [0, 86_401],
    "webhook.duplicate_window": [-1, 3601],
    "engine.submit_deadline": [0, 3601, -1],
    "engine.lookup_deadline": [0, 3601, -1],
    "engine.poll_interval": [0, 3601, -1],
    "engine.health_interval": [0, 3601, -1],
    "engine.max_waiting": [0, 1_000_001, -1],
    "log.level": ["", "loud", "INFO"],
    "log.format": ["", "xml"],
}
"""Values of the right type that no key may have. Each key has some: a new one needs some, too."""

GOOD: Mapping[str, list[object]] = {
    "service.listen": ["127.0.0.1:0", "localhost:65535", "[::1]:8005", "127.9.9.9:1"],
    "service.data": ["/var/lib/fillgate"],
    "service.wait": [0, 60, 2.5],
    "service.api_key": ["env:THE_KEY"],
    "webhook.secret": ["env:THE_KEY"],
    "webhook.min_confidence": [0, 1, 0.5],
    "webhook.max_age": [1, 86_400],
    "webhook.duplicate_window": [0, 3600],
    "engine.submit_deadline": [0.01, 3600],
    "engine.lookup_deadline": [0.01, 3600],
    "engine.poll_interval": [0.01, 3600],
    "engine.health_interval": [0.01, 3600],
    "engine.max_waiting": [1, 1_000_000],
    "log.level": ["debug", "info", "warning", "error"],
    "log.format": ["auto", "json", "console"],
}
"""The outermost values that a key may have."""


def line(key: str, value: object) -> str:
    """Return a file with this one setting."""
    table, _, name = key.partition(".")
    shown = value if isinstance(value, str) and value in {"nan", "inf"} else _toml(value)
    return f"[{table}]\n{name} = {shown}"


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name} = {_toml(item)}" for name, item in value.items()) + "}"
    return json.dumps(value)


def cases(table: Mapping[str, list[object]]) -> list[tuple[str, object]]:
    return [(key, value) for key in FIELDS for value in table[key]]


def test_every_key_has_wrong_and_right_values() -> None:
    assert set(BEYOND) == set(GOOD) == set(FIELDS)


@pytest.mark.parametrize(
    ("key", "value"), [(key, value) for key, f in FIELDS.items() for value in WRONG_TYPES[f.type]]
)
def test_a_value_of_the_wrong_type_is_refused(load: Load, key: str, value: object) -> None:
    words = refused(load, line(key, value))
    assert f"`{key}`" in words
    assert "expected" in words
    assert "got" in words or "found" in words


@pytest.mark.parametrize(("key", "value"), cases(BEYOND))
def test_a_value_beyond_its_bounds_is_refused(load: Load, key: str, value: object) -> None:
    words = refused(load, line(key, value))
    assert f"`{key}`" in words
    assert "expected" in words
    assert "found" in words


@pytest.mark.parametrize("key", [key for key, field in FIELDS.items() if field.type is float])
@pytest.mark.parametrize("value", ["nan", "inf"])
def test_no_number_is_a_wonder(load: Load, key: str, value: str) -> None:
    assert f"`{key}`" in refused(load, line(key, value))


@pytest.mark.parametrize(("key", "value"), cases(GOOD))
def test_a_value_within_its_bounds_is_taken(load: Load, key: str, value: object) -> None:
    table, _, name = key.partition(".")
    configuration = load(line(key, value), THE_KEY=SECRET)
    assert getattr(getattr(configuration, table), name) == value


@pytest.mark.parametrize("key", FIELDS)
def test_the_defaults_are_those_of_an_empty_file(load: Load, key: str) -> None:
    table, _, name = key.partition(".")
    default = FIELDS[key].default
    assert getattr(getattr(load(""), table), name) == default
    assert getattr(getattr(load(), table), name) == default


@pytest.mark.parametrize("key", FIELDS)
def test_a_misspelt_key_is_refused_with_the_right_one(load: Load, key: str) -> None:
    table, _, name = key.partition(".")
    for wrong in (name[:-1], name + "s", name.replace("_", "-", 1) + "x"):
        words = refused(load, line(f"{table}.{wrong}", SECRET))
        assert f"`{table}.{wrong}`" in words
        assert f"`{name}`" in words


@pytest.mark.parametrize("name", [*_TABLES, "accounts", "default_account"])
def test_a_misspelt_table_is_refused_with_the_right_one(load: Load, name: str) -> None:
    words = refused(load, f"[{name[:-1]}]\nx = 1")
    assert f"`{name[:-1]}`" in words
    assert f"`{name}`" in words


def test_a_key_like_no_other_is_refused_with_all_there_are(load: Load) -> None:
    assert "min_confidence" in refused(load, "[webhook]\nzzzzzz = 1")
    assert "webhook" in refused(load, "zzzzzz = 1")


@pytest.mark.parametrize("name", [*_TABLES, "accounts"])
@pytest.mark.parametrize("value", ["5", "true", '"x"', "[1]"])
def test_what_should_be_a_table(load: Load, name: str, value: str) -> None:
    words = refused(load, f"{name} = {value}")
    assert f"`{name}`" in words
    assert f"[{name}]" in words


# The file


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"[service", "is not TOML"),
        (b"[service]\nwait = 1\nwait = 2", "is not TOML"),
        (b"[service]\nwait = 1\n[service]\n", "is not TOML"),
        (b'[webhook]\nsecret = "' + SECRET.encode(), "is not TOML"),
        (b"\xff", "is not UTF-8"),
        (b"\x00", "is not TOML"),
    ],
)
def test_a_file_that_cannot_be_read(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "fillgate.toml"
    path.write_bytes(content)
    with pytest.raises(ConfigurationError, match=words) as caught:
        load_configuration(path, environ={})
    assert str(path) in str(caught.value)
    assert SECRET not in str(caught.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    for path in (tmp_path / "missing.toml", tmp_path):
        with pytest.raises(ConfigurationError, match="cannot be read") as caught:
            load_configuration(path, environ={})
        assert str(path) in str(caught.value)


def test_the_command_line_wins_over_the_file(tmp_path: Path) -> None:
    path = tmp_path / "fillgate.toml"
    path.write_text('[service]\nlisten = "127.0.0.1:1"\ndata = "a"\nwait = 1')
    overrides = {"listen": "127.0.0.1:2", "data": "b"}
    service = load_configuration(path, environ={}, overrides=overrides).service
    assert (service.listen, service.data, service.wait) == ("127.0.0.1:2", "b", 1)
    for wrong in ({"listen": "here"}, {"listen": "0.0.0.0:1"}, {"data": ""}):
        with pytest.raises(ConfigurationError, match=f"service.{next(iter(wrong))}"):
            load_configuration(path, environ={}, overrides=wrong)


# Where it listens


@pytest.mark.parametrize(
    ("listen", "place"),
    [
        ("127.0.0.1:8005", ("127.0.0.1", 8005)),
        ("[::1]:0", ("::1", 0)),
        ("localhost:65535", ("localhost", 65535)),
    ],
)
def test_addresses(listen: str, place: tuple[str, int]) -> None:
    assert parse_listen(listen) == place


@pytest.mark.parametrize(
    "port", ["", "x", "-1", "65536", "1.5", "٣", "9" * 5000, " 1", "+1", "1_0"]
)
def test_ports_that_are_none(port: str) -> None:
    with pytest.raises(ConfigurationError, match=r"service\.listen") as caught:
        parse_listen(f"127.0.0.1:{port}")
    assert len(str(caught.value)) < 6000


@pytest.mark.parametrize("host", ["", "::1", "[::1", "::1]", "[]", "[127.0.0.1]", "[localhost]"])
def test_hosts_that_are_none(host: str) -> None:
    with pytest.raises(ConfigurationError, match=r"service\.listen"):
        parse_listen(f"{host}:8005")


FAR = [
    "0.0.0.0",
    "10.0.0.1",
    "[::]",
    "[::1:2]",
    "[fe80::1]",
    "far.example",
    "localhost.far.example",
    "127.0.0.1.far.example",
    "127.far.example",
]


@pytest.mark.parametrize("host", FAR)
def test_beyond_this_machine_a_key_is_needed(load: Load, host: str) -> None:
    text = f'[service]\nlisten = "{host}:8005"'
    words = refused(load, text)
    assert "`service.listen`" in words
    assert "FILLGATE_API_KEY" in words
    assert load(text, FILLGATE_API_KEY=SECRET).api_key == SECRET


# Secrets

PLACES = {"service.api_key": "api_key", "webhook.secret": "webhook_secret"}
VARIABLES = {
    "service.api_key": "FILLGATE_API_KEY",
    "webhook.secret": "FILLGATE_WEBHOOK_SECRET",
}


@pytest.mark.parametrize("key", PLACES)
def test_a_secret_is_given_by_reference(load: Load, tmp_path: Path, key: str) -> None:
    file = tmp_path / "secret"
    file.write_text(f"  {SECRET}\n")
    for text, environ in (
        (line(key, "env:MINE"), {"MINE": SECRET}),
        (line(key, f"file:{file}"), {}),
        (line(key, "env:MINE"), {"MINE": SECRET, VARIABLES[key]: "another secret"}),
        ("", {VARIABLES[key]: SECRET}),
        (None, {VARIABLES[key]: SECRET}),
    ):
        configuration = load(text, **environ)
        assert getattr(configuration, PLACES[key]) == SECRET
        assert SECRET not in repr(configuration)
        assert SECRET not in str(configuration)
        assert SECRET not in repr(msgspec.structs.asdict(configuration)["service"])


@pytest.mark.parametrize("key", PLACES)
def test_a_secret_that_is_not_there(load: Load, tmp_path: Path, key: str) -> None:
    empty, binary = tmp_path / "empty", tmp_path / "binary"
    empty.write_text("\n")
    binary.write_bytes(b"\xff" + SECRET.encode())
    for reference, words in (
        ("env:MINE", "MINE is not set"),
        ("env:", "expected a reference"),
        (f"file:{tmp_path / 'missing'}", "cannot be read"),
        (f"file:{tmp_path}", "cannot be read"),
        (f"file:{empty}", "is empty"),
        (f"file:{binary}", "cannot be read"),
        ("file:~nobody-of-that-name/x", "cannot be read"),
        ("file:a\0b", "cannot be read"),
    ):
        assert words in refused(load, line(key, reference))
    assert "MINE is not set" in refused(load, line(key, "env:MINE"), MINE="")


@pytest.mark.parametrize("key", PLACES)
def test_a_short_secret_is_refused(load: Load, key: str) -> None:
    for words in (
        refused(load, line(key, "env:MINE"), MINE="seven77"),
        refused(load, None, **{VARIABLES[key]: "seven77"}),
    ):
        assert "seven77" not in words
        assert "8 characters" in words


@pytest.mark.parametrize(
    "name",
    ["webhook_secret", "api_key", "password", "passphrase", "token", "private_key", "Secret"],
)
def test_an_account_gets_its_secrets_by_reference(load: Load, name: str) -> None:
    text = f'[accounts.acme]\ntype = "acme"\n{name} = '
    account = load(text + '"env:MINE"', MINE=SECRET).accounts["acme"]
    assert account.options == {name: SECRET}
    assert SECRET not in repr(account)
    assert f"`accounts.acme.{name}`" in refused(load, text + f'"{SECRET}"')


# Accounts


def test_without_anything_there_is_the_mock_alone(load: Load) -> None:
    for configuration in (load(), load("")):
        assert configuration.accounts == {"mock": AccountConfig(type="mock", options={})}
        assert configuration.default_account == "mock"


@pytest.mark.parametrize(
    ("text", "names", "default"),
    [
        ('[accounts.mock]\ntype = "mock"', ["mock"], "mock"),
        ('[accounts.a]\ntype = "x"', ["a", "mock"], "a"),
        ('[accounts.b]\ntype = "x"\n[accounts.a]\ntype = "x"', ["b", "a", "mock"], "b"),
        ('[accounts.mock]\ntype = "mock"\n[accounts.a]\ntype = "x"', ["mock", "a"], "a"),
        (
            'default_account = "mock"\n[accounts.a]\ntype = "x"',
            ["a", "mock"],
            "mock",
        ),
    ],
)
def test_the_default_account(load: Load, text: str, names: list[str], default: str) -> None:
    configuration = load(text)
    assert list(configuration.accounts) == names
    assert configuration.default_account == default


@pytest.mark.parametrize("value", ['"other"', "5", '["mock"]', "{ x = 1 }", '""', "true"])
def test_a_default_account_that_is_none(load: Load, value: str) -> None:
    words = refused(load, f"default_account = {value}")
    assert "`default_account`" in words
    assert "mock" in words


@pytest.mark.parametrize("table", ["x = 1", 'type = ""', "type = 5", "type = []"])
def test_an_account_needs_a_type(load: Load, table: str) -> None:
    assert "`accounts.a.type`" in refused(load, f"[accounts.a]\n{table}")


def test_an_account_is_a_table(load: Load) -> None:
    assert "`accounts.a`" in refused(load, "[accounts]\na = 5")


# The environment alone

CCXT = {"CCXT_BASE_URL": "http://127.0.0.1:8080", "WEBHOOK_SECRET": SECRET}


@pytest.mark.parametrize(
    ("environ", "name", "testnet"),
    [
        ({}, "binance", False),
        ({"EXCHANGE": "kraken", "TESTNET": "true"}, "kraken", True),
        ({"EXCHANGE": "", "TESTNET": ""}, "binance", False),
        ({"TESTNET": "0"}, "binance", False),
        ({"TESTNET": "Yes"}, "binance", True),
    ],
)
def test_the_environment_makes_a_ccxt_account(
    load: Load, environ: dict[str, str], name: str, testnet: bool
) -> None:
    configuration = load(None, **CCXT, **environ)
    assert list(configuration.accounts) == [name, "mock"]
    assert configuration.default_account == name
    account = configuration.accounts[name]
    assert account.type == "ccxt-http"
    assert account.options == {
        "base_url": CCXT["CCXT_BASE_URL"],
        "webhook_secret": SECRET,
        "exchange": name,
        "testnet": testnet,
    }
    assert SECRET not in repr(configuration)
    assert configuration.webhook_secret is None


def test_with_a_file_the_environment_makes_none(load: Load) -> None:
    configuration = load("", **CCXT)
    assert list(configuration.accounts) == ["mock"]


@pytest.mark.parametrize(
    ("environ", "name"),
    [
        ({"WEBHOOK_SECRET": ""}, "WEBHOOK_SECRET"),
        ({"TESTNET": "perhaps"}, "TESTNET"),
    ],
)
def test_a_wrong_environment_is_refused(load: Load, environ: dict[str, str], name: str) -> None:
    words = refused(load, None, **(CCXT | environ))
    assert f"`{name}`" in words
    assert "expected" in words


def test_other_variables_alone_make_none(load: Load) -> None:
    assert list(load(None, WEBHOOK_SECRET=SECRET, EXCHANGE="kraken").accounts) == ["mock"]


def test_what_is_set_is_what_there_is(load: Load) -> None:
    """A whole file, as a user would write it."""
    text = """
        default_account = "paper"
        [service]
        listen = "[::1]:9000"
        wait = 1
        [webhook]
        min_confidence = 0.75
        [accounts.main]
        type = "ccxt-http"
        webhook_secret = "env:CCXT"
        base_url = "http://127.0.0.1:1"
        [accounts.paper]
        type = "mock"
        fee_bps = 10
        """
    configuration = load(text, CCXT=SECRET)
    assert configuration.default_account == "paper"
    assert configuration.service.listen == "[::1]:9000"
    assert configuration.webhook.min_confidence == 0.75
    assert configuration.accounts["paper"].options == {"fee_bps": 10}
    wanted: dict[str, Any] = {"webhook_secret": SECRET, "base_url": "http://127.0.0.1:1"}
    assert configuration.accounts["main"].options == wanted
