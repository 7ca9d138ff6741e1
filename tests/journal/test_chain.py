from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fillgate.journal.base import Head
from fillgate.journal.chain import GENESIS, ChainBreak, StoredRecord, link, verify
from tests.journal.strategies import integers, texts

facts = st.fixed_dictionaries(
    {
        "stream": st.sampled_from(["inbox", "account:a", "system"]),
        "at": integers,
        "signal": st.none() | integers,
        "kind": texts,
        "version": st.integers(1, 9),
        "data": st.binary(max_size=20),
    }
)


def chained(all_facts: list[dict[str, Any]]) -> list[StoredRecord]:
    """Give facts their places and hashes, one after another."""
    heads: dict[str, tuple[int, bytes]] = {}
    records = []
    for position, fact in enumerate(all_facts, 1):
        sequence, previous = heads.get(fact["stream"], (0, GENESIS))
        place = {"sequence": sequence + 1, "at": fact["at"], "signal": fact["signal"]}
        digest = link(
            previous,
            stream=fact["stream"].encode(),
            kind=fact["kind"].encode(),
            version=fact["version"],
            data=fact["data"],
            **place,
        )
        heads[fact["stream"]] = (sequence + 1, digest)
        records.append(StoredRecord(position=position, hash=digest, **(fact | place)))
    return records


def heads_of(records: list[StoredRecord]) -> list[Head]:
    heads = {record.stream: record for record in records}
    return [Head(stream, record.sequence, record.hash) for stream, record in heads.items()]


many_facts = st.lists(facts, min_size=1, max_size=8)


@given(many_facts)
def test_what_was_written_is_whole(all_facts: list[dict[str, Any]]) -> None:
    records = chained(all_facts)
    assert verify(records) is None
    assert verify(records, heads_of(records)) is None
    assert verify(records, heads_of(records[:3])) is None


CHANGES: dict[str, Any] = {
    "stream": lambda value: value + "x",
    "sequence": lambda value: value + 1,
    "at": lambda value: ~value,
    "signal": lambda value: 0 if value is None else None,
    "kind": lambda value: value + "x",
    "version": lambda value: value + 1,
    "data": lambda value: value + b" ",
    "hash": lambda value: bytes([value[0] ^ 1]) + value[1:],
    "position": lambda value: value + 1,
}


@pytest.mark.parametrize("field", CHANGES)
@settings(max_examples=40)
@given(all_facts=many_facts, data=st.data())
def test_a_changed_record_is_named(
    field: str, all_facts: list[dict[str, Any]], data: st.DataObject
) -> None:
    records = chained(all_facts)
    index = data.draw(st.integers(0, len(records) - 1))
    changed = CHANGES[field](getattr(records[index], field))
    records[index] = msgspec.structs.replace(records[index], **{field: changed})
    problem = verify(records)
    assert problem is not None
    assert problem.position == records[index].position


@given(all_facts=st.lists(facts, min_size=2, max_size=8), data=st.data())
def test_swapped_and_missing_records_are_found(
    all_facts: list[dict[str, Any]], data: st.DataObject
) -> None:
    records = chained(all_facts)
    index = data.draw(st.integers(0, len(records) - 2))
    one, two = records[index], records[index + 1]
    swapped = [
        msgspec.structs.replace(two, position=one.position),
        msgspec.structs.replace(one, position=two.position),
    ]
    if one.stream == two.stream:
        assert verify([*records[:index], *swapped, *records[index + 2 :]]) is not None
    problem = verify([*records[:index], *records[index + 1 :]])
    assert problem is not None
    assert problem.position == two.position


@given(all_facts=many_facts, data=st.data())
def test_a_cut_off_end_is_found_by_known_heads_only(
    all_facts: list[dict[str, Any]], data: st.DataObject
) -> None:
    records = chained(all_facts)
    length = data.draw(st.integers(0, len(records) - 1))
    assert verify(records[:length]) is None
    assert verify(records[:length], heads_of(records)) is not None


def test_another_end_of_the_same_length_is_found_by_known_heads() -> None:
    fact = {"stream": "s", "at": 1, "signal": None, "kind": "k", "version": 1, "data": b"a"}
    real, forged = chained([fact, fact]), chained([fact, fact | {"data": b"b"}])
    assert verify(forged) is None
    assert verify(forged, heads_of(real)) == ChainBreak(
        2, "s", 2, "it is not the record that was noted elsewhere"
    )
    assert verify([], heads_of(real)) == ChainBreak(0, "s", 1, "the stream ends at 0, it reached 2")


def test_an_empty_journal_is_whole() -> None:
    assert verify([]) is None
    assert verify([], [Head("s", 0, GENESIS)]) is None


SAME: dict[str, Any] = {"sequence": 1, "at": 2, "signal": None, "version": 1}


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (
            {"stream": b"ab", "kind": b"c", "data": b"d"},
            {"stream": b"a", "kind": b"bc", "data": b"d"},
        ),
        (
            {"stream": b"a", "kind": b"bc", "data": b"d"},
            {"stream": b"a", "kind": b"b", "data": b"cd"},
        ),
        (
            {"stream": b"a", "kind": b"b", "data": b"c", "signal": 0},
            {"stream": b"a", "kind": b"b", "data": b"c", "signal": None},
        ),
    ],
)
def test_bytes_cannot_move_between_fields(one: dict[str, Any], two: dict[str, Any]) -> None:
    assert link(GENESIS, **(SAME | one)) != link(GENESIS, **(SAME | two))


def test_the_hash_never_changes() -> None:
    digest = link(
        GENESIS,
        stream=b"account:main",
        sequence=1,
        at=1_790_000_000_000_000,
        signal=7,
        kind=b"order-sending",
        version=1,
        data=b'{"client_order_id":"fg000000000070"}',
    )
    assert digest.hex() == "62e64141939e289fe1684ba9430e73dab326206ffaa27a1714fb61d2e749f6b1"
