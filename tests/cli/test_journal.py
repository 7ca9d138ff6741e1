"""`fillgate journal verify`, beside a running service and on damaged journals."""

import json
import shutil
from pathlib import Path

import apsw
import pytest

from tests.cli.conftest import Run, Serving, asked_json


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a service that has stopped."""
    folder = tmp_path_factory.mktemp("lived")
    with Serving(folder, ("--listen", "127.0.0.1:0", "--data", str(folder / "data"))) as service:
        assert service.end() == 0
    return folder


@pytest.fixture
def data(lived: Path, tmp_path: Path) -> Path:
    shutil.copytree(lived / "data", tmp_path / "data")
    return tmp_path / "data"


def test_the_journal_of_a_running_service_is_whole(ask: Run, running: Serving) -> None:
    sent = ask("send", "order", "--symbol", "XRP/USDT", "--side", "buy", "--quantity", "1")
    assert sent.exit_code == 0
    result = ask("journal", "verify", "--data", running.data)
    assert result.exit_code == 0, result.output
    assert "the journal is whole" in result.stdout
    document = asked_json(ask("journal", "verify", "--data", running.data, "--json"))
    assert document["ok"] is True
    assert document["orders"] >= 1
    assert {"inbox", "system", "account:mock"} <= document["heads"].keys()


def test_damage_is_told_and_ends_with_1(run: Run, data: Path) -> None:
    connection = apsw.Connection(str(data / "journal.db"))
    connection.execute("UPDATE events SET at = at + 1 WHERE position = 2")
    connection.close()
    result = run("journal", "verify", "--data", data)
    assert result.exit_code == 1
    assert "CHAIN_BROKEN  event 2 (system 2)" in result.stdout
    assert result.stdout.endswith("1 found\n")
    document = asked_json(run("journal", "verify", "--data", data, "--json"))
    assert document["findings"][0]["code"] == "CHAIN_BROKEN"


@pytest.mark.parametrize("noted", ["json", "log"])
def test_an_end_that_was_cut_off_is_found_with_what_was_noted(
    run: Run, lived: Path, data: Path, tmp_path: Path, noted: str
) -> None:
    note = tmp_path / "noted"
    note.write_text(run("journal", "verify", "--data", data, "--json").stdout)
    if noted == "log":
        heads = json.loads(note.read_text())["heads"]
        line = json.dumps({"event": "journal-opened", "heads": heads})
        note.write_text(f"not JSON\n{(lived / 'log').read_text()}{line}\n[1]\n")
    assert run("journal", "verify", "--data", data, "--known", note).exit_code == 0
    connection = apsw.Connection(str(data / "journal.db"))
    connection.execute("DELETE FROM events WHERE position = (SELECT max(position) FROM events)")
    connection.execute(
        """UPDATE streams SET (position, sequence, hash) = (
            SELECT position, sequence, hash FROM events WHERE stream = streams.id
            ORDER BY position DESC LIMIT 1
        )"""
    )
    connection.close()
    assert run("journal", "verify", "--data", data).exit_code == 0
    result = run("journal", "verify", "--data", data, "--known", note)
    assert result.exit_code == 1
    assert "CHAIN_BROKEN  stream system" in result.stdout


def test_the_log_of_a_service_notes_heads_that_verify_understands(
    run: Run, lived: Path, tmp_path: Path
) -> None:
    """The second start logs the heads that the first one left."""
    shutil.copytree(lived / "data", tmp_path / "data")
    with Serving(tmp_path, ("--listen", "127.0.0.1:0", "--data", str(tmp_path / "data"))) as again:
        assert again.end() == 0
    result = run("journal", "verify", "--data", tmp_path / "data", "--known", tmp_path / "log")
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize(
    "content", [None, "", "{}", '{"heads": {"a": 1}}', '{"heads": {"a": "x:y"}}']
)
def test_notes_that_are_none(run: Run, data: Path, tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "noted").write_text(content)
    result = run("journal", "verify", "--data", data, "--known", tmp_path / "noted")
    assert result.exit_code == 2
    assert "--known" in result.stderr


def test_there_is_no_journal(run: Run, tmp_path: Path) -> None:
    result = run("journal", "verify", "--data", tmp_path)
    assert result.exit_code == 2
    assert str(tmp_path / "journal.db") in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_is_no_journal(run: Run, tmp_path: Path) -> None:
    (tmp_path / "journal.db").write_bytes(b"nonsense" * 1000)
    result = run("journal", "verify", "--data", tmp_path)
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 1


def test_a_journal_with_a_torn_page_ends_without_a_traceback(run: Run, data: Path) -> None:
    path = data / "journal.db"
    content = bytearray(path.read_bytes())
    content[4096:] = bytes(len(content) - 4096)
    path.write_bytes(content)
    result = run("journal", "verify", "--data", data)
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 1


def test_a_backup_is_checked_restored_and_released(run: Run, data: Path, tmp_path: Path) -> None:
    copy, new = tmp_path / "copy", tmp_path / "new"
    result = run("journal", "backup", copy, "--data", data)
    assert result.exit_code == 0, result.output
    assert "checked" in result.stdout
    assert run("journal", "backup", copy, "--data", data).exit_code == 2
    assert run("journal", "restore", copy, "--data", data).exit_code == 2
    result = run("journal", "restore", copy, "--data", new)
    assert result.exit_code == 0, result.output
    assert "held until" in result.stdout
    assert run("journal", "verify", "--data", new).exit_code == 0
    assert run("journal", "release", "--reason", " ", "--data", new).exit_code == 2
    result = run("journal", "release", "--reason", "compared", "--data", new)
    assert result.exit_code == 0, result.output
    result = run("journal", "release", "--reason", "compared", "--data", new)
    assert (result.exit_code, "not held" in result.output) == (1, True)
    assert run("journal", "release", "--reason", "x", "--data", tmp_path / "no").exit_code == 2


def test_a_running_service_is_asked_to_release(
    run: Run, data: Path, tmp_path: Path, silent_venue: str
) -> None:
    # An account that cannot be compared leaves the hold to a person.
    configuration = tmp_path / "fillgate.toml"
    configuration.write_text(
        f'[accounts.silent]\ntype = "ccxt-http"\nbase_url = "{silent_venue}"\n'
        'webhook_secret = "env:CCXT_SECRET"\n'
    )
    run("journal", "backup", tmp_path / "copy", "--data", data, "--unchecked")
    run("journal", "restore", tmp_path / "copy", "--data", tmp_path / "new", "--unchecked")
    places = ("--data", str(tmp_path / "new"), "--config", str(configuration))
    options = ("--listen", "127.0.0.1:0", *places)
    with Serving(tmp_path, options, {"CCXT_SECRET": "of-the-venue"}) as service:
        ask = ("journal", "release", "--reason", "compared", "--data", tmp_path / "new")
        result = run(*ask, "--url", service.url)
        assert result.exit_code == 0, result.output
        result = run(*ask, "--url", service.url)
        assert (result.exit_code, "NOT_HELD" in result.output) == (1, True)
        assert service.end() == 0


def test_a_backup_that_is_not_whole_is_not_restored(run: Run, data: Path, tmp_path: Path) -> None:
    run("journal", "backup", tmp_path / "copy", "--data", data)
    connection = apsw.Connection(str(tmp_path / "copy"))
    connection.execute("UPDATE events SET at = at + 1 WHERE position = 2")
    connection.close()
    result = run("journal", "restore", tmp_path / "copy", "--data", tmp_path / "new")
    assert (result.exit_code, "CHAIN_BROKEN" in result.output) == (1, True)
    assert not (tmp_path / "new").exists()


def test_events_are_exported(run: Run, data: Path, tmp_path: Path) -> None:
    result = run("journal", "export", "--data", data)
    assert result.exit_code == 0, result.output
    events = [json.loads(line) for line in result.stdout.splitlines()]
    assert events[0]["event"] == "service-started"
    target = tmp_path / "events.jsonl"
    assert run("journal", "export", "--data", data, "--to", target).exit_code == 0
    assert target.read_text() == result.stdout
    assert run("journal", "export", "--data", data, "--to", target).exit_code == 2
    rest = run("journal", "export", "--data", data, "--after", events[-2]["id"])
    assert json.loads(rest.stdout) == events[-1]
    target = tmp_path / "events.parquet"
    parquet = ("journal", "export", "--data", data, "--format", "parquet")
    assert run(*parquet, "--to", target).exit_code == 0
    assert target.read_bytes()[:4] == b"PAR1"
    assert run(*parquet).exit_code == 2
    assert run("journal", "export", "--data", data, "--kind", "x").exit_code == 2
    assert run("journal", "export", "--data", data, "--after", "x").exit_code == 2
    assert not list(tmp_path.glob("*.partial"))


def test_old_events_move_to_an_archive(run: Run, data: Path) -> None:
    result = run("journal", "compact", "--data", data)
    assert (result.exit_code, result.stdout) == (0, "nothing is older than 30 days\n")
    before = run("journal", "export", "--data", data).stdout
    result = run("journal", "compact", "--keep", "0", "--data", data)
    assert result.exit_code == 0, result.output
    assert "events to journal.db.archive-0001" in result.stdout
    assert run("journal", "verify", "--data", data).exit_code == 0
    assert run("journal", "export", "--data", data).stdout == before
    assert run("journal", "compact", "--data", data / "nothing").exit_code == 2
