"""Whether a key was claimed before: surely not, or perhaps (a Bloom filter).

Nearly all keys are new. That one is new would have to be looked up in each bucket of the keys
there are, which costs more with each month; the filter tells it in two microseconds.

Invariants:

1. A key that was added is never "surely not".
2. What is saved knows all keys of the buckets up to `through`; those behind are added at opening.
   A saved filter that is not as it was saved counts as none.
"""

from hashlib import sha256
from struct import Struct
from typing import Any, Final

import apsw

__all__ = ["KeyFilter", "load_filter"]

_BITS_A_KEY: Final = 16
_PROBES: Final = Struct("<6I")
_LEAST_CAPACITY: Final = 1 << 16
_WORTH_SAVING: Final = 1 << 15
"""So many keys are added at opening in less time than anybody notices."""


class _Layer:
    """A filter of a fixed size."""

    def __init__(self, bits: bytearray) -> None:
        """Go on with these bits; their number is a power of two."""
        self.bits = bits
        self.capacity = 8 * len(bits) // _BITS_A_KEY
        self._mask = 8 * len(bits) - 1

    def add(self, probes: tuple[int, ...]) -> bool:
        """Add a key; False if it is surely new here."""
        bits, mask, known = self.bits, self._mask, True
        for probe in probes:
            place = probe & mask
            bit = 1 << (place & 7)
            if not bits[place >> 3] & bit:
                bits[place >> 3] |= bit
                known = False
        return known

    def has(self, probes: tuple[int, ...]) -> bool:
        """Tell whether a key may have been added."""
        bits, mask = self.bits, self._mask
        for probe in probes:
            place = probe & mask
            if not bits[place >> 3] & 1 << (place & 7):
                return False
        return True


class KeyFilter:
    """Keys that were claimed, in some bytes each. Behind a full layer a larger one follows."""

    def __init__(self, capacity: int = _LEAST_CAPACITY) -> None:
        """Hold no keys; `capacity`, a power of two, is that of the first layer."""
        self._layer = _Layer(bytearray(capacity * _BITS_A_KEY // 8))
        self._full: list[_Layer] = []
        self._room = capacity

    @classmethod
    def of(cls, bits: bytes, count: int) -> "KeyFilter":
        """Return a filter that knows what another one of so many keys knew."""
        found = cls(8 * len(bits) // _BITS_A_KEY)
        found._layer.bits[:] = bits
        found._room -= count
        return found

    def add(self, source: str, key: str) -> bool:
        """Add a key; False if it is surely new."""
        probes = _PROBES.unpack_from(sha256(f"{source}\0{key}".encode()).digest())
        if self._layer.add(probes):
            return True
        self._room -= 1
        known = bool(self._full) and any(layer.has(probes) for layer in self._full)
        if self._room <= 0:
            self._grow()
        return known

    def _grow(self) -> None:
        self._full.append(self._layer)
        self._room = 2 * self._layer.capacity
        self._layer = _Layer(bytearray(self._room * _BITS_A_KEY // 8))

    @property
    def bits(self) -> bytes | None:
        """What it knows, for `of`; None while that is not in one layer."""
        return None if self._full else bytes(self._layer.bits)


def load_filter(cursor: apsw.Cursor) -> KeyFilter:
    """Return a filter of all keys there are. To be used inside a transaction: it may be saved."""
    found, through, count = _saved(cursor)
    added = _add_keys(cursor, found, through)
    if found.bits is None:
        found, count = KeyFilter(1 << (2 * (count + added)).bit_length()), 0
        added = _add_keys(cursor, found, -1)
    if added > _WORTH_SAVING and found.bits is not None:
        # The newest bucket may get more.
        through = int(cursor.execute(_NEWEST).get) - 1
        saved = (through, count + added, found.bits)
        cursor.execute(_SAVE, (*saved, _digest(*saved)))
    return found


def _saved(cursor: apsw.Cursor) -> tuple[KeyFilter, int, int]:
    rows: list[tuple[Any, ...]] = cursor.execute(_SAVED).fetchall()
    for through, count, bits, digest in rows:
        if _digest(through, count, bits) == digest:
            return KeyFilter.of(bits, count), through, count
    return KeyFilter(), -1, 0


def _digest(through: int, count: int, bits: bytes) -> bytes:
    return sha256(f"{_BITS_A_KEY} {_PROBES.format} {through} {count} ".encode() + bits).digest()


def _add_keys(cursor: apsw.Cursor, found: KeyFilter, through: int) -> int:
    added = 0
    for source, key in cursor.execute(_KEYS_BEHIND, (through,)):
        found.add(str(source), str(key))
        added += 1
    return added


_SAVED: Final = "SELECT through, count, bits, digest FROM key_filter"
_KEYS_BEHIND: Final = "SELECT source, key FROM keys WHERE bucket > ?"
_NEWEST: Final = "SELECT max(bucket) FROM keys"
_SAVE: Final = """
    INSERT INTO key_filter (one, through, count, bits, digest) VALUES (1, ?, ?, ?, ?)
    ON CONFLICT (one) DO UPDATE SET through = excluded.through, count = excluded.count,
        bits = excluded.bits, digest = excluded.digest
"""
