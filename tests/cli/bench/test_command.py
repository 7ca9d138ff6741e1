"""`fillgate bench` in a process of its own: to its end, wrong, and broken off."""

import json
import os
import signal
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from fillgate.cli.bench.machine import disk_of
from tests.cli.conftest import COMMAND, Run, environment
from tests.growth.history import History, grow
from tests.patience import wait_for

TINY = ("--concurrency", "1", "--concurrency", "3", "--rounds", "2", "--seconds", "0.1")


def bench(folder: Path, *arguments: str, **env: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*COMMAND, "bench", "--data", str(folder), *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env=environment(**env),
    )


def test_its_figures_follow_from_what_was_counted(tmp_path: Path) -> None:
    # What would configure a service does not reach the one that is measured.
    done = bench(tmp_path, *TINY, "--json", FILLGATE_API_KEY="key", FILLGATE_WEBHOOK_SECRET="own")
    assert done.returncode == 0, done.stdout + done.stderr
    document = json.loads(done.stdout)
    assert document["faults"] == []
    assert [level["concurrency"] for level in document["levels"]] == [1, 3]
    for level in document["levels"]:
        check_level(level)
        summaries = [
            each for each in document["summaries"] if each["concurrency"] == level["concurrency"]
        ]
        for summary in summaries:
            check_summary(summary, level)
        names = ["echo", "acknowledged", "outcome"]
        # One connection cannot be shared by two senders.
        more = ["echo, twice the senders"] if level["concurrency"] > 1 else []
        assert [each["variant"] for each in summaries] == names + more
    assert list(tmp_path.iterdir()) == []


def check_level(level: dict[str, Any]) -> None:
    runs = [*level["warm_up"], *level["runs"]]
    sent = sum(run["right"] for run in runs if run["variant"] in {"acknowledged", "outcome"})
    assert level["orders"] == {"FILLED": sent}
    assert min(level["flushes_ns"]) > 0
    variants = [run["variant"] for run in level["runs"]]
    half = len(variants) // 2
    # The rounds are interleaved.
    assert variants[:half] == variants[half:]
    assert [run["round"] for run in level["runs"]] == [1] * half + [2] * half
    for run in runs:
        assert run["wrong"] == 0
        assert 0 < run["p50_ms"] <= run["p99_ms"] <= run["seconds"] * 1000
        assert 0 < run["server_cpu_answering"] <= run["server_cpu_seconds"]
        # Exact to a tick.
        assert run["loop_cpu_seconds"] >= 0
        assert run["seconds"] <= run["settled_seconds"]
        assert run["sender_cpu_seconds"] > 0
        if run["variant"].startswith("echo"):
            assert run["flushes"] == 0
        elif level["concurrency"] == 1 and run["variant"] == "outcome":
            # Before the venue hears of it, and when the outcome is known: nobody to share with.
            assert run["flushes"] >= 2 * run["right"]
        else:
            # At the most one to accept it, one before the venue hears of it, one for the outcome.
            assert 2 <= run["flushes"] <= 3 * run["right"] + 2


def check_summary(summary: dict[str, Any], level: dict[str, Any]) -> None:
    runs = [run for run in level["runs"] if run["variant"] == summary["variant"]]
    echoes = [run for run in level["runs"] if run["variant"] == "echo"]
    assert summary["right"] == sum(run["right"] for run in runs)
    assert summary["rate"] == pytest.approx(
        statistics.median(run["right"] / run["seconds"] for run in runs)
    )
    assert summary["rate_ratio"] == pytest.approx(
        statistics.median(
            run["right"] / run["seconds"] / (echo["right"] / echo["seconds"])
            for run, echo in zip(runs, echoes, strict=True)
        )
    )
    assert summary["cpu_ratio"] == pytest.approx(
        statistics.median(
            echo["server_cpu_seconds"] / echo["right"] / (run["server_cpu_seconds"] / run["right"])
            for run, echo in zip(runs, echoes, strict=True)
        )
    )


@pytest.mark.parametrize("form", [(), ("--markdown",)])
def test_what_people_read(tmp_path: Path, form: tuple[str, ...]) -> None:
    arguments = ("--quick", "--rounds", "1", "--concurrency", "2", *form)
    done = bench(tmp_path, *arguments, PYTHONIOENCODING="ascii")
    assert done.returncode == 0, done.stdout + done.stderr
    for words in ("outcome", "acknowledgement", "bare echo", "command", "--concurrency 2"):
        assert words in done.stdout
    assert "as many FILLED in the journals" in done.stdout
    lines = done.stdout.splitlines()
    assert form or max(map(len, lines)) <= 100
    assert "measuring 2 at once ..." in done.stderr


