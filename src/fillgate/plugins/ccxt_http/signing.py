"""The secret shared with the service. It goes in here and never comes out again."""

import hashlib
import hmac

__all__ = ["MASK", "Signer"]

MASK = "***"
"""What stands where the secret would."""


class Signer:
    """Signs bodies with the secret."""

    __slots__ = ("_key", "_secret")

    def __init__(self, secret: str) -> None:
        """Keep the secret.

        Args:
            secret: as the service has it; its UTF-8 bytes are the key.
        """
        self._secret = secret
        # An environment variable that is no UTF-8 arrives with its bytes escaped.
        self._key = secret.encode("utf-8", "surrogateescape")

    def __repr__(self) -> str:
        """Show that there is a secret, and no more."""
        return f"Signer({MASK})"

    def signature(self, body: bytes) -> str:
        """Return the HMAC-SHA256 of exactly these bytes, in lower-case hexadecimal."""
        return hmac.digest(self._key, body, hashlib.sha256).hex()

    def signed(self, signature: bytes, body: bytes) -> bool:
        """Tell whether this is the signature of exactly these bytes; as slow for any guess."""
        return hmac.compare_digest(signature.strip(), self.signature(body).encode())

    def redact(self, text: str) -> str:
        """Return the text without the secret: a service may quote it in an error."""
        return text.replace(self._secret, MASK)
