"""`fillgate demo --ccxt` in a process of its own, to its end and broken off."""

import json
import re
import signal
import subprocess
from pathlib import Path

from tests.cli.conftest import COMMAND, environment
from tests.cli.test_demo import is_gone
from tests.patience import wait_for


def test_every_alert_ends_as_it_should_and_nothing_is_left(tmp_path: Path) -> None:
    done = subprocess.run(
        [*COMMAND, "demo", "--ccxt"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=environment(TMPDIR=str(tmp_path), FILLGATE_API_KEY="key"),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    assert done.stdout.splitlines()[-1] == "20 of 20 alerts ended as they should"
    assert len(re.findall(r"^ ?[0-9]+ .* ✓$", done.stdout, re.MULTILINE)) == 20
    assert "12 orders arrived at the venues, each exactly once" in done.stdout
    assert "the journal is whole" in done.stdout
    assert "there is BTC/USDT, BTC/USDC" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_broken_off_it_ends_the_exchange_too(tmp_path: Path) -> None:
    demo = subprocess.Popen(
        [*COMMAND, "demo", "--ccxt"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(TMPDIR=str(tmp_path)),
    )
    with demo:
        wait_for(lambda: bool(list(tmp_path.glob("*/exchange-ready.json"))), "the exchange listens")
        (ready,) = tmp_path.glob("*/exchange-ready.json")
        pid = json.loads(ready.read_text())["pid"]
        demo.send_signal(signal.SIGTERM)
        _, errors = demo.communicate(timeout=30)
    assert demo.returncode not in {0, None}
    assert b"Traceback" not in errors
    assert is_gone(pid)
    assert list(tmp_path.iterdir()) == []
