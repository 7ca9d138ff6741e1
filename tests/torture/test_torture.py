"""The torture, short: ten kills, every moment among them."""

from pathlib import Path

import pytest

from tests.torture.killer import MOMENTS
from tests.torture.report import report
from tests.torture.run import Plan, torture


@pytest.mark.parametrize("seed", [20261125])
async def test_nothing_is_lost_or_doubled_by_ten_kills(seed: int, tmp_path: Path) -> None:
    result = await torture(Plan(seed=seed, kills=len(MOMENTS), between=(5, 20)), tmp_path)
    print(report(result))  # noqa: T201 - pytest shows it when the test fails
    assert not result.violations
    assert set(result.kills) == set(MOMENTS)
    assert {sent.source for sent in result.evidence.sent.values()} == {"tradingview", "api"}
    statuses = {str(state.status) for state in result.evidence.states.values()}
    assert {"FILLED", "REJECTED", "ABSENT"} <= statuses
