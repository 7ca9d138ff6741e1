"""`fillgate serve` in processes of its own: ready, stopped, and what keeps it from starting."""

import signal
import socket
import subprocess
from pathlib import Path

import httpx2
import pytest

from tests.cli.conftest import COMMAND, Run, Serving, environment


def serving(folder: Path, *arguments: object) -> Serving:
    given = ("--listen", "127.0.0.1:0", "--data", folder / "data", *arguments)
    return Serving(folder, tuple(str(argument) for argument in given))


def refused(*arguments: object) -> str:
    """Return the one line with which a `serve` of its own refuses to start."""
    done = subprocess.run(
        [*COMMAND, "serve", *(str(argument) for argument in arguments)],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        env=environment(),
    )
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    # What the service logged before is JSON.
    lines = [line for line in done.stderr.splitlines() if not line.startswith("{")]
    assert len(lines) == 1, done.stderr
    return lines[0]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_tells_where_it_is_and_stops_in_good_order(
    tmp_path: Path, number: signal.Signals
) -> None:
    with serving(tmp_path) as service:
        assert httpx2.get(f"{service.url}/ready", trust_env=False).status_code == 200
        assert service.end(number) == 0
        output = service.output.read_text()
        secret = (service.data / "webhook-secret").read_text().strip()
    assert f"listens on {service.url}" in output
    assert f"{service.url}/webhook/tradingview" in output
    assert str(service.data / "webhook-secret") in output
    assert "mock (default: mock)" in output
    assert secret not in output + service.log.read_text()


def test_accounts_that_are_down_are_told_with_the_reason(tmp_path: Path) -> None:
    taken = tmp_path / "ledger"
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
    (tmp_path / "fillgate.toml").write_text(
        f'[accounts.mock]\ntype = "mock"\nledger_path = "{taken}"\n'
    )
    config = ("--config", tmp_path / "fillgate.toml")
    with serving(tmp_path / "first", *config), serving(tmp_path / "second", *config) as service:
        output = service.output.read_text()
    assert "none is up" in output
    assert f"mock: the ledger '{taken}' is in use" in output


def test_a_second_service_on_the_same_data_is_refused(tmp_path: Path) -> None:
    with serving(tmp_path) as service:
        line = refused("--listen", "127.0.0.1:0", "--data", service.data)
        assert service.process.poll() is None
    assert line.startswith("fillgate: ")
    assert str(service.process.pid) in line


def test_a_busy_address_is_refused(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        line = refused("--listen", f"127.0.0.1:{port}", "--data", tmp_path / "data")
    assert line == f"fillgate: cannot listen on 127.0.0.1:{port}: Address already in use"
    assert not (tmp_path / "data").exists()


def refused_at_once(run: Run, *arguments: object) -> str:
    """Return the one line with which `serve` refuses before anything of it runs."""
    result = run("serve", *arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    return str(line)


@pytest.mark.parametrize(
    ("configuration", "words"),
    [
        ("[servce]", "did you mean `service`?"),
        ("[service]\nlisten = 8005", "`service.listen`"),
        ('[service]\nlsten = "x"', "did you mean `listen`?"),
        ('[webhook]\nsecret = "swordfish"', "env:NAME"),
        ("[webhook", "is not TOML"),
    ],
)
def test_a_wrong_configuration_is_refused(
    run: Run, tmp_path: Path, configuration: str, words: str
) -> None:
    path = tmp_path / "fillgate.toml"
    path.write_text(configuration)
    line = refused_at_once(run, "--config", path)
    assert words in line
    assert "swordfish" not in line
    assert refused_at_once(run) == line.replace(str(path), path.name), "the folder's own is used"


@pytest.mark.parametrize(
    ("account", "words"),
    [
        ('type = "mok"', "`accounts.a.type`"),
        ('type = "mock"\nsede = 1', "did you mean `seed`?"),
    ],
)
def test_a_wrong_account_is_refused(tmp_path: Path, account: str, words: str) -> None:
    path = tmp_path / "fillgate.toml"
    path.write_text(f"[accounts.a]\n{account}")
    line = refused("--config", path, "--data", tmp_path / "data", "--listen", "127.0.0.1:0")
    assert words in line


def test_a_configuration_that_is_named_must_be_there(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "nowhere.toml"
    assert str(path) in refused_at_once(run, "--config", path)


@pytest.mark.parametrize("listen", ["8005", "127.0.0.1:", "127.0.0.1:70000", "nonsense:x"])
def test_an_address_that_is_none_is_refused(run: Run, listen: str) -> None:
    assert "HOST:PORT" in refused_at_once(run, "--listen", listen)


def test_beyond_this_machine_a_key_is_needed(run: Run) -> None:
    assert "FILLGATE_API_KEY" in refused_at_once(run, "--listen", "0.0.0.0:0")


def test_a_data_folder_that_cannot_be_one_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    line = refused("--listen", "127.0.0.1:0", "--data", tmp_path / "file")
    assert str(tmp_path / "file") in line


def test_a_journal_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "journal.db").write_bytes(b"not a database" * 100)
    line = refused("--listen", "127.0.0.1:0", "--data", tmp_path)
    assert str(tmp_path / "journal.db") in line


def test_a_secret_that_others_can_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "webhook-secret").write_text("swordfish")
    (tmp_path / "webhook-secret").chmod(0o644)
    line = refused("--listen", "127.0.0.1:0", "--data", tmp_path)
    assert "chmod 600" in line
    assert "swordfish" not in line
