"""fillgate's client order ids in the forms that venues take.

Invariants:

1. `decode` undoes `encode`, for every id that a form can hold.
2. What fillgate cannot have sent is nobody's: `decode` returns None, and never raises.
"""

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from fillgate.domain.ids import tag_of
from fillgate.plugins.ccxt.venues.venue import ClientIdForm

__all__ = ["decode", "encode"]

_HEX: Final = "0x"
_HEX_BYTES: Final = 16
_T: Final = "t-"


class _Form(NamedTuple):
    encode: Callable[[str], str]
    decode: Callable[[str], str]
    """Raises ValueError where the text has not this form."""


def encode(form: ClientIdForm, identity: str) -> str:
    """Return an id as a venue takes it.

    Args:
        form: the venue's.
        identity: a client order id, or a request's.

    Raises:
        ValueError: fillgate mints no such ids, or the id of a request is too long for the form.
    """
    if tag_of(identity) is None:
        msg = f"{identity!r} is no id of fillgate"
        raise ValueError(msg)
    return _FORMS[form].encode(identity)


def decode(form: ClientIdForm, text: str) -> str | None:
    """Return the id that a venue's text stands for; None if it is not one of fillgate's."""
    try:
        identity = _FORMS[form].decode(text)
        return identity if encode(form, identity) == text else None
    except ValueError:
        return None


def _same(text: str) -> str:
    return text


def _to_hex(identity: str) -> str:
    if len(identity) > _HEX_BYTES:
        msg = f"{identity!r} has more than {_HEX_BYTES} characters"
        raise ValueError(msg)
    return _HEX + identity.encode("ascii").hex().ljust(2 * _HEX_BYTES, "0")


def _from_hex(text: str) -> str:
    return bytes.fromhex(text.removeprefix(_HEX)).rstrip(b"\0").decode("ascii")


def _with_t(identity: str) -> str:
    return _T + identity


def _without_t(text: str) -> str:
    return text.removeprefix(_T)


_FORMS: Final[Mapping[ClientIdForm, _Form]] = {
    ClientIdForm.AS_IS: _Form(_same, _same),
    ClientIdForm.HEX_128: _Form(_to_hex, _from_hex),
    ClientIdForm.PREFIXED_T: _Form(_with_t, _without_t),
}
