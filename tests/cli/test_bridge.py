"""`fillgate bridge`."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.bridge.process import SECRET, BridgeProcess, bridging
from tests.cli.conftest import Run

MOCK = '[accounts.paper]\ntype = "mock"\n'


@pytest.mark.parametrize(
    ("text", "arguments", "words"),
    [
        (MOCK, ("--listen", "nowhere"), "`bridge.listen`: expected HOST:PORT"),
        (MOCK + "[bridge]\nport = 1\n", (), "`bridge.port` is not a setting"),
        (MOCK, ("--config", "neither.toml"), "neither.toml cannot be read"),
    ],
)
def test_what_cannot_start_says_why(
    run: Run, tmp_path: Path, text: str, arguments: tuple[str, ...], words: str
) -> None:
    path = tmp_path / "bridge.toml"
    path.write_text(text)
    given = arguments if "--config" in arguments else ("--config", str(path), *arguments)
    result = run("bridge", *given)
    assert result.exit_code == 2
    assert words in result.stderr


def test_it_says_where_it_listens_and_for_whom(tmp_path: Path) -> None:
    with bridging(BridgeProcess(tmp_path / "bridge", listen="0.0.0.0:0")) as bridge:
        said = bridge.log
    assert "fillgate bridge listens on http://0.0.0.0:" in said
    assert "paper (mock), up" in said
    assert "beyond this machine, signed but not encrypted" in said
    assert SECRET not in said


def test_help_does_not_load_ccxt() -> None:
    code = "import sys, fillgate.cli, fillgate.bridge.host; print('ccxt' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
