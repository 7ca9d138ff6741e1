"""Keeping the service's own credentials out of what is written down and sent on.

Invariants:

1. A signal that holds a credential anywhere but in its place is refused: it would go on to the
   journal and the venue.
2. A reason that quotes a credential, or the beginning of one, is not kept.
"""

from collections.abc import Mapping, Sequence

from fillgate.service.problems import Problem
from fillgate.signals.credentials import cut_credentials
from fillgate.signals.received import Received

__all__ = ["Credentials"]

_TELLING = 12
"""So many characters tell a credential from a word that happens to stand in it."""

_PLACES = ("symbol", "account", "strategy", "id")
"""Where a signal holds texts that are written down and sent on."""


class Credentials:
    """What must not be seen."""

    def __init__(self, secrets: Sequence[str]) -> None:
        """Hide these."""
        self._secrets = tuple(secret for secret in secrets if secret)
        beginnings = {secret[:_TELLING] for secret in self._secrets if len(secret) >= _TELLING}
        # Reasons quote by `repr`.
        quoted = {repr(secret)[1:][:_TELLING] for secret in self._secrets}
        self._beginnings = (*self._secrets, *beginnings, *quoted)

    def cut(self, body: bytes) -> bytes:
        """Return a body as it may be stored."""
        return cut_credentials(body, self._secrets)

    def cut_reason(self, reason: str) -> str:
        """Return a reason as it may be stored."""
        if any(beginning in reason for beginning in self._beginnings):
            return "not kept: the reason quotes a credential"
        return reason

    def check(self, received: Received, key: str | None) -> None:
        """Check that a signal holds no credential.

        Raises:
            Problem: it does; the text does not show it.
        """
        signal = received.signal
        texts = (signal.symbol, signal.account, signal.strategy, key)
        together = "\n".join(filter(None, texts))
        for secret in self._secrets:
            if secret in together:
                self._refuse(dict(zip(_PLACES, texts, strict=True)))

    def check_texts(self, texts: Mapping[str, str | None]) -> None:
        """Check that texts, by the names of their places, hold no credential.

        Raises:
            Problem: one does; the text does not show it.
        """
        self._refuse(texts)

    def _refuse(self, texts: Mapping[str, str | None]) -> None:
        for name, text in texts.items():
            if text is not None and self._is_in(text):
                detail = f"`{name}`: expected no credential, found one; it belongs elsewhere"
                raise Problem("INVALID_FIELD", detail, field=name)

    def _is_in(self, text: str) -> bool:
        return any(
            secret in text if len(secret) >= _TELLING else secret == text
            for secret in self._secrets
        )
