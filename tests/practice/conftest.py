"""What the tests of the practice exchange share."""

from collections.abc import AsyncIterator

import pytest

from tests.practice.client import Client, client_of


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    made = client_of()
    async with made.http:
        yield made
