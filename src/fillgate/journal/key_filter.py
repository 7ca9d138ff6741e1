"""Whether a key was claimed before: surely not, or perhaps (a Bloom filter).

Nearly all keys are new. That one is new would have to be looked up in each bucket of the keys
there are, which costs more with each month; the filter tells it in two microseconds.

Invariants:

1. A key that was added is never "surely not".
2. What is saved knows all keys of the buckets up to `through`; those behind are added at opening.
   It is saved at opening and closing, where it has learnt much since the last time. A saved filter
   that is not as it was saved counts as none.
"""

from collections.abc import Sequence
from hashlib import sha256
from struct import Struct
from typing import Any, Final

import apsw
import msgspec

__all__ = ["FilterTable", "KeyFilter"]

# One key in 100,000 is taken for a known one: that costs a look into each bucket, milliseconds.
_BITS_A_KEY: Final = 32
_PROBES: Final = Struct("<8I")
_GROWTH: Final = 4
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
    def of(cls, layers: Sequence[bytes], room: int) -> "KeyFilter":
        """Return a filter that goes on from the layers and the room of another one."""
        found = cls()
        *found._full, found._layer = [_Layer(bytearray(bits)) for bits in layers]
        found._room = room
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
        self._room = _GROWTH * self._layer.capacity
        self._layer = _Layer(bytearray(self._room * _BITS_A_KEY // 8))

    @property
    def room(self) -> int:
        """How many keys more the last layer takes."""
        return self._room

    @property
    def layers(self) -> Sequence[bytes]:
        """What it knows."""
        return [bytes(layer.bits) for layer in (*self._full, self._layer)]


class FilterTable:
    """The filter of all keys there are, and its saved form. To be used inside a transaction."""

    def __init__(self, cursor: apsw.Cursor) -> None:
        """Use this cursor's connection; `load` comes before anything else."""
        self._cursor = cursor
        self._unsaved = 0
        self.filter = KeyFilter()

    def load(self) -> None:
        """Read what was saved, and add what was claimed since."""
        self.filter, through = self._saved()
        for source, key in self._cursor.execute(_KEYS_BEHIND, (through,)):
            self.filter.add(str(source), str(key))
            self._unsaved += 1
        self.save()

    def add(self, source: str, key: str) -> bool:
        """Add a key that is claimed now; False if it is surely new."""
        self._unsaved += 1
        return self.filter.add(source, key)

    def save(self) -> None:
        """Save it, if reading it saves time."""
        if self._unsaved < _WORTH_SAVING:
            return
        # The newest bucket may get more.
        through = int(self._cursor.execute(_NEWEST).get) - 1
        layers = msgspec.msgpack.encode(self.filter.layers)
        saved = (through, self.filter.room, layers)
        self._cursor.execute(_SAVE, (*saved, _digest(*saved)))
        self._unsaved = 0

    def _saved(self) -> tuple[KeyFilter, int]:
        rows: list[tuple[Any, ...]] = self._cursor.execute(_SAVED).fetchall()
        for through, room, layers, digest in rows:
            if _digest(through, room, layers) == digest:
                return KeyFilter.of(_LAYERS.decode(layers), room), through
        return KeyFilter(), -1


def _digest(through: int, room: int, layers: bytes) -> bytes:
    return sha256(f"{_BITS_A_KEY} {_PROBES.format} {through} {room} ".encode() + layers).digest()


_LAYERS: Final = msgspec.msgpack.Decoder(list[bytes])
_SAVED: Final = "SELECT through, room, layers, digest FROM key_filter"
_KEYS_BEHIND: Final = "SELECT source, key FROM keys WHERE bucket > ?"
_NEWEST: Final = "SELECT max(bucket) FROM keys"
_SAVE: Final = """
    INSERT INTO key_filter (one, through, room, layers, digest) VALUES (1, ?, ?, ?, ?)
    ON CONFLICT (one) DO UPDATE SET through = excluded.through, room = excluded.room,
        layers = excluded.layers, digest = excluded.digest
"""
