"""Who holds which key: claims of idempotency keys, for ever, and of fingerprints, for a while.

Keys are random, and there may be millions. They lie in buckets by the time of their claim, so that
inserts touch a small part of the table. A claim looks into all buckets, in the transaction that
inserts it; so that these stay few, keys of months long past are moved to one bucket of old keys, a
few at a time and in their order there.
"""

from collections.abc import Sequence
from itertools import groupby
from typing import Any, Final

import apsw

from fillgate.journal.base import Claim, KeyTaken
from fillgate.journal.statements import in_portions, insert_statements

__all__ = ["BUCKET_MICROSECONDS", "EACH_BUCKET", "ClaimTable"]

BUCKET_MICROSECONDS: Final = 30 * 24 * 3600 * 1_000_000
"""The span of claim times that share a bucket."""

_OLD: Final = 0
_FEW_BUCKETS: Final = 4
_MERGE_EVERY: Final = 64
_MERGE_LIMIT: Final = 2 * _MERGE_EVERY

_PRUNE_EVERY: Final = 64
_PRUNE_LIMIT: Final = 2 * _PRUNE_EVERY
# Clocks are set back now and then; what is deleted cannot come back with them.
_PRUNE_GRACE_MICROSECONDS: Final = 3600 * 1_000_000


class ClaimTable:
    """The tables of claims. To be used inside a transaction."""

    def __init__(self, cursor: apsw.Cursor) -> None:
        """Use this cursor's connection; `reload` comes before the first claim."""
        self._cursor = cursor
        self._buckets: set[int] = set()
        self._merge_in = 0
        self._prune_in = 0

    def reload(self) -> None:
        """Read anew which buckets there are: after opening, and after a roll-back."""
        rows: list[tuple[Any, ...]] = self._cursor.execute(_BUCKETS).fetchall()
        self._buckets = {bucket for (bucket,) in rows}

    def take(self, claims: Sequence[tuple[Claim, int]]) -> list[KeyTaken | None]:
        """Claim keys in their order, each for a signal.

        Returns:
            For each claim who held the key before, an earlier one of these perhaps; None if nobody
            did and it is this signal's now.
        """
        holders: list[KeyTaken | None] = []
        for bucket, those in groupby(claims, key=_bucket):
            if bucket is None:
                holders += [self._take_fingerprint(*each) for each in those]
            else:
                for some in in_portions(list(those)):
                    holders += self._take_keys(bucket, some)
        return holders

    def _take_keys(self, bucket: int, claims: Sequence[tuple[Claim, int]]) -> list[KeyTaken | None]:
        others = [other for other in self._buckets if other != bucket]
        if others:
            # Where one is held the rest go one by one: repeats are rare.
            held = [self._holder(others, claim) for claim, _ in claims]
            if len(claims) > 1 and any(held):
                return [self._take_keys(bucket, [each])[0] for each in claims]
            if any(held):
                return held
        taken = self._insert(bucket, claims)
        self._buckets.add(bucket)
        self._merge(bucket, len(claims))
        if len(taken) == len(claims):
            return [None] * len(claims)
        return [
            None if taken.pop((claim.source, claim.key), False) else self._holder([bucket], claim)
            for claim, _ in claims
        ]

    def _insert(
        self, bucket: int, claims: Sequence[tuple[Claim, int]]
    ) -> dict[tuple[str, str], bool]:
        """Insert those keys that are not there, and return them: true for each."""
        values: list[Any] = []
        for claim, signal in claims:
            values += (bucket, claim.source, claim.key, signal, claim.reading)
        return dict.fromkeys(self._cursor.execute(_TAKE_KEYS[len(claims)], values), True)

    def _holder(self, buckets: list[int], claim: Claim) -> KeyTaken | None:
        sql = _HOLDER.format(places=",".join("?" * len(buckets)))
        return self._found(sql, (*buckets, claim.source, claim.key))

    def _merge(self, newest: int, claimed: int) -> None:
        if self._merge_in > 0 and len(self._buckets) <= _FEW_BUCKETS:
            self._merge_in -= claimed
            return
        self._merge_in = _MERGE_EVERY
        # The month before the newest is left alone: clocks are set back now and then.
        past = [bucket for bucket in self._buckets if _OLD < bucket < newest - 1]
        if past:
            self._cursor.execute(_MERGE, (_OLD, min(past), _MERGE_LIMIT))
            self._buckets.add(_OLD)
            if self._cursor.connection.changes() < _MERGE_LIMIT:
                self._buckets.discard(min(past))

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


def _bucket(claim: tuple[Claim, int]) -> int | None:
    """Return the bucket of a key; None for a fingerprint, which has none."""
    of, _ = claim
    return of.at // BUCKET_MICROSECONDS if of.expires is None else None


# One seek a bucket, however many keys there are.
EACH_BUCKET: Final = """
    WITH RECURSIVE found (bucket) AS (
        SELECT min(bucket) FROM keys
        UNION ALL
        SELECT (SELECT min(bucket) FROM keys WHERE bucket > found.bucket)
        FROM found WHERE bucket IS NOT NULL
    )
"""
"""Makes a table `found` of the buckets that there are, and one NULL."""
_FOUND: Final = "SELECT bucket FROM found WHERE bucket IS NOT NULL"
_BUCKETS: Final = EACH_BUCKET + _FOUND
_TAKE_KEYS: Final = insert_statements(
    "keys", "bucket source key signal reading", "ON CONFLICT DO NOTHING RETURNING source, key"
)
_MERGE: Final = """
    UPDATE keys SET bucket = ?1 WHERE bucket = ?2 AND (source, key) IN (
        SELECT source, key FROM keys WHERE bucket = ?2 ORDER BY source, key LIMIT ?3
    )
"""
_HOLDER: Final = """
    SELECT signal, reading FROM keys WHERE bucket IN ({places}) AND source = ? AND key = ?
"""
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
