"""The short run, once for all that look at it."""

import asyncio

import pytest

from tests.torture.report import report
from tests.torture.run import Plan, Result, torture

SEED = 20261125


@pytest.fixture(scope="session")
def short_run(tmp_path_factory: pytest.TempPathFactory) -> Result:
    """Kill the service at every moment."""
    plan = Plan(seed=SEED, kills=10, between=(5, 20))
    result = asyncio.run(torture(plan, tmp_path_factory.mktemp("torture")))
    print(report(result))  # noqa: T201 - pytest shows it when the test fails
    return result
