"""When longs and shorts pay each other."""

from datetime import UTC, datetime

import pytest

from fillgate.market.accounts.funding import next_funding


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1_000_000)


@pytest.mark.parametrize(
    ("after", "following"),
    [
        ("2026-01-05T00:00:00", "2026-01-05T08:00:00"),
        ("2026-01-05T07:59:59", "2026-01-05T08:00:00"),
        ("2026-01-05T16:00:00", "2026-01-06T00:00:00"),
    ],
)
def test_every_eight_hours(after: str, following: str) -> None:
    assert next_funding(at(after)) == at(following)
