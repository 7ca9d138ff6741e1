"""Settings that every test shares."""

import os

import pytest
from hypothesis import settings

# No deadlines: on a shared machine a slow example says nothing about the code.
# CI draws the same examples every time, so that a run fails for what changed and not by chance.
settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True)
settings.register_profile("dev", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "dev")


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Run async tests on asyncio only: uvicorn, which fillgate runs under, is bound to it."""
    return "asyncio"
