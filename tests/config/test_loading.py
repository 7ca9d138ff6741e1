"""Putting the configuration together: what is refused, and which value wins."""

from pathlib import Path

import pytest

from fillgate.config import Origin, load_configuration
from fillgate.domain.errors import ConfigurationError
from tests.configuration import SECRET, load, refused

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


# Which value wins

FILE = '[service]\nlisten = "127.0.0.1:1"\ndata = "a"\nwait = 1'


def written(folder: Path, text: str) -> Path:
    path = folder / "fillgate.toml"
    path.write_text(text)
    return path


def test_default_file_environment_command_line(tmp_path: Path) -> None:
    path = written(tmp_path, FILE)
    environ = {"FILLGATE_SERVICE_DATA": "b", "FILLGATE_SERVICE_WAIT": "3"}
    configuration = load_configuration(path, environ=environ, overrides={"data": "c"})
    assert {key: (configuration.value(key), configuration.origin(key)) for key in WHERE} == {
        "service.listen": ("127.0.0.1:1", Origin("file", str(path))),
        "service.data": ("c", Origin("command line", "--data")),
        "service.wait": (3.0, Origin("environment", "FILLGATE_SERVICE_WAIT")),
        "log.level": ("info", Origin("default")),
    }


WHERE = ("service.listen", "service.data", "service.wait", "log.level")


def test_what_is_replaced_has_to_be_right_all_the_same(tmp_path: Path) -> None:
    path = written(tmp_path, FILE.replace("wait = 1", "wait = 61"))
    with pytest.raises(ConfigurationError, match=r"`service\.wait`: expected 0 to 60 seconds"):
        load_configuration(path, environ={"FILLGATE_SERVICE_WAIT": "3"})


@pytest.mark.parametrize("overrides", [{"listen": "here"}, {"listen": "0.0.0.0:1"}, {"data": ""}])
def test_the_command_line_is_called_by_its_options(overrides: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError, match=f"`--{next(iter(overrides))}`: "):
        load_configuration(None, environ={}, overrides=overrides)


def test_a_default_account_by_the_environment() -> None:
    text = '[accounts.a]\ntype = "x"'
    assert load(text, FILLGATE_DEFAULT_ACCOUNT="mock").default_account == "mock"
    words = refused(text, FILLGATE_DEFAULT_ACCOUNT="b")
    assert "`FILLGATE_DEFAULT_ACCOUNT`: expected one of a, mock, found 'b'" in words


# All at once


def test_all_faults_are_told_each_with_its_line(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        """
[service]
wait = 61
lsten = "127.0.0.1:1"

[webhook]  # a comment
secret = "swordfish"
max_age = [
  1,
]

[servce]
[accounts.a]
seed = 1
[accounts.b]
type = "ccxt-http"
webhook_secret = "env:NONE"
""",
    )
    with pytest.raises(ConfigurationError) as caught:
        load_configuration(path, environ={"FILLGATE_LOG_LEVEL": "loud"})
    assert [text.removeprefix(f"{path}, ") for text in caught.value.findings] == [
        "line 3: `service.wait`: expected 0 to 60 seconds, found 61.0",
        "line 4: `service.lsten` is not a setting; did you mean `listen`?",
        (
            'line 7: `webhook.secret`: expected a reference such as "env:NAME" or "file:PATH", '
            "found a literal value; secrets are never given literally"
        ),
        "line 8: `webhook.max_age`: expected a number, got a list",
        "line 12: `servce` is not a setting; did you mean `service`?",
        'line 13: `accounts.a.type`: expected a plugin\'s type such as "mock", found nothing',
        "line 17: `accounts.b.webhook_secret`: the environment variable NONE is not set",
        "`FILLGATE_LOG_LEVEL`: expected one of debug, info, warning, error, found 'loud'",
    ]


# Where it listens

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
