"""Who may send: signatures and secrets of webhooks, the key of the API.

Invariants:

1. Comparisons take the same time whatever the guess.
2. A credential that is given must be right: a wrong signature is not saved by a right secret.
3. Without an API key, only this machine's own programs are served, not web pages that a browser on
   it shows.
"""

import hashlib
import hmac
from typing import Final
from urllib.parse import urlsplit

from fillgate.service.problems import Problem

__all__ = ["ApiDoor", "WebhookDoor", "sign"]

SIGNATURE: Final = b"x-webhook-signature"
_INNER_PAD: Final = bytes(byte ^ 0x36 for byte in range(256))
_OUTER_PAD: Final = bytes(byte ^ 0x5C for byte in range(256))
_LOCAL_NAMES: Final = frozenset({"localhost", "127.0.0.1", "::1"})


def sign(secret: str, body: bytes) -> str:
    """Return the webhook signature of a body: lower-case hex HMAC-SHA256 under the secret."""
    return hmac.digest(secret.encode(), body, "sha256").hex()


class _KeyedHash:
    """HMAC-SHA256 under one key (RFC 2104), made ready for bodies to come.

    Both hashes have read their padded key and are copied for each body. `hmac.HMAC` does the same
    behind calls that take as long again; `hmac.digest` gives up the interpreter's lock for every
    body, however short, and then waits to get it back from the journal's thread.
    """

    def __init__(self, key: bytes) -> None:
        block = hashlib.sha256().block_size
        if len(key) > block:
            key = hashlib.sha256(key).digest()
        padded = key.ljust(block, b"\0")
        self._inner = hashlib.sha256(padded.translate(_INNER_PAD))
        self._outer = hashlib.sha256(padded.translate(_OUTER_PAD))

    def hexdigest(self, body: bytes) -> str:
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(body)
        outer.update(inner.digest())
        return outer.hexdigest()


class WebhookDoor:
    """Checks the credentials of alerts."""

    def __init__(self, secret: str) -> None:
        """Let in what is signed with, or carries, `secret`."""
        self._secret = secret.encode()
        self._keyed = _KeyedHash(self._secret)

    def check_signature(self, signature: bytes, body: bytes) -> None:
        """Check the header `X-Webhook-Signature`.

        Raises:
            Problem: it is not the body's signature.
        """
        if not hmac.compare_digest(signature.strip(), self._keyed.hexdigest(body).encode()):
            raise Problem("UNAUTHENTICATED", "X-Webhook-Signature is not this body's signature")

    def check_token(self, token: str) -> None:
        """Check the token at the end of the path.

        Raises:
            Problem: it is not the secret.
        """
        if not self._is_secret(token):
            raise Problem("UNAUTHENTICATED", "the token in the address is not valid")

    def check_secret(self, secret: str | None) -> None:
        """Check the `secret` of a body.

        Raises:
            Problem: there is none, or it is not the secret.
        """
        if secret is None:
            raise Problem(
                "UNAUTHENTICATED",
                "expected the header X-Webhook-Signature, a token in the address, or `secret` in "
                "the body; found none",
            )
        if not self._is_secret(secret):
            raise Problem("UNAUTHENTICATED", "the `secret` in the body is not valid")

    def _is_secret(self, guess: str) -> bool:
        return hmac.compare_digest(
            hashlib.sha256(guess.encode(errors="surrogatepass")).digest(),
            hashlib.sha256(self._secret).digest(),
        )


class ApiDoor:
    """Checks who may use /api/v1."""

    def __init__(self, key: str | None) -> None:
        """Ask for `key`; without one serve this machine's own programs."""
        self._digest = None if key is None else hashlib.sha256(key.encode()).digest()

    def check(self, headers: dict[bytes, bytes]) -> None:
        """Check a request's headers.

        Raises:
            Problem: the key is missing or wrong; without a key, the request comes from a web page
                or by a foreign name.
        """
        if self._digest is None:
            _check_local(headers)
            return
        scheme, _, key = headers.get(b"authorization", b"").partition(b" ")
        given = hashlib.sha256(key.strip()).digest()
        if scheme.lower() != b"bearer" or not hmac.compare_digest(given, self._digest):
            raise Problem("UNAUTHENTICATED", "expected the header Authorization: Bearer KEY")


def _check_local(headers: dict[bytes, bytes]) -> None:
    """Keep out web pages: a browser lets any page post to this machine's own addresses."""
    host = _name(b"//" + headers.get(b"host", b"localhost"))
    origin = headers.get(b"origin")
    if host not in _LOCAL_NAMES or (origin is not None and _name(origin) not in _LOCAL_NAMES):
        raise Problem(
            "CROSS_ORIGIN",
            "without FILLGATE_API_KEY only programs on this machine are served, by the name "
            "localhost or 127.0.0.1",
        )


def _name(address: bytes) -> str | None:
    try:
        return urlsplit(address.decode("latin-1")).hostname
    except ValueError:
        return None