def test_usage_is_checked_before_anything_is_measured(run: Run, tmp_path: Path) -> None:
    both = run("bench", "--json", "--markdown")
    assert both.exit_code == 2
    assert "expected one of them" in both.stderr
    for arguments in (("--concurrency", "0"), ("--rounds", "0"), ("--seconds", "0")):
        assert run("bench", *arguments).exit_code == 2


def test_where_there_is_no_folder_nothing_is_measured(tmp_path: Path) -> None:
    done = bench(tmp_path / "missing", COLUMNS="300")
    assert done.returncode == 2
    assert "cannot be used" in done.stderr
    assert not (tmp_path / "missing").exists()


def test_a_folder_in_memory_is_no_disk() -> None:
    memory = Path("/dev/shm")
    if not (memory.is_dir() and disk_of(memory).is_memory):
        pytest.skip("this machine has no folder in memory")
    before = set(memory.iterdir())
    done = bench(memory, COLUMNS="200")
    assert done.returncode == 2
    assert "in memory (tmpfs)" in done.stderr
    assert set(memory.iterdir()) == before


def test_a_server_that_does_not_start_is_told_with_its_log(tmp_path: Path) -> None:
    # The children are started by this name; the command itself runs already.
    program = "import sys; from fillgate.cli import app\nsys.executable = sys.argv.pop(1)\napp()"
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\necho 'it is broken' >&2\nexit 7\n")
    broken.chmod(0o755)
    data = tmp_path / "data"
    data.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", program, str(broken), "bench", "--data", str(data), *TINY],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=environment(),
    )
    assert done.returncode == 1
    assert "ended at once with 7" in done.stderr
    assert "service.log: it is broken" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(data.iterdir()) == []


def test_a_service_that_dies_is_told_and_nothing_is_left(tmp_path: Path) -> None:
    command = subprocess.Popen(
        [*COMMAND, "bench", "--data", str(tmp_path), "--concurrency", "2", "--rounds", "99"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    )
    with command:
        wait_for(lambda: is_measuring(tmp_path), "it measures")
        (ready,) = tmp_path.glob("*/0/ready.json")
        os.kill(json.loads(ready.read_text())["pid"], signal.SIGKILL)
        printed, errors = command.communicate(timeout=60)
    assert command.returncode == 1
    assert printed == ""
    assert "fillgate: " in errors
    assert "Traceback" not in errors
    assert list(tmp_path.iterdir()) == []


def children(pid: int) -> Iterator[int]:
    """All processes below this one that run now."""
    for task in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            number, _, rest = task.read_text().partition(" (")
            state, parent = rest.rpartition(") ")[2].split()[:2]
            if int(parent) == pid and state != "Z":
                yield int(number)
                yield from children(int(number))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("group", [False, True], ids=["alone", "group"])
def test_broken_off_it_ends_all_processes_and_leaves_nothing(
    tmp_path: Path, number: signal.Signals, group: bool
) -> None:
    command = subprocess.Popen(
        [*COMMAND, "bench", "--data", str(tmp_path), "--concurrency", "2", "--rounds", "99"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
        start_new_session=True,
    )
    with command:
        # Two servers and two senders, and some megabytes of alerts.
        wait_for(lambda: is_measuring(tmp_path), "it measures")
        pids = list(children(command.pid))
        assert len(pids) == 4
        if group:
            os.killpg(command.pid, number)
        else:
            command.send_signal(number)
        _, errors = command.communicate(timeout=60)
    assert command.returncode not in {0, None}
    assert b"Traceback" not in errors
    assert not [pid for pid in pids if Path(f"/proc/{pid}").exists()]
    assert list(tmp_path.iterdir()) == []


def is_measuring(folder: Path) -> bool:
    journals = list(folder.glob("*/0/journal.db-wal"))
    return bool(journals) and journals[0].stat().st_size > 1_000_000


def test_it_measures_behind_a_history(tmp_path: Path) -> None:
    journal = tmp_path / "old" / "journal.db"
    grow(journal, 200, History())
    before = journal.read_bytes()
    folder = tmp_path / "here"
    folder.mkdir()
    quick = ("--concurrency", "3", "--rounds", "2", "--seconds", "0.1")
    done = bench(folder, *quick, "--journal", str(journal), "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    (level,) = json.loads(done.stdout)["levels"]
    check_level(level)
    assert journal.read_bytes() == before


def test_a_history_that_is_none_is_refused(tmp_path: Path) -> None:
    done = bench(tmp_path, "--concurrency", "1", "--journal", str(tmp_path / "no"))
    assert (done.returncode, "--journal: " in done.stderr) == (1, True)
