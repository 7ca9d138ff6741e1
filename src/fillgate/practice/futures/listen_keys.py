"""Keys under which an account's events are heard: one each, for an hour after it was asked for.

Source: Binance USDⓈ-M Futures API documentation, "User Data Streams".
"""

import secrets
from typing import Final, NamedTuple

from fillgate.practice.futures.errors import no_such_listen_key

__all__ = ["ListenKeys"]

_VALID: Final = 3_600_000_000
_BYTES: Final = 32


class _Key(NamedTuple):
    text: str
    until: int


class ListenKeys:
    """The keys by account."""

    def __init__(self) -> None:
        """None so far."""
        self._keys: dict[str, _Key] = {}

    def take(self, account: str, now: int) -> str:
        """Return the key of an account, a new one if it has none; it is valid for an hour."""
        known = self._keys.get(account)
        text = known.text if known and known.until > now else secrets.token_hex(_BYTES)
        self._keys[account] = _Key(text, now + _VALID)
        return text

    def extend(self, account: str, now: int) -> str:
        """Let the key of an account be valid for an hour more.

        Raises:
            Refused: it has none (-1125).
        """
        if account not in self._keys or self._keys[account].until <= now:
            raise no_such_listen_key()
        return self.take(account, now)

    def drop(self, account: str) -> None:
        """Let the key of an account be none any more."""
        self._keys.pop(account, None)

    def account_of(self, text: str | None, now: int) -> str | None:
        """Return whose key it is; None if it is nobody's now."""
        for account, key in self._keys.items():
            if text is not None and secrets.compare_digest(key.text.encode(), text.encode()):
                return account if key.until > now else None
        return None
