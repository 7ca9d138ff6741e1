"""`fillgate config`: showing and checking."""

import json
import tomllib
from pathlib import Path

import pytest

from tests.cli.conftest import Run, asked_json

SECRET = "swordfish-and-chips"
SOUND = """
default_account = "real"
[service]
wait = 5
api_key = "env:KEY"
[webhook]
secret = "file:secret"
[accounts.real]
type = "ccxt-http"
base_url = "http://127.0.0.1:8006"
webhook_secret = "env:CCXT"
"""
ENV = {"KEY": SECRET, "CCXT": SECRET, "FILLGATE_LOG_LEVEL": "debug"}


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    """A folder with a sound configuration."""
    (tmp_path / "fillgate.toml").write_text(SOUND)
    (tmp_path / "secret").write_text(SECRET)
    return tmp_path


def test_show_tells_values_and_origins(run: Run, sound: Path) -> None:
    result = run("config", "show", env=ENV)
    assert result.exit_code == 0
    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    for line in (
        'default_account = "real" # file fillgate.toml',
        'listen = "127.0.0.1:8005" # default',
        "wait = 5.0 # file fillgate.toml",
        'api_key = "env:KEY" # file fillgate.toml; set',
        'secret = "file:secret" # file fillgate.toml; set',
        'level = "debug" # environment FILLGATE_LOG_LEVEL',
        "[accounts.real]",
        'webhook_secret = "env:CCXT" # file fillgate.toml; set',
        'exchange = "binance" # default',
        "# ca_file is not set",
    ):
        assert line in lines
    assert SECRET not in result.stdout
    assert tomllib.loads(result.stdout)["accounts"]["real"]["testnet"] is False


def test_show_as_json(run: Run, sound: Path) -> None:
    result = run("config", "show", "--json", env=ENV)
    rows = {row["key"]: row for row in asked_json(result)}
    assert rows["log.level"] == {
        "key": "log.level",
        "value": "debug",
        "origin": "environment",
        "place": "FILLGATE_LOG_LEVEL",
    }
    assert rows["service.api_key"]["secret"] == "set"
    assert rows["webhook.min_confidence"]["value"] == "0.6"
    assert rows["accounts.real.time_in_force"]["value"] == []
    assert SECRET not in result.stdout


def test_show_works_without_the_secrets(run: Run, sound: Path) -> None:
    (sound / "secret").unlink()
    result = run("config", "show")
    assert result.exit_code == 0
    assert "; the environment variable KEY is not set" in result.stdout
    assert "; the file 'secret' cannot be read" in result.stdout
    assert run("config", "check").exit_code == 2


def test_show_of_an_empty_folder(run: Run) -> None:
    result = run("config", "show")
    assert result.exit_code == 0
    assert "[accounts.mock]" in result.stdout


def test_a_sound_configuration(run: Run, sound: Path) -> None:
    for arguments in ((), ("--config", sound / "fillgate.toml")):
        result = run("config", "check", *arguments, env=ENV)
        assert (result.exit_code, result.stdout) == (0, "the configuration is sound\n")
    result = run("config", "check", "--json", env=ENV)
    assert asked_json(result) == {"ok": True, "errors": [], "warnings": []}


def test_a_doubtful_one(run: Run, sound: Path) -> None:
    (sound / "fillgate.toml").write_text(SOUND.replace('account = "real"', 'account = "mock"'))
    result = run("config", "check", env=ENV)
    assert result.exit_code == 0
    assert "warning: `default_account` is 'mock'" in result.stdout
    assert "the configuration is sound" in result.stdout
    document = asked_json(run("config", "check", "--json", env=ENV))
    assert (document["ok"], len(document["warnings"])) == (True, 1)


WRONG = f"""
[service]
wait = 90
[webhook]
secret = "{SECRET}"
[accounts.real]
type = "ccxt-http"
base_url = "http://me:{SECRET}@h"
webhook_secret = "{SECRET}"
token = "{SECRET}"
[accounts.toy]
type = "mock"
sede = 7
"""
FINDINGS = (
    "fillgate.toml, line 3: `service.wait`: expected 0 to 60 seconds, found 90.0",
    "fillgate.toml, line 5: `webhook.secret`: expected a reference such as",
    "fillgate.toml, line 9: `accounts.real.webhook_secret`: expected a reference such as",
    "fillgate.toml, line 10: `accounts.real.token`: expected a reference such as",
    "fillgate.toml, line 13: `accounts.toy.sede` is not a setting; did you mean `seed`?",
    "`FILLGATE_LOG_LEVL` is not a variable of a setting; did you mean `FILLGATE_LOG_LEVEL`?",
)


@pytest.mark.parametrize(
    "command", [("config", "check"), ("config", "show"), ("doctor",), ("serve",)]
)
def test_all_that_is_wrong_is_told_and_no_secret(
    run: Run, tmp_path: Path, command: tuple[str, ...]
) -> None:
    (tmp_path / "fillgate.toml").write_text(WRONG)
    result = run(*command, env={"FILLGATE_LOG_LEVL": "x"})
    assert result.exit_code == 2
    assert result.stdout == ""
    for words in FINDINGS:
        assert f"fillgate: {words}" in result.stderr
    assert len(result.stderr.splitlines()) == len(FINDINGS)
    assert SECRET not in result.stderr


def test_all_that_is_wrong_as_json(run: Run, tmp_path: Path) -> None:
    (tmp_path / "fillgate.toml").write_text(WRONG)
    result = run("config", "check", "--json", env={"FILLGATE_LOG_LEVL": "x"})
    assert result.exit_code == 2
    document = json.loads(result.stdout)
    assert document["ok"] is False
    assert len(document["errors"]) == len(FINDINGS)
    assert SECRET not in result.stdout
