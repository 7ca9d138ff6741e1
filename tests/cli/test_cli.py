"""The command line as a whole."""

import subprocess
import sys

import pytest

from fillgate import __version__
from tests.cli.conftest import COMMAND, Run, environment

COMMANDS = [
    ("init",),
    ("config", "show"),
    ("config", "check"),
    ("doctor",),
    ("serve",),
    ("bridge",),
    ("demo",),
    ("send", "alert"),
    ("send", "order"),
    ("orders",),
    ("order", "show"),
    ("order", "resolve"),
    ("positions",),
    ("accounts",),
    ("journal", "verify"),
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_has_help_that_tells_its_exit_codes(
    run: Run, command: tuple[str, ...]
) -> None:
    result = run(*command, "--help")
    assert result.exit_code == 0
    lists = {"orders", "positions", "accounts"}
    assert "Exit codes" in result.stdout or command[0] in lists


def test_the_help_lists_all_commands(run: Run) -> None:
    result = run("--help")
    assert result.exit_code == 0
    for name, *_ in COMMANDS:
        assert name in result.stdout


def test_the_version(run: Run) -> None:
    assert run("--version").stdout == f"fillgate {__version__}\n"


@pytest.mark.parametrize("arguments", [("nonsense",), ("order", "nonsense"), ("--nonsense",)])
def test_what_is_no_command_ends_with_2(run: Run, arguments: tuple[str, ...]) -> None:
    assert run(*arguments).exit_code == 2


def test_help_does_not_load_the_service() -> None:
    heavy = ("uvicorn", "starlette", "httpx2", "apsw", "structlog")
    code = f"import sys, fillgate.cli; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_usage_names_the_program() -> None:
    done = subprocess.run(
        [*COMMAND, "order", "--help"],
        capture_output=True,
        text=True,
        check=True,
        env=environment(NO_COLOR="1"),
    )
    assert "Usage: fillgate order" in done.stdout
