"""`fillgate venue` as a process."""

import os
import re
import signal
import stat
import subprocess
import sys
from pathlib import Path

import httpx2

COMMAND = (sys.executable, "-m", "fillgate", "venue")


def test_it_serves_until_it_is_told_to_stop(tmp_path: Path) -> None:
    with subprocess.Popen(
        [*COMMAND, "--port", "0", "--keys", "keys", "--account", "desk"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    ) as process:
        try:
            assert process.stdout is not None
            told = "".join(process.stdout.readline() for _ in range(4))
            found = re.search(r"http://127\.0\.0\.1:\d+", told)
            assert found, told
            assert "accounts  desk" in told
            answer = httpx2.get(f"{found[0]}/api/v3/ping", timeout=10)
            assert (answer.status_code, answer.json()) == (200, {})
            forbidden = httpx2.get(f"{found[0]}/practice/orders", timeout=10)
            assert forbidden.status_code == 403
            names = {each.name for each in (tmp_path / "keys").iterdir()}
            assert names == {"desk-key", "desk-secret", "control-key"}
            modes = {stat.S_IMODE(each.stat().st_mode) for each in (tmp_path / "keys").iterdir()}
            assert modes == {0o600}
        finally:
            process.send_signal(signal.SIGTERM)
            _, errors = process.communicate(timeout=20)
    assert (process.returncode, errors) == (0, "")


def test_it_listens_on_this_machine_alone(tmp_path: Path) -> None:
    done = subprocess.run(
        [*COMMAND, "--host", "0.0.0.0", "--port", "0"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 2
    assert "of this machine alone" in done.stderr
