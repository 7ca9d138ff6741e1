"""Ids that fillgate mints.

A client order id is `fg`, four characters that tag this journal, seven of the signal's number, one
of the leg and one of the generation: 15 lower-case letters and digits, which every venue's format
allows. It is minted once, in the commit that plans the order, and never again.

A request to cancel or replace an order has an id of its own (FIX: each request has its own ClOrdID
and names the original's): the order's, and three characters of its number among the order's
requests.
"""

from functools import lru_cache
from typing import Final

__all__ = [
    "MOST_REQUESTS",
    "client_order_id",
    "installation_tag",
    "made_from",
    "order_of",
    "request_id",
    "signal_number",
    "tag_of",
]

# Crockford's alphabet: no i, l, o, u, so that ids survive being read aloud.
_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_VALUES: Final = {character: value for value, character in enumerate(_ALPHABET)}
_PAIRS: Final = tuple(high + low for high in _ALPHABET for low in _ALPHABET)
_PREFIX: Final = "fg"
_MINTED: Final = frozenset(_ALPHABET + _PREFIX)
_TAG_LENGTH: Final = 4
_NUMBER_LENGTH: Final = 7
_LENGTH: Final = len(_PREFIX) + _TAG_LENGTH + _NUMBER_LENGTH + 2
_ORDINAL_LENGTH: Final = 3

MOST_REQUESTS: Final = 32**_ORDINAL_LENGTH - 1
"""How many requests one order can have."""


def _encode(number: int, length: int) -> str:
    if not 0 <= number < 32**length:
        msg = f"{number} does not fit {length} characters"
        raise ValueError(msg)
    characters = ""
    while length > 0:
        characters = _PAIRS[number & 1023] + characters
        number >>= 10
        length -= 2
    return characters[1:] if length else characters


def installation_tag(journal_id: str) -> str:
    """Return the four characters that tell this journal's orders from another's.

    Args:
        journal_id: the journal's own random id, in hexadecimal.
    """
    return _encode(int(journal_id[:5], 16), _TAG_LENGTH)


def client_order_id(tag: str, signal: int, *, leg: int = 0, generation: int = 0) -> str:
    """Return the id of the order planned from a signal.

    Args:
        tag: the installation's tag.
        signal: the signal's number in this journal, below 32**7.
        leg: place of the order among those of the signal, 0 to 31.
        generation: how often the order was planned anew by a user's policy, 0 to 31.

    Raises:
        ValueError: a number is outside its range.
    """
    beginning = _beginning(tag, signal >> 10)
    ending = _encode(leg, 1) + _encode(generation, 1) if leg or generation else "00"
    return beginning + _PAIRS[signal & 1023] + ending


# A thousand signals in succession have it in common.
@lru_cache(maxsize=16)
def _beginning(tag: str, upper: int) -> str:
    return f"{_PREFIX}{tag}{_encode(upper, _NUMBER_LENGTH - 2)}"


def request_id(client_order_id: str, ordinal: int) -> str:
    """Return the id of a request to cancel or replace an order: 18 characters.

    Args:
        client_order_id: the order's.
        ordinal: number of the request among the order's, from 1 to `MOST_REQUESTS`.

    Raises:
        ValueError: the number is outside its range.
    """
    return client_order_id + _encode(ordinal, _ORDINAL_LENGTH)


def order_of(identity: str) -> str:
    """Return the client order id of the order that an id belongs to: its own, or a request's."""
    is_request = len(identity) == _LENGTH + _ORDINAL_LENGTH and _MINTED.issuperset(identity)
    return identity[:_LENGTH] if is_request else identity


def made_from(identity: str) -> str | None:
    """Return the client order id that a longer id begins with; None if it begins with none.

    Venues that place orders to protect ours name them so.
    """
    beginning = identity[:_LENGTH]
    return beginning if identity != beginning and tag_of(beginning) is not None else None


def tag_of(identity: str) -> str | None:
    """Return the tag of the installation that minted an id; None if no fillgate did."""
    own = order_of(identity)
    characters = own[len(_PREFIX) :]
    ours = len(own) == _LENGTH and own.startswith(_PREFIX) and set(identity) <= _MINTED
    return characters[:_TAG_LENGTH] if ours else None


def signal_number(client_order_id: str, tag: str) -> int | None:
    """Return the number of the signal behind an id, or None if the id is not this journal's."""
    if tag_of(client_order_id) != tag:
        return None
    number = 0
    for character in order_of(client_order_id)[len(_PREFIX) + _TAG_LENGTH :][:_NUMBER_LENGTH]:
        number = number * 32 + _VALUES[character]
    return number
