"""`fillgate doctor` beside a running service, and on machines that are not fit."""

import json
import os
import socket
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.cli.conftest import Run, Serving, free_port
from tests.service.doctor.conftest import ccxt

CHECKS = ["configuration", "system", "clock", "files", "disk", "journal", "address", "accounts"]


def examined(run: Run, env: Mapping[str, str], *arguments: object, code: int = 0) -> dict[str, str]:
    """Return by check what a doctor says, a line each with its level."""
    result = run("doctor", "--json", *arguments, env=env)
    assert result.exit_code == code, result.output
    said: dict[str, str] = {}
    for each in json.loads(result.stdout):
        words = f"{each['level']}: {each['text']} -> {each['advice'] or ''}\n"
        said[each["check"]] = said.get(each["check"], "") + words
    assert list(said) == CHECKS
    return said


def test_an_empty_folder_is_fit(run: Run, tmp_path: Path) -> None:
    address = {"FILLGATE_SERVICE_LISTEN": f"127.0.0.1:{free_port()}"}
    said = examined(run, address)
    assert "no configuration file is used" in said["configuration"]
    assert "ok: mock (mock) is well" in said["accounts"]
    assert list(tmp_path.iterdir()) == []
    result = run("doctor", env=address)
    assert result.exit_code == 0
    assert "is free" in result.stdout


def beside(running: Serving) -> dict[str, str]:
    """The environment of a service that runs."""
    return {
        "FILLGATE_SERVICE_LISTEN": running.url.removeprefix("http://"),
        "FILLGATE_SERVICE_DATA": str(running.data),
        "FILLGATE_API_KEY": "key-of-the-api",
        "CCXT_SECRET": "of-the-venue",
    }


def test_beside_a_running_service(run: Run, running: Serving) -> None:
    said = examined(run, beside(running), "--config", running.folder / "fillgate.toml")
    assert f"the process {running.process.pid} writes it" in said["journal"]
    assert "runs on 127.0.0.1" in said["address"]
    assert "ok: mock is up, says the running service" in said["accounts"]
    assert "ok: silent is up, says the running service" in said["accounts"]
    assert "ok: the clock agrees with that of the service of silent" in said["clock"]
    for words in said.values():
        assert "key-of-the-api" not in words
        assert "of-the-venue" not in words
    assert running.process.poll() is None


def test_a_service_with_other_data_at_the_address(
    run: Run, running: Serving, tmp_path: Path
) -> None:
    (tmp_path / "data").mkdir(mode=0o700)
    (tmp_path / "data" / "journal.db").touch(mode=0o600)
    environ = beside(running) | {"FILLGATE_SERVICE_DATA": str(tmp_path / "data")}
    said = examined(run, environ, "--config", running.folder / "fillgate.toml", code=1)
    assert "problem: a fillgate with another data folder listens on" in said["address"]


def test_a_machine_that_is_not_fit(run: Run, tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    (data / "webhook-secret").write_text("swordfish-and-chips")
    (data / "webhook-secret").chmod(0o644)
    (tmp_path / "fillgate.toml").write_text(ccxt(f"http://127.0.0.1:{free_port()}"))
    (tmp_path / "fillgate.toml").chmod(0o666)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listen = f"127.0.0.1:{listener.getsockname()[1]}"
        environ = {
            "S": "swordfish-and-chips",
            "FILLGATE_SERVICE_LISTEN": listen,
            "FILLGATE_SERVICE_DATA": str(data),
        }
        said = examined(run, environ, code=1)
        result = run("doctor", env=environ)
    assert result.exit_code == 1
    assert f"chmod 600 {data / 'webhook-secret'}" in said["files"]
    assert "chmod go-w fillgate.toml" in said["files"]
    assert f"problem: another program listens on {listen}" in said["address"]
    assert "problem: real (ccxt-http): " in said["accounts"]
    assert "swordfish" not in json.dumps(said) + result.output


@pytest.mark.skipif(not Path("/dev/shm").is_dir(), reason="this machine has no tmpfs there")
def test_a_disk_in_memory(run: Run, tmp_path: Path) -> None:
    folder = Path("/dev/shm") / f"fillgate-{os.getpid()}-{tmp_path.name}"
    environ = {
        "FILLGATE_SERVICE_DATA": str(folder),
        "FILLGATE_SERVICE_LISTEN": f"127.0.0.1:{free_port()}",
    }
    said = examined(run, environ)
    assert "warning: /dev/shm is on a file system of the type tmpfs" in said["disk"]
