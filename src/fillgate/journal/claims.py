"""Who holds which key: claims of idempotency keys, for ever, and of fingerprints, for a while.

Invariants:

1. A key is in one bucket at most. Within a bucket the table's primary key holds that; that it is in
   no other is looked up, unless the filter knows for sure, in the transaction that inserts it.
2. Keys go to the newest bucket: no other ever gets one.
"""

from collections.abc import Sequence
from itertools import groupby
from typing import Any, Final

import apsw

from fillgate.journal.base import Claim, KeyTaken
from fillgate.journal.buckets import bucket_of, each_bucket
from fillgate.journal.key_filter import FilterTable
from fillgate.journal.statements import in_portions, insert_statements

__all__ = ["KEY_HOLDER", "ClaimTable"]

_PRUNE_EVERY: Final = 64
_PRUNE_LIMIT: Final = 2 * _PRUNE_EVERY
# Clocks are set back now and then; what is deleted cannot come back with them.
_PRUNE_GRACE_MICROSECONDS: Final = 3600 * 1_000_000

_Claims = Sequence[tuple[Claim, int]]


class ClaimTable:
    """The tables of claims. To be used inside a transaction."""

    def __init__(self, cursor: apsw.Cursor) -> None:
        """Use this cursor's connection; `load` comes before the first claim."""
        self._cursor = cursor
        self._filter = FilterTable(cursor)
        self._prune_in = 0

    def load(self) -> None:
        """Learn which keys there are. What a roll-back takes back need not be unlearnt."""
        self._filter.load()

    def save(self) -> None:
        """Save what the next opening would have to learn again."""
        self._filter.save()

    def take(self, claims: _Claims, position: int) -> list[KeyTaken | None]:
        """Claim keys in their order, each for a signal.

        Args:
            claims: the claims, each with the number of its signal.
            position: of the last event before.

        Returns:
            For each claim who held the key before, an earlier one of these perhaps; None if nobody
            did and it is this signal's now.
        """
        holders: list[KeyTaken | None] = []
        for is_key, those in groupby(claims, key=_is_key):
            if is_key:
                holders += self._take_keys(list(those), bucket_of(position))
            else:
                holders += [self._take_fingerprint(*each) for each in those]
        return holders

    def _take_keys(self, claims: _Claims, bucket: int) -> list[KeyTaken | None]:
        held = {
            place: holder
            for place, (claim, _) in enumerate(claims)
            if self._filter.add(claim.source, claim.key) and (holder := self._holder(claim))
        }
        free = [each for place, each in enumerate(claims) if place not in held] if held else claims
        taken = set[tuple[Any, ...]]()
        for some in in_portions(free):
            taken.update(self._insert(bucket, some))
        if len(taken) == len(claims):
            return [None] * len(claims)
        holders: list[KeyTaken | None] = []
        for place, (claim, _) in enumerate(claims):
            name = (claim.source, claim.key)
            holders.append(None if name in taken else held.get(place) or self._holder(claim))
            # Who comes second with a key finds the first.
            taken.discard(name)
        return holders

    def _insert(self, bucket: int, claims: _Claims) -> list[tuple[Any, ...]]:
        """Insert those keys that are not there, and return them."""
        values: list[Any] = []
        for claim, signal in claims:
            values += (bucket, claim.source, claim.key, signal, claim.reading)
        return self._cursor.execute(_TAKE_KEYS[len(claims)], values).fetchall()

    def _holder(self, claim: Claim) -> KeyTaken | None:
        return self._found(KEY_HOLDER, (claim.source, claim.key))

    def _inserted(self, sql: str, values: tuple[Any, ...]) -> bool:
        self._cursor.execute(sql, values)
        return bool(self._cursor.connection.changes())

    def _found(self, sql: str, values: tuple[Any, ...]) -> KeyTaken | None:
        rows: list[tuple[Any, ...]] = self._cursor.execute(sql, values).fetchall()
        return KeyTaken(*rows[0]) if rows else None

    def _take_fingerprint(self, claim: Claim, signal: int) -> KeyTaken | None:
        self._prune(claim.at)
        row = (claim.source, claim.key, signal, claim.reading, claim.expires, claim.at)
        if self._inserted(_TAKE_FINGERPRINT, row):
            return None
        return self._found(_FINGERPRINT_HOLDER, (claim.source, claim.key))

    def _prune(self, now: int) -> None:
        if not self._prune_in:
            self._cursor.execute(_PRUNE, (now - _PRUNE_GRACE_MICROSECONDS, _PRUNE_LIMIT))
            self._prune_in = _PRUNE_EVERY
        self._prune_in -= 1


def _is_key(claim: tuple[Claim, int]) -> bool:
    return claim[0].expires is None


_HOLDER: Final = """
    SELECT signal, reading FROM found CROSS JOIN keys ON keys.bucket = found.bucket
    WHERE source = ? AND key = ? LIMIT 1
"""
KEY_HOLDER: Final = each_bucket("keys") + _HOLDER
"""Who holds a key of a source: the number of the signal and its reading's digest."""
_TAKE_KEYS: Final = insert_statements(
    "keys", "bucket source key signal reading", "ON CONFLICT DO NOTHING RETURNING source, key"
)
_TAKE_FINGERPRINT: Final = """
    INSERT INTO fingerprints (source, key, signal, reading, expires) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE
    SET signal = excluded.signal, reading = excluded.reading, expires = excluded.expires
    WHERE fingerprints.expires <= ?
"""
_FINGERPRINT_HOLDER: Final = """
    SELECT signal, reading FROM fingerprints WHERE source = ? AND key = ?
"""
_PRUNE: Final = """
    DELETE FROM fingerprints WHERE (source, key) IN (
        SELECT source, key FROM fingerprints WHERE expires <= ? ORDER BY expires LIMIT ?
    )
"""
