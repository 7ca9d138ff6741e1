"""The configuration: what is read, what is refused, and that no secret is shown."""

import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from fillgate.config import _TABLES, load_configuration, parse_listen
from fillgate.domain.errors import ConfigurationError
from tests.configuration import SECRET, load, refused

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
    # A Decimal may stand in quotes.
    Decimal: ["x", "1_0", " 1", True, [1], {"x": 1}],
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
def test_a_value_of_the_wrong_type_is_refused(key: str, value: object) -> None:
    words = refused(line(key, value))
    assert f"`{key}`" in words
    assert "expected" in words
    assert "got" in words or "found" in words


@pytest.mark.parametrize(("key", "value"), cases(BEYOND))
def test_a_value_beyond_its_bounds_is_refused(key: str, value: object) -> None:
    words = refused(line(key, value))
    assert f"`{key}`" in words
    assert "expected" in words
    assert "found" in words


@pytest.mark.parametrize(
    "key", [key for key, field in FIELDS.items() if field.type in {float, Decimal}]
)
@pytest.mark.parametrize("value", ["nan", "inf"])
def test_no_number_is_a_wonder(key: str, value: str) -> None:
    assert f"`{key}`" in refused(line(key, value))


@pytest.mark.parametrize(("key", "value"), cases(GOOD))
def test_a_value_within_its_bounds_is_taken(key: str, value: object) -> None:
    table, _, name = key.partition(".")
    configuration = load(line(key, value), THE_KEY=SECRET)
    assert getattr(getattr(configuration, table), name) == value


@pytest.mark.parametrize("key", FIELDS)
def test_the_defaults_are_those_of_an_empty_file(key: str) -> None:
    table, _, name = key.partition(".")
    default = FIELDS[key].default
    assert getattr(getattr(load(""), table), name) == default
    assert getattr(getattr(load(), table), name) == default


@pytest.mark.parametrize("key", FIELDS)
def test_a_misspelt_key_is_refused_with_the_right_one(key: str) -> None:
    table, _, name = key.partition(".")
    for wrong in (name[:-1], name + "s", name.replace("_", "-", 1) + "x"):
        words = refused(line(f"{table}.{wrong}", SECRET))
        assert f"`{table}.{wrong}`" in words
        assert f"`{name}`" in words


@pytest.mark.parametrize("name", [*_TABLES, "accounts", "default_account"])
def test_a_misspelt_table_is_refused_with_the_right_one(name: str) -> None:
    words = refused(f"[{name[:-1]}]\nx = 1")
    assert f"`{name[:-1]}`" in words
    assert f"`{name}`" in words


def test_a_key_like_no_other_is_refused_with_all_there_are() -> None:
    assert "min_confidence" in refused("[webhook]\nzzzzzz = 1")
    assert "webhook" in refused("zzzzzz = 1")


@pytest.mark.parametrize("name", [*_TABLES, "accounts"])
@pytest.mark.parametrize("value", ["5", "true", '"x"', "[1]"])
def test_what_should_be_a_table(name: str, value: str) -> None:
    words = refused(f"{name} = {value}")
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
def test_beyond_this_machine_a_key_is_needed(host: str) -> None:
    text = f'[service]\nlisten = "{host}:8005"'
    words = refused(text)
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
def test_a_secret_is_given_by_reference(tmp_path: Path, key: str) -> None:
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
def test_a_secret_that_is_not_there(tmp_path: Path, key: str) -> None:
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
        assert words in refused(line(key, reference))
    assert "MINE is not set" in refused(line(key, "env:MINE"), MINE="")


@pytest.mark.parametrize("key", PLACES)
def test_a_short_secret_is_refused(key: str) -> None:
    for words in (
        refused(line(key, "env:MINE"), MINE="seven77"),
        refused(None, **{VARIABLES[key]: "seven77"}),
    ):
        assert "seven77" not in words
        assert "8 characters" in words


@pytest.mark.parametrize(
    "name",
    ["webhook_secret", "api_key", "password", "passphrase", "token", "private_key", "Secret"],
)
def test_an_account_gets_its_secrets_by_reference(name: str) -> None:
    text = f'[accounts.acme]\ntype = "acme"\n{name} = '
    account = load(text + '"env:MINE"', MINE=SECRET).accounts["acme"]
    assert account.options == {name: SECRET}
    assert load(text + '"env:MINE"', MINE=SECRET).secrets == (SECRET,)
    assert SECRET not in repr(account)
    assert f"`accounts.acme.{name}`" in refused(text + f'"{SECRET}"')
