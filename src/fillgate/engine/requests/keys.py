"""Keys of requests: the same request under the same key is made once."""

import hashlib
from typing import Final

import msgspec

from fillgate.domain.requests import RequestKind
from fillgate.engine.intake import KeyReused
from fillgate.engine.requests.asker import Asker
from fillgate.engine.requests.checks import Terms
from fillgate.engine.tickets import Latch
from fillgate.journal.base import Claim

__all__ = ["KEY", "Keys", "check_digest", "digest_of"]

KEY: Final = "request:"
"""Keys of requests are claimed apart from those of signals."""


class Keys:
    """The keys that are being claimed. Those that are durable are in the journal."""

    def __init__(self) -> None:
        """Start with none."""
        self._claimed: dict[tuple[str, str], tuple[bytes, Latch[str]]] = {}

    def find(self, asker: Asker, digest: bytes) -> Latch[str] | None:
        """Return what opens with the id of the request that holds the asker's key.

        Raises:
            KeyReused: that is another request.
        """
        held = self._claimed.get((asker.source, asker.key or ""))
        if held is None:
            return None
        check_digest(held[0], digest)
        return held[1]

    def claim(self, asker: Asker, digest: bytes, admitted: Latch[str], *, at: int) -> Claim | None:
        """Return what claims the asker's key, if there is one; `at` is in Unix microseconds."""
        if asker.key is None:
            return None
        self._claimed[asker.source, asker.key] = (digest, admitted)
        return Claim(source=asker.source, key=KEY + asker.key, reading=digest, at=at)

    def release(self, asker: Asker) -> None:
        """Forget a key: it is durable, or was not claimed after all."""
        self._claimed.pop((asker.source, asker.key or ""), None)


def digest_of(kind: RequestKind, identity: str, terms: Terms | None = None) -> bytes:
    """Return the digest of what is asked, to tell a repeat from a re-use of the key."""
    asked = (kind, identity, None if terms is None else terms.given)
    return hashlib.sha256(msgspec.json.encode(asked)).digest()


def check_digest(known: bytes, digest: bytes) -> None:
    """Raise if a key is used for another request.

    Raises:
        KeyReused: it is.
    """
    if known != digest:
        raise KeyReused("KEY_REUSED", "the key was used for another request")
