"""The torture with ccxt, short; and a planted re-send, which it finds."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from tests.torture.evidence import verified_by_command
from tests.torture.faults import Faults
from tests.torture.killer import (
    ANSWER_TO_COMMIT,
    COMMIT_TO_SEND,
    SEND_TO_ANSWER,
)
from tests.torture.plans import WITH_CCXT
from tests.torture.report import report
from tests.torture.run import Result, torture

MOMENTS = (COMMIT_TO_SEND, SEND_TO_ANSWER, ANSWER_TO_COMMIT)
SHORT = replace(WITH_CCXT, seed=20261125, kills=3, moments=MOMENTS, between=(2, 5), answers=5)


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
    assert set(short_run.moments) == set(MOMENTS)
    statuses = {str(state.status) for state in short_run.evidence.states.values()}
    assert "FILLED" in statuses
    assert len(short_run.evidence.book.arrivals) >= 10
    assert short_run.evidence.book.faults


async def test_a_planted_re_send_is_found(tmp_path: Path) -> None:
    # Of a filled order Binance takes the id again: nothing but its receipts and lists tells.
    plan = replace(
        SHORT,
        kills=0,
        faults=Faults(truncated=0.9),
        answers=10,
        healing=0.5,
        program=("-m", "tests.torture.planted", "send_again_after_a_missing_answer"),
    )
    result = await torture(plan, tmp_path)
    assert 5 in {violation.invariant for violation in result.violations}
    assert max(result.evidence.book.accepted.values()) > 1
