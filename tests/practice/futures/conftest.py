"""What the tests of the futures side share."""

from collections.abc import AsyncIterator

import pytest

from tests.practice.client import client_of
from tests.practice.futures.contracts import Contracts


@pytest.fixture
async def contracts() -> AsyncIterator[Contracts]:
    client = client_of()
    async with client.http:
        yield Contracts(client)
