"""Opaque cursors: where the next page of a list begins.

A cursor is only good for the list that gave it; its inside may change at any time.
"""

import base64
import binascii

import msgspec

from fillgate.service.problems import Problem

__all__ = ["decode_cursor", "encode_cursor"]


def encode_cursor(place: tuple[int, ...]) -> str:
    """Return the cursor for a place in a list."""
    return base64.urlsafe_b64encode(msgspec.json.encode(place)).decode().rstrip("=")


def decode_cursor(
    cursor: str, length: int, *, expected: str = "`cursor`: expected the `next` of a page before"
) -> tuple[int, ...]:
    """Return the place that a cursor stands for: that many numbers.

    Args:
        cursor: as it was given out.
        length: how many numbers.
        expected: what is told to who gives another.

    Raises:
        Problem: it is no cursor of this list.
    """
    try:
        text = base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        place = msgspec.json.decode(text, type=tuple[int, ...])
    except (ValueError, binascii.Error, msgspec.DecodeError):
        place = ()
    fits = len(place) == length and all(0 <= number < 2**63 for number in place)
    # Decoders pass over much: what was not given out is no cursor.
    if not fits or encode_cursor(place) != cursor:
        raise Problem("INVALID_PARAMETER", expected)
    return place
