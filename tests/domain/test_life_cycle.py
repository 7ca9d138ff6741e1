"""The life cycle: all moves are in the table or refused, and the table is what it should be."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillgate.domain.errors import IllegalMove
from fillgate.domain.life_cycle import LIFE_CYCLE, OrderStatus, ReportType, next_status

S = OrderStatus
R = ReportType

PAIRS = list(product(OrderStatus, ReportType))

FINAL = {S.FILLED, S.CANCELED, S.EXPIRED, S.REJECTED, S.DENIED, S.ABSENT}

MOVES = [
    # The usual lives.
    ([R.SENDING, R.NEW, R.PARTIAL_FILL, R.PARTIAL_FILL, R.FILL], S.FILLED),
    ([R.SENDING, R.FILL], S.FILLED),
    ([R.SENDING, R.NEW, R.PENDING_CANCEL, R.CANCELED], S.CANCELED),
    ([R.SENDING, R.NEW, R.EXPIRED], S.EXPIRED),
    ([R.SENDING, R.REJECTED], S.REJECTED),
    ([R.SENDING, R.NEW, R.REJECTED], S.REJECTED),
    ([R.SENDING, R.CANCELED], S.CANCELED),
    ([R.DENIED], S.DENIED),
    ([R.SENDING, R.DENIED], S.DENIED),
    # A missing answer, looked up.
    ([R.SENDING, R.UNANSWERED], S.UNKNOWN),
    ([R.SENDING, R.UNANSWERED, R.UNANSWERED], S.UNKNOWN),
    ([R.SENDING, R.UNANSWERED, R.NEW], S.NEW),
    ([R.SENDING, R.UNANSWERED, R.PARTIAL_FILL], S.PARTIALLY_FILLED),
    ([R.SENDING, R.UNANSWERED, R.FILL], S.FILLED),
    ([R.SENDING, R.UNANSWERED, R.CANCELED], S.CANCELED),
    ([R.SENDING, R.UNANSWERED, R.REJECTED], S.REJECTED),
    ([R.SENDING, R.UNANSWERED, R.PENDING_CANCEL], S.PENDING_CANCEL),
    ([R.SENDING, R.UNANSWERED, R.PENDING_REPLACE], S.PENDING_REPLACE),
    ([R.SENDING, R.UNANSWERED, R.ABSENT], S.ABSENT),
    # What was absent turns up.
    ([R.SENDING, R.UNANSWERED, R.ABSENT, R.NEW], S.NEW),
    ([R.SENDING, R.UNANSWERED, R.ABSENT, R.FILL], S.FILLED),
    ([R.SENDING, R.UNANSWERED, R.ABSENT, R.PENDING_CANCEL], S.PENDING_CANCEL),
    # Late fills on what was over.
    ([R.SENDING, R.NEW, R.CANCELED, R.FILL], S.FILLED),
    ([R.SENDING, R.NEW, R.CANCELED, R.PARTIAL_FILL], S.CANCELED),
    ([R.SENDING, R.NEW, R.EXPIRED, R.FILL], S.FILLED),
    ([R.SENDING, R.NEW, R.EXPIRED, R.PARTIAL_FILL], S.EXPIRED),
    ([R.SENDING, R.REJECTED, R.FILL], S.FILLED),
    ([R.SENDING, R.REJECTED, R.PARTIAL_FILL], S.PARTIALLY_FILLED),
    # Fills while a request is under way.
    ([R.SENDING, R.NEW, R.PENDING_CANCEL, R.PARTIAL_FILL, R.CANCELED], S.CANCELED),
    ([R.SENDING, R.NEW, R.PENDING_CANCEL, R.FILL], S.FILLED),
    ([R.SENDING, R.NEW, R.PENDING_REPLACE, R.FILL], S.FILLED),
    # Overtaken and repeated reports.
    ([R.SENDING, R.PARTIAL_FILL, R.NEW], S.PARTIALLY_FILLED),
    ([R.SENDING, R.FILL, R.NEW, R.PARTIAL_FILL, R.FILL], S.FILLED),
    ([R.SENDING, R.NEW, R.CANCELED, R.CANCELED], S.CANCELED),
    ([R.SENDING, R.CANCELED, R.NEW], S.CANCELED),
    ([R.SENDING, R.EXPIRED, R.NEW], S.EXPIRED),
    ([R.SENDING, R.NEW, R.CANCELED, R.EXPIRED], S.CANCELED),
    ([R.SENDING, R.FILL, R.PENDING_CANCEL], S.FILLED),
    # Reports before the answer, and then no answer.
    ([R.SENDING, R.NEW, R.UNANSWERED], S.NEW),
    ([R.SENDING, R.PARTIAL_FILL, R.UNANSWERED], S.PARTIALLY_FILLED),
    ([R.SENDING, R.FILL, R.UNANSWERED], S.FILLED),
    # A cancel that the venue thought about and refused.
    ([R.SENDING, R.NEW, R.PENDING_CANCEL, R.NEW], S.NEW),
    ([R.SENDING, R.NEW, R.PENDING_CANCEL, R.PARTIAL_FILL], S.PARTIALLY_FILLED),
    ([R.SENDING, R.NEW, R.PENDING_CANCEL, R.PENDING_REPLACE, R.NEW], S.NEW),
    # Fills taken back and corrected, each with the status of the same report behind it.
    ([R.SENDING, R.FILL, R.TRADE_CANCEL, R.PARTIAL_FILL], S.PARTIALLY_FILLED),
    ([R.SENDING, R.FILL, R.TRADE_CANCEL, R.CANCELED], S.CANCELED),
    ([R.SENDING, R.FILL, R.TRADE_CORRECT, R.FILL], S.FILLED),
    ([R.SENDING, R.NEW, R.CANCELED, R.TRADE_CANCEL, R.CANCELED], S.CANCELED),
    # Works at the venue though it was thought to be over.
    ([R.SENDING, R.REJECTED, R.RESTATED, R.NEW], S.NEW),
    ([R.SENDING, R.NEW, R.CANCELED, R.RESTATED, R.PARTIAL_FILL], S.PARTIALLY_FILLED),
    ([R.SENDING, R.DENIED, R.RESTATED], S.NEW),
]

ILLEGAL = [
    *[(status, R.ABSENT) for status in OrderStatus if status not in {S.UNKNOWN, S.ABSENT}],
    # Nothing is sent twice, and nothing that may have been heard of is DENIED.
    *[(status, R.SENDING) for status in OrderStatus if status is not S.PENDING_NEW],
    *[(s, R.DENIED) for s in OrderStatus if s not in {S.PENDING_NEW, S.DENIED}],
    # What never left cannot be at the venue.
    *[(S.DENIED, report) for report in ReportType if report not in {R.DENIED, R.RESTATED}],
    (S.FILLED, R.REJECTED),
    (S.FILLED, R.CANCELED),
    (S.PARTIALLY_FILLED, R.REJECTED),
    (S.CANCELED, R.REJECTED),
]


@pytest.mark.parametrize(("status", "report"), PAIRS)
def test_every_pair_is_in_the_table_or_refused_by_name(
    status: OrderStatus, report: ReportType
) -> None:
    after = LIFE_CYCLE[status].get(report)
    if after is not None:
        assert next_status(status, report) is after
        return
    with pytest.raises(IllegalMove, match=rf"a {status} order .* {report}$"):
        next_status(status, report)


@pytest.mark.parametrize(("reports", "status"), MOVES)
def test_lives(reports: list[ReportType], status: OrderStatus) -> None:
    now = S.PENDING_NEW
    for report in reports:
        now = next_status(now, report)
    assert now is status


@pytest.mark.parametrize(("status", "report"), ILLEGAL)
def test_illegal_moves(status: OrderStatus, report: ReportType) -> None:
    with pytest.raises(IllegalMove):
        next_status(status, report)


@pytest.mark.parametrize("status", [s for s in OrderStatus if not s.is_undecided])
def test_nothing_makes_an_order_undecided_again(status: OrderStatus) -> None:
    assert not any(after.is_undecided for after in LIFE_CYCLE[status].values())


@pytest.mark.parametrize("status", OrderStatus)
def test_what_the_venue_works_on_is_never_over(status: OrderStatus) -> None:
    assert not next_status(status, R.RESTATED).is_final


def test_unknown_is_reached_from_pending_new_only() -> None:
    sources = {s for s, moves in LIFE_CYCLE.items() for to in moves.values() if to is S.UNKNOWN}
    assert sources == {S.PENDING_NEW, S.UNKNOWN}


def test_final_and_undecided_statuses() -> None:
    assert {status for status in OrderStatus if status.is_final} == FINAL
    undecided = {status for status in OrderStatus if status.is_undecided}
    assert undecided == {S.PENDING_NEW, S.UNKNOWN}


@pytest.mark.parametrize("status", [s for s in OrderStatus if s is not S.DENIED])
def test_fills_are_legal_on_all_that_may_have_been_at_the_venue(status: OrderStatus) -> None:
    assert next_status(status, R.FILL) is S.FILLED
    assert R.PARTIAL_FILL in LIFE_CYCLE[status]


@pytest.mark.parametrize("status", [S.PENDING_NEW, S.UNKNOWN, S.ABSENT])
def test_whatever_the_venue_has_settles_what_was_open(status: OrderStatus) -> None:
    for report in (R.NEW, R.PARTIAL_FILL, R.FILL, R.PENDING_CANCEL, R.PENDING_REPLACE, R.CANCELED):
        assert not next_status(status, report).is_undecided


def test_every_status_can_be_reached() -> None:
    reached, waiting = {S.PENDING_NEW}, [S.PENDING_NEW]
    while waiting:
        found = set(LIFE_CYCLE[waiting.pop()].values()) - reached
        reached |= found
        waiting += found
    assert reached == set(OrderStatus)


@given(st.sampled_from(PAIRS))
def test_a_report_repeated_changes_nothing_more(pair: tuple[OrderStatus, ReportType]) -> None:
    status, report = pair
    once = LIFE_CYCLE[status].get(report)
    if once is not None and report is not R.SENDING:
        assert LIFE_CYCLE[once].get(report) is once
