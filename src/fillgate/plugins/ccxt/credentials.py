"""An account's keys at its exchange. They go in here and to ccxt, and never into a text.

Invariant: neither `repr` nor `redact` shows one.
"""

from collections.abc import Mapping
from typing import Any, Final

from fillgate.domain.errors import ConfigurationError

__all__ = ["MASK", "NAMES", "Credentials", "credentials_in"]

MASK: Final = "***"
"""What stands where a secret would."""

NAMES: Final[Mapping[str, str]] = {"api_key": "apiKey", "secret": "secret", "password": "password"}
"""The settings that are secrets, and what ccxt calls them."""

_SHORTEST: Final = 4
"""What is shorter cannot be told from other text, and is no secret."""


class Credentials:
    """The keys of one account; there may be none."""

    __slots__ = ("_secrets",)

    def __init__(self, secrets: Mapping[str, str]) -> None:
        """Keep the secrets, by ccxt's names of them."""
        self._secrets = dict(secrets)

    def __repr__(self) -> str:
        """Show which there are, and no more."""
        return f"Credentials({', '.join(f'{name}={MASK}' for name in self._secrets)})"

    def __bool__(self) -> bool:
        return bool(self._secrets)

    def for_ccxt(self) -> dict[str, str]:
        """Return the secrets as ccxt takes them, for its instances alone."""
        return dict(self._secrets)

    def redact(self, text: str) -> str:
        """Return a text without the secrets: a venue or an error may quote them."""
        for secret in sorted(self._secrets.values(), key=len, reverse=True):
            if len(secret) >= _SHORTEST:
                text = text.replace(secret, MASK)
        return text


def credentials_in(config: Mapping[str, Any], where: str) -> Credentials:
    """Return the secrets that an account's table holds, references resolved.

    Raises:
        ConfigurationError: one is no text, or only some of what belongs together is there.
    """
    found = {}
    for name, own in NAMES.items():
        value = config.get(name)
        if value is None:
            continue
        if not isinstance(value, str) or not value.strip():
            kind = "an empty text" if isinstance(value, str) else type(value).__name__
            msg = f"`{where}.{name}`: expected a text, found {kind}"
            raise ConfigurationError(msg)
        found[own] = value
    if "apiKey" in found and "secret" not in found:
        msg = f"`{where}.secret`: expected the secret of the key in `api_key`, found nothing"
        raise ConfigurationError(msg)
    return Credentials(found)
