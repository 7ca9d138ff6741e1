"""`fillgate demo` in a process of its own, to its end and broken off."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import COMMAND, Run, environment
from tests.patience import wait_for


def is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_every_alert_ends_as_it_should_and_nothing_is_left(tmp_path: Path) -> None:
    # What would configure a service does not reach the demonstration's.
    env = environment(TMPDIR=str(tmp_path), FILLGATE_API_KEY="key", FILLGATE_WEBHOOK_SECRET="own")
    done = subprocess.run(
        [*COMMAND, "demo"], capture_output=True, text=True, timeout=60, check=False, env=env
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    assert lines[-1] == "30 of 30 alerts ended as they should"
    assert max(len(line) for line in lines if str(tmp_path) not in line) <= 100
    assert len([line for line in lines if re.match(r" ?[0-9]+ .* ✓$", line)]) == 30
    assert "16 orders arrived at the venues, each exactly once" in done.stdout
    assert "the journal is whole" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_what_is_kept_can_be_looked_at(run: Run, tmp_path: Path) -> None:
    data = tmp_path / "kept"
    done = subprocess.run(
        [*COMMAND, "demo", "--data", str(data)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=environment(PYTHONIOENCODING="ascii"),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.isascii()
    assert run("journal", "verify", "--data", data).exit_code == 0
    again = run("demo", "--data", data)
    assert again.exit_code == 2
    assert "empty folder" in again.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_broken_off_it_ends_its_service_and_leaves_nothing(
    tmp_path: Path, number: signal.Signals
) -> None:
    demo = subprocess.Popen(
        [*COMMAND, "demo"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(TMPDIR=str(tmp_path)),
    )
    with demo:
        wait_for(lambda: bool(list(tmp_path.glob("*/ready.json"))), "the service is ready")
        (ready,) = tmp_path.glob("*/ready.json")
        pid = json.loads(ready.read_text())["pid"]
        # To the demonstration alone, as `kill` would.
        demo.send_signal(number)
        _, errors = demo.communicate(timeout=30)
    assert demo.returncode not in {0, None}
    assert b"Traceback" not in errors
    assert is_gone(pid)
    assert list(tmp_path.iterdir()) == []


def test_a_service_that_does_not_start_is_told_with_its_log(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = signal.getsignal(signal.SIGTERM)
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\necho broken >&2\nexit 7\n")
    broken.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(broken))
    try:
        result = run("demo", "--data", tmp_path / "data")
    finally:
        signal.signal(signal.SIGTERM, before)
    assert result.exit_code == 1
    assert "ended at once with 7" in result.stderr
    log = tmp_path / "data" / "service.log"
    assert str(log) in result.stderr
    assert log.read_text() == "broken\n"


def test_without_ccxt_it_says_what_to_install(run: Run) -> None:
    result = run("demo", "--ccxt")
    assert result.exit_code == 2
    assert "pip install 'fillgate[ccxt,practice]'" in result.stderr
