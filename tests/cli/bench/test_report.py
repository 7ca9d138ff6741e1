import json

import pytest

from fillgate.cli.bench.report import (
    COLUMNS,
    document_of,
    facts_of,
    goal_rows_of,
    markdown_of,
    notes_of,
    rows_of,
)
from fillgate.cli.bench.rounds import ACKNOWLEDGED, ECHO, MORE_SENDERS, OUTCOME
from tests.cli.bench.made import a_level, a_run, findings

FOUND = findings(
    a_level(
        a_run(ECHO, right=10_000, server_cpu_seconds=0.5),
        a_run(ACKNOWLEDGED, right=4_000, server_cpu_seconds=0.8, flushes=250),
        a_run(OUTCOME, right=2_000, server_cpu_seconds=0.4, flushes=130, p50_ms=0.1234),
        a_run(MORE_SENDERS, right=11_000, senders=2),
        warm_up=[a_run(OUTCOME, right=7)],
        orders={"FILLED": 6007},
    )
)


def test_the_rows_of_the_table() -> None:
    rows = list(rows_of(FOUND))
    assert {len(row) for row in rows} == {len(COLUMNS)}
    row = dict(zip(COLUMNS, rows[2], strict=True))
    assert row == {
        "at once": "32",
        "answered with": "outcome",
        "per s": "2,000",
        "p50 ms": "0.123",
        "p99 ms": "2.00",
        "CPU us": "200.0",
        "flushes": "0.07",
        "by CPU": "0.250",
        "by rate": "0.200",
        "server": "50%",
        "sender": "20%",
    }
    # The echo is what is compared with, and flushes nothing.
    assert [rows[0][COLUMNS.index(name)] for name in ("flushes", "by CPU", "by rate")] == [""] * 3
    assert rows[3][1] == "echo, 2 senders"
    assert rows[3][COLUMNS.index("sender")] == "10%"


def test_the_facts_tell_command_machine_versions_and_disk() -> None:
    facts = dict(facts_of(FOUND))
    assert facts["command"] == "fillgate bench"
    assert facts["machine"] == "A processor, 2 cores, Linux 1"
    assert facts["versions"] == "fillgate 1, SQLite 3, CPython 3"
    assert (
        "ext4 on /dev/disk; a flush of 4 KiB takes 0.200 ms (p50), 0.300 ms (p99)" in facts["disk"]
    )
    assert facts["rounds"].startswith("medians of 1,")


def test_goals_and_notes_are_in_words() -> None:
    rows = list(goal_rows_of(FOUND))
    assert [row[1:] for row in rows] == [
        ("0.250", "met"),
        ("0.200", "met"),
        ("0.250", "not met"),
        ("0.400", "met"),
    ]
    notes = list(notes_of(findings(a_level(a_run(ECHO, wrong=1, examples=["no"])))))
    assert any(note.startswith("WRONG: ") for note in notes)


def test_a_page_gets_whole_tables_with_the_same_cells() -> None:
    lines = list(markdown_of(FOUND))
    tables = "\n".join(lines).split("\n\n")
    for table in tables[:-1]:
        assert len({line.count("|") for line in table.strip().splitlines()}) == 1
    for row in rows_of(FOUND):
        assert f"| {' | '.join(row)} |" in lines
    for note in notes_of(FOUND):
        assert f"- {note}" in lines


def test_the_document_is_json_and_holds_every_run() -> None:
    document = json.loads(json.dumps(document_of(FOUND)))
    runs = document["levels"][0]["runs"]
    assert [run["variant"] for run in runs] == [ECHO, ACKNOWLEDGED, OUTCOME, MORE_SENDERS]
    assert document["summaries"][2]["cpu_ratio"] == 0.25
    assert document["goals"][0]["met"] is True
    assert document["flush_ms"] == pytest.approx({"p50": 0.2, "p99": 0.3})
    assert document["faults"] == []
