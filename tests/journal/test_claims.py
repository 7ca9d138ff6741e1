"""Claims over years: every key stays taken, and the buckets stay few."""

from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

import apsw
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fillgate.journal.base import Claim, KeyTaken
from fillgate.journal.claims import BUCKET_MICROSECONDS, ClaimTable
from fillgate.journal.queries import find_claim
from fillgate.journal.schema import connect_writer, create_file, migrate
from tests.journal.made import AT


@pytest.fixture
def cursor(tmp_path: Path) -> Iterator[apsw.Cursor]:
    with new_cursor(tmp_path) as cursor:
        yield cursor


class new_cursor:  # noqa: N801 - used as a function
    def __init__(self, folder: Path) -> None:
        create_file(folder / "journal.db")
        self._connection = connect_writer(folder / "journal.db", durable=False)
        migrate(self._connection)

    def __enter__(self) -> apsw.Cursor:
        self._connection.execute("BEGIN")
        return self._connection.cursor()

    def __exit__(self, *_: object) -> None:
        self._connection.close()


def claim(key: int, month: int) -> Claim:
    at = AT + month * BUCKET_MICROSECONDS
    return Claim(source=f"source {key % 3}", key=f"key {key}", reading=b"", at=at)


def take(table: ClaimTable, wanted: Claim, signal: int) -> KeyTaken | None:
    (holder,) = table.take([(wanted, signal)])
    return holder


def buckets(cursor: apsw.Cursor) -> list[int]:
    rows = cursor.execute("SELECT DISTINCT bucket FROM keys ORDER BY bucket").fetchall()
    return [int(str(bucket)) for (bucket,) in rows]


@pytest.mark.parametrize("a_month", [1, 40, 400])
def test_buckets_stay_few_and_keys_taken_over_years(cursor: apsw.Cursor, a_month: int) -> None:
    table = ClaimTable(cursor)
    table.reload()
    most = 0
    for number in range(1, 30 * a_month + 1):
        assert take(table, claim(number, number // a_month), number) is None
        most = max(most, len(table._buckets))
    assert most <= 6
    assert set(buckets(cursor)) <= table._buckets
    table.reload()
    assert set(buckets(cursor)) == table._buckets
    for number in range(1, 30 * a_month + 1, 7):
        assert take(table, claim(number, 31), 10**6) == KeyTaken(number, b"")
        found = find_claim(cursor.connection, f"source {number % 3}", f"key {number}")
        assert found == KeyTaken(number, b"")
    assert find_claim(cursor.connection, "source 0", "key 1") is None
    assert cursor.execute("SELECT count(*) FROM keys").get == 30 * a_month


@settings(max_examples=40)
@given(
    asked=st.lists(st.tuples(st.integers(1, 30), st.integers(0, 12)), max_size=120),
    reloads=st.integers(1, 50),
)
def test_whatever_the_clock_says_a_key_is_taken_once(
    tmp_path_factory: pytest.TempPathFactory, asked: list[tuple[int, int]], reloads: int
) -> None:
    with new_cursor(tmp_path_factory.mktemp("journal")) as cursor:
        table = ClaimTable(cursor)
        table.reload()
        holders: dict[int, int] = {}
        for number, (key, month) in enumerate(asked):
            taken = take(table, claim(key, month), number)
            assert taken == (KeyTaken(holders[key], b"") if key in holders else None)
            holders.setdefault(key, number)
            if not number % reloads:
                table.reload()


@settings(max_examples=60)
@given(
    asked=st.lists(st.tuples(st.integers(1, 40), st.integers(0, 3)), max_size=200),
    portions=st.lists(st.integers(1, 90), min_size=1, max_size=20),
)
def test_keys_that_are_claimed_together_are_taken_as_one_by_one(
    tmp_path_factory: pytest.TempPathFactory, asked: list[tuple[int, int]], portions: list[int]
) -> None:
    claims = [(claim(key, month), number) for number, (key, month) in enumerate(asked)]
    folder = tmp_path_factory.mktemp("journal")
    with new_cursor(folder / "one") as one, new_cursor(folder / "many") as many:
        single, together = ClaimTable(one), ClaimTable(many)
        single.reload()
        together.reload()
        expected = [take(single, *each) for each in claims]
        found: list[KeyTaken | None] = []
        for size in cycle(portions):
            if len(found) == len(claims):
                break
            found += together.take(claims[len(found) :][:size])
        assert found == expected
        assert set(buckets(many)) == together._buckets
