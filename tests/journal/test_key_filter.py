from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillgate.journal import key_filter
from fillgate.journal.key_filter import FilterTable, KeyFilter
from fillgate.journal.schema import connect_writer, create_file, migrate

names = st.tuples(st.text(max_size=5), st.text(max_size=5))


@pytest.fixture
def cursor(tmp_path: Path) -> Iterator[apsw.Cursor]:
    create_file(tmp_path / "journal.db")
    connection = connect_writer(tmp_path / "journal.db", durable=False)
    migrate(connection)
    yield connection.cursor()
    connection.close()


def put(cursor: apsw.Cursor, bucket: int, keys: range) -> None:
    rows = [(bucket, "tv", f"key {key}", key) for key in keys]
    cursor.executemany("INSERT INTO keys VALUES (?, ?, ?, ?, x'')", rows)


def load_filter(cursor: apsw.Cursor) -> KeyFilter:
    table = FilterTable(cursor)
    table.load()
    return table.filter


def unknown(found: KeyFilter, keys: range) -> int:
    """Return how many of these it does not know; asking makes them known."""
    return sum(not found.add("tv", f"key {key}") for key in keys)


@given(st.lists(names))
def test_what_was_added_is_never_called_new(added: list[tuple[str, str]]) -> None:
    found = KeyFilter()
    for each in added:
        found.add(*each)
    assert all(found.add(*each) for each in added)
    again = KeyFilter.of(found.layers, found.room)
    assert all(again.add(*each) for each in added)


def test_nearly_all_new_keys_are_known_to_be_new() -> None:
    found = KeyFilter(1 << 12)
    count = 10 << 12
    # It has grown twice meanwhile.
    assert count - unknown(found, range(count)) < count / 5000
    assert len(found.layers) == 3


def test_keys_are_told_apart_by_their_source() -> None:
    found = KeyFilter()
    assert not found.add("a", "b")
    assert not found.add("b", "a")
    assert not found.add("ab", "")


@pytest.mark.parametrize("worth_saving", [10, 10**6])
def test_all_keys_are_known_at_every_opening(
    cursor: apsw.Cursor, monkeypatch: pytest.MonkeyPatch, worth_saving: int
) -> None:
    monkeypatch.setattr(key_filter, "_WORTH_SAVING", worth_saving)
    assert unknown(load_filter(cursor), range(1)) == 1
    for step in range(5):
        # The newest bucket gets more after it was saved.
        put(cursor, step, range(1000 * step, 1000 * step + 500))
        load_filter(cursor)
        put(cursor, step, range(1000 * step + 500, 1000 * step + 1000))
        found = load_filter(cursor)
        assert found.layers == load_filter(cursor).layers
        assert not unknown(found, range(1000 * step + 1000))
    saved = cursor.execute("SELECT count(*) FROM key_filter").get
    assert saved == (worth_saving == 10)


def test_a_filter_grows_with_the_keys(cursor: apsw.Cursor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_filter.KeyFilter.__init__, "__defaults__", (64,))
    monkeypatch.setattr(key_filter, "_WORTH_SAVING", 10)
    for step in range(6):
        put(cursor, step, range(100 * step, 100 * step + 100))
        found = load_filter(cursor)
        assert sum(map(len, found.layers)) >= 200 * (step + 1)
        assert not unknown(found, range(100 * step + 100))
        assert unknown(found, range(10_000, 10_100)) > 95


@pytest.mark.parametrize(
    "change",
    [
        "layers = zeroblob(length(layers))",
        "layers = x'90'",
        "through = 2",
        "room = 0",
    ],
)
def test_a_saved_filter_that_was_changed_counts_as_none(
    cursor: apsw.Cursor, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    monkeypatch.setattr(key_filter, "_WORTH_SAVING", 10)
    put(cursor, 1, range(1000))
    put(cursor, 2, range(1000, 1100))
    load_filter(cursor)
    cursor.execute(f"UPDATE key_filter SET {change}")
    assert not unknown(load_filter(cursor), range(1100))
