"""The torture with ccxt, short."""

import asyncio
from dataclasses import replace

import pytest

from tests.torture.evidence import verified_by_command
from tests.torture.killer import (
    ANSWER_TO_COMMIT,
    COMMIT_TO_SEND,
    OF_A_CANCEL,
    SEND_TO_ANSWER,
)
from tests.torture.plans import WITH_CCXT
from tests.torture.report import report
from tests.torture.run import Result, torture

MOMENTS = (COMMIT_TO_SEND, SEND_TO_ANSWER, ANSWER_TO_COMMIT, SEND_TO_ANSWER + OF_A_CANCEL)
SHORT = replace(
    WITH_CCXT,
    seed=20261125,
    kills=4,
    moments=MOMENTS,
    between=(8, 12),
    answers=15,
    mischief=(1.0, 3.0),
)


@pytest.fixture(scope="module")
def short_run(tmp_path_factory: pytest.TempPathFactory) -> Result:
    result = asyncio.run(torture(SHORT, tmp_path_factory.mktemp("torture")))
    print(report(result))  # noqa: T201 - pytest shows it when the test fails
    return result


def test_nothing_is_lost_or_doubled(short_run: Result) -> None:
    assert not short_run.violations


def test_the_command_finds_the_journal_whole(short_run: Result) -> None:
    assert verified_by_command(short_run.data) == ""


def test_it_was_a_torture(short_run: Result) -> None:
    evidence = short_run.evidence
    assert set(short_run.moments) == set(MOMENTS)
    assert len(short_run.mischief) >= 4
    statuses = {str(state.status) for state in evidence.states.values()}
    assert {"FILLED", "CANCELED"} <= statuses
    requests = {str(each.status) for state in evidence.states.values() for each in state.requests}
    assert "DONE" in requests
    assert evidence.foreign
    assert len(evidence.sendings) >= 40
    # Of those of a kind in the torture there are more of another kind at the exchange.
    kinds = {fault.partition(":")[0] for fault in evidence.book.faults}
    assert kinds >= {"new", "cancel", "lookup", "report"}
    assert len(evidence.book.faults) >= 20
