"""What a venue's status and numbers amount to as a report."""

from decimal import Decimal

import pytest

from fillgate.domain.life_cycle import OrderStatus, ReportType
from fillgate.domain.reports import report_type_of

D = Decimal
S = OrderStatus
R = ReportType


@pytest.mark.parametrize("status", [None, S.NEW, S.PENDING_NEW])
@pytest.mark.parametrize(
    ("filled", "expected"),
    [("0", R.NEW), ("1", R.PARTIAL_FILL), ("2", R.FILL), ("2.000", R.FILL), ("3", R.FILL)],
)
def test_numbers_decide_where_the_status_does_not(
    status: OrderStatus | None, filled: str, expected: ReportType
) -> None:
    assert report_type_of(status, D(filled), D(2)) is expected


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (S.PARTIALLY_FILLED, R.PARTIAL_FILL),
        (S.FILLED, R.FILL),
        (S.PENDING_CANCEL, R.PENDING_CANCEL),
        (S.PENDING_REPLACE, R.PENDING_REPLACE),
        (S.CANCELED, R.CANCELED),
        (S.EXPIRED, R.EXPIRED),
        (S.REJECTED, R.REJECTED),
        (S.DENIED, R.DENIED),
        (S.UNKNOWN, R.UNANSWERED),
        (S.ABSENT, R.ABSENT),
    ],
)
@pytest.mark.parametrize("filled", ["0", "1", "2"])
def test_a_definite_status_decides(status: OrderStatus, expected: ReportType, filled: str) -> None:
    assert report_type_of(status, D(filled), D(2)) is expected
