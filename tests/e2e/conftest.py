"""Services in processes of their own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.process import Service, serving


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service over a mock account whose venue takes a while, shared by the tests of a file."""
    settings = {"accounts.mock": {"latency_ms": 40}}
    with serving(Service(tmp_path_factory.mktemp("service"), settings)) as running:
        yield running


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path
