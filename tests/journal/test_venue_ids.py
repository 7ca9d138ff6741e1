from itertools import pairwise
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.order_state import OrderState
from fillgate.journal import queries
from fillgate.journal.base import VenueId, Write
from fillgate.journal.buckets import bucket_of
from fillgate.journal.pending import Pending
from fillgate.journal.schema import create_file
from fillgate.journal.store import Store, StoreSettings
from fillgate.journal.venue_ids import client_order_id_of, new_venue_ids
from tests.journal.made import ACCOUNT, AT, accepted, an_order, order_id, order_row

names = st.sampled_from(["a", "b", ""])
found = st.builds(VenueId, names, names, names, st.sampled_from(["order 1", "order 2"]))
steps = st.lists(st.tuples(st.integers(0, 9_000), st.lists(found, max_size=3)), max_size=6)


def no_one(outcome: object) -> None:
    """Hear nothing."""


def new_store(folder: Path) -> Store:
    path = folder / "journal.db"
    create_file(path)
    return Store(StoreSettings(path, "0" * 32, durable=False))


@settings(max_examples=50)
@given(steps)
def test_the_first_order_of_an_id_is_found_in_whatever_bucket(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, list[VenueId]]]
) -> None:
    store = new_store(tmp_path_factory.mktemp("journal"))
    expected: dict[tuple[str, str, str], str] = {}
    for gap, told in steps:
        # As if so many events had been written.
        store._streams.position += gap
        assert store.commit([Pending(Write(entries=(), venue_ids=tuple(told)), no_one)])
        for each in told:
            key = (each.account, each.symbol, each.order_id)
            expected.setdefault(key, each.client_order_id)
    for account in ("a", "b", ""):
        for symbol in ("a", "b", ""):
            for identity in ("a", "b", ""):
                key = (account, symbol, identity)
                assert client_order_id_of(store._connection, *key) == expected.get(key)
    store.close()


def test_ids_of_thousands_of_events_share_a_bucket() -> None:
    buckets = [bucket_of(position) for position in range(100_000)]
    assert all(later - earlier in {0, 1} for earlier, later in pairwise(buckets))
    assert 10 < len(set(buckets)) < 50


def test_an_id_of_an_order_that_has_no_row_finds_none(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    ids = (VenueId(ACCOUNT, "BTC/USDT", "v 1", order_id(1)), VenueId("x", "y", "v 2", "z"))
    write = Write(entries=(accepted(1),), venue_ids=ids, order_rows=(order_row(1),))
    store.commit([Pending(write, no_one)])
    connection = store._connection
    assert queries.find_by_order_id(connection, ACCOUNT, "BTC/USDT", "v 1") == order_row(1)
    assert queries.find_by_order_id(connection, "x", "y", "v 2") is None
    assert queries.find_by_order_id(connection, ACCOUNT, "BTC/USDT", "v 2") is None
    store.close()


def test_an_order_s_id_is_new_when_it_was_another_before() -> None:
    state = OrderState(
        order=an_order(1), signal=1, status=OrderStatus.NEW, created_at=AT, updated_at=AT
    )
    named = msgspec.structs.replace(state, order_id="v 1")
    renamed = msgspec.structs.replace(state, order_id="v 2")
    expected = VenueId(ACCOUNT, "BTC/USDT", "v 1", order_id(1))
    assert new_venue_ids(None, state) == new_venue_ids(state, state) == ()
    assert new_venue_ids(None, named) == new_venue_ids(state, named) == (expected,)
    assert new_venue_ids(named, named) == ()
    assert [each.order_id for each in new_venue_ids(named, renamed)] == ["v 2"]
