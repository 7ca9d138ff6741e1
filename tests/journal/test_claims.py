"""Claims over years: every key stays taken, in whichever bucket it lies."""

from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

import apsw
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fillgate.journal.base import Claim, KeyTaken
from fillgate.journal.buckets import bucket_of
from fillgate.journal.claims import ClaimTable
from fillgate.journal.queries import find_claim
from fillgate.journal.schema import connect_writer, create_file, migrate
from tests.journal.made import AT

A_BUCKET = next(position for position in range(10**6) if bucket_of(position) > bucket_of(0))


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


def loaded(cursor: apsw.Cursor) -> ClaimTable:
    table = ClaimTable(cursor)
    table.load()
    return table


def claim(key: int) -> Claim:
    return Claim(source=f"source {key % 3}", key=f"key {key}", reading=b"", at=AT)


def take(table: ClaimTable, wanted: Claim, signal: int, position: int) -> KeyTaken | None:
    (holder,) = table.take([(wanted, signal)], position)
    return holder


def old_bucket(cursor: apsw.Cursor, key: int, bucket: int) -> None:
    """Leave a key where the first layout kept those of a month, or all old ones."""
    row = (bucket, f"source {key % 3}", f"key {key}", key)
    cursor.execute("INSERT INTO keys VALUES (?, ?, ?, ?, x'')", row)


def test_keys_of_all_buckets_are_taken(cursor: apsw.Cursor) -> None:
    count = 300
    for key in range(1, 100):
        old_bucket(cursor, key, (0, 700, 701)[key % 3])
    table = loaded(cursor)
    for key in range(100, count):
        assert take(table, claim(key), key, key * A_BUCKET // 10) is None
    for anew in (table, loaded(cursor)):
        for key in range(1, count, 7):
            expected = KeyTaken(key, b"")
            assert take(anew, claim(key), 10**6, 10**9) == expected
            assert find_claim(cursor.connection, f"source {key % 3}", f"key {key}") == expected
    assert find_claim(cursor.connection, "source 0", "key 1") is None
    assert cursor.execute("SELECT count(*) FROM keys").get == count - 1


@settings(max_examples=60)
@given(
    asked=st.lists(st.integers(1, 40), max_size=200),
    portions=st.lists(st.integers(1, 90), min_size=1, max_size=20),
    gap=st.sampled_from([0, 3, A_BUCKET]),
)
def test_keys_that_are_claimed_together_are_taken_as_one_by_one(
    tmp_path_factory: pytest.TempPathFactory, asked: list[int], portions: list[int], gap: int
) -> None:
    claims = [(claim(key), number) for number, key in enumerate(asked)]
    folder = tmp_path_factory.mktemp("journal")
    with new_cursor(folder / "one") as one, new_cursor(folder / "many") as many:
        single, together = loaded(one), loaded(many)
        expected = [take(single, *each, position=0) for each in claims]
        found: list[KeyTaken | None] = []
        for number, size in enumerate(cycle(portions)):
            if len(found) == len(claims):
                break
            found += together.take(claims[len(found) :][:size], number * gap)
            if not number % 3:
                together = loaded(many)
        assert found == expected
        held: dict[int, int] = {}
        for number, key in enumerate(asked):
            held.setdefault(key, number)
        assert [each and each.signal for each in found] == [
            None if held[key] == number else held[key] for number, key in enumerate(asked)
        ]


def test_what_was_rolled_back_can_be_claimed(cursor: apsw.Cursor) -> None:
    table = loaded(cursor)
    cursor.execute("SAVEPOINT before")
    assert take(table, claim(1), 1, 0) is None
    cursor.execute("ROLLBACK TO before")
    assert take(table, claim(1), 2, 0) is None
    assert take(table, claim(1), 3, 0) == KeyTaken(2, b"")
