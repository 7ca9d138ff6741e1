"""Events to bytes and back, over all their versions.

Invariants:

1. A stored event is its kind, its version and its data; the data is JSON.
2. Decimals are stored as canonical text (`domain.numbers.decimal_text`), never with an exponent.
3. What was stored by an older version is brought up to date by upcasters when it is read; what is
   stored is never changed. What this software does not know is refused, never guessed.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

import msgspec

from fillgate.domain.errors import FillgateError
from fillgate.domain.events import EVENT_TYPES, Event
from fillgate.domain.numbers import decimal_text

__all__ = [
    "UPCASTERS",
    "Codec",
    "Encoded",
    "UnreadableEvent",
    "Upcaster",
    "Upcasters",
    "encode",
    "encode_plain",
]

Upcaster = Callable[[dict[str, Any]], dict[str, Any]]
"""Takes the plain data of one version and returns that of the next."""

Upcasters = Mapping[tuple[str, int], Upcaster]
"""For each (kind, version) that is not the current one, the way to the next version."""

UPCASTERS: Final[Upcasters] = {}
"""The upcasters of fillgate's own events."""

_ENCODER: Final = msgspec.json.Encoder()
_CAPITAL_E: Final = ord("E")
# What decoding raises, and upcasters that find other data than they expect.
_MISFITS: Final = (msgspec.MsgspecError, LookupError, TypeError, ValueError)


class UnreadableEvent(FillgateError):
    """A stored event cannot be read by this software; the text names it and says why."""


Encoded = tuple[str, int, bytes]
"""An event as it is stored: its kind, its version, its data."""


def encode(event: Event) -> Encoded:
    """Return an event as it is stored.

    Raises:
        TypeError, ValueError: a field holds what its type forbids.
    """
    return event.kind, event.version, encode_plain(event)


def encode_plain(value: msgspec.Struct) -> bytes:
    """Return JSON whose Decimals are in canonical text.

    Raises:
        TypeError, ValueError: a field holds what its type forbids.
    """
    data = _ENCODER.encode(value)
    # msgspec writes a Decimal as str() does, and only str() of some has an exponent.
    if _CAPITAL_E in data and (data.find(b"E-") >= 0 or data.find(b"E+") >= 0):
        plain = _plain(msgspec.to_builtins(value, builtin_types=(Decimal,)))
        return _ENCODER.encode(plain)
    return data


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


class Codec:
    """Reads stored events of some set of types."""

    def __init__(
        self, types: Sequence[type[Event]] = EVENT_TYPES, upcasters: Upcasters = UPCASTERS
    ) -> None:
        """Know these kinds of events, and how to bring older versions of them up to date."""
        self._versions = {each.kind: each.version for each in types}
        self._decoders = {each.kind: msgspec.json.Decoder(each) for each in types}
        self._upcasters = upcasters

    def decode(self, stored: Encoded) -> Event:
        """Return the event that was stored.

        Raises:
            UnreadableEvent: its kind is unknown, its version is newer than this software's or has
                no upcaster, or its data does not fit.
        """
        kind, version, data = stored
        current = self._versions.get(kind)
        if current is None:
            raise UnreadableEvent(f"event of the unknown kind {kind!r}: this fillgate is too old")
        try:
            if version != current:
                data = self._upcast(kind, version, data)
            return self._decoders[kind].decode(data)
        except _MISFITS as error:
            raise UnreadableEvent(f"event {kind} of version {version}: {error!r}") from error

    def _upcast(self, kind: str, version: int, data: bytes) -> bytes:
        current = self._versions[kind]
        if version > current:
            raise UnreadableEvent(
                f"event {kind} of version {version}: this fillgate knows up to {current}"
            )
        plain = msgspec.json.decode(data, type=dict[str, Any])
        for step in range(version, current):
            upcaster = self._upcasters.get((kind, step))
            if upcaster is None:
                raise UnreadableEvent(
                    f"event {kind} of version {version}: no way from version {step} to {step + 1}"
                )
            plain = upcaster(plain)
        return _ENCODER.encode(plain)
