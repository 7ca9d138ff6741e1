"""The torture, short: the service is killed a dozen times, at every moment."""

from tests.torture.evidence import verified_by_command
from tests.torture.killer import MOMENTS
from tests.torture.run import Result


def test_nothing_is_lost_or_doubled(short_run: Result) -> None:
    assert not short_run.violations


def test_the_command_finds_the_journal_whole(short_run: Result) -> None:
    assert verified_by_command(short_run.data) == ""


def test_it_was_a_torture(short_run: Result) -> None:
    evidence = short_run.evidence
    assert short_run.kills >= 10
    assert set(short_run.moments) == set(MOMENTS)
    assert {sent.source for sent in evidence.sent.values()} == {"tradingview", "api"}
    statuses = {str(state.status) for state in evidence.states.values()}
    assert {"FILLED", "CANCELED", "REJECTED", "ABSENT"} <= statuses
    requests = {(str(r.kind), str(r.status)) for s in evidence.states.values() for r in s.requests}
    assert {("cancel", "DONE"), ("replace", "DONE"), ("cancel", "REJECTED")} <= requests
    assert len(evidence.book.faults) > 10
