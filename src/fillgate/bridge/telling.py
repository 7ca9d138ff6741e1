"""What may be told: no credential of this process, whatever a venue or a library said.

Invariant: what is cut off is cut off afterwards, so that no half of a credential is left.
"""

from collections.abc import Iterable
from typing import Final

from fillgate.service.redaction import Redaction

__all__ = ["Telling"]

_LONGEST_TEXT: Final = 500


class Telling:
    """Takes credentials out of what is told."""

    def __init__(self, credentials: Iterable[str]) -> None:
        """Hide these."""
        self._redaction = Redaction()
        self._redaction.hide(credentials)

    def text(self, text: str) -> str:
        """Return the words of an error, without credentials and not too long."""
        return self._redaction.text(text)[:_LONGEST_TEXT]

    def body(self, body: bytes) -> bytes:
        """Return a whole answer, or a line of one, in JSON, without credentials."""
        if not self._redaction.is_needed(body):
            return body
        return self._redaction.text(body.decode()).encode()
