"""Secrets by reference: `env:NAME` or `file:PATH`. None is ever shown."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from fillgate.domain.errors import ConfigurationError

__all__ = ["FORM", "LookUp", "check_reference", "is_secret", "secret_by_reference", "secret_file"]

FORM: Final = 'a reference such as "env:NAME" or "file:PATH"'
LookUp = Callable[[str, str, Mapping[str, str]], str]
"""Finds a secret: the setting's name, the reference, the environment; see `secret_by_reference`."""

_SECRET_WORDS: Final = ("secret", "password", "passphrase", "token", "api_key", "private_key")


def is_secret(key: str) -> bool:
    """Return whether an account's option of this name is given by reference."""
    return key.lower().endswith(_SECRET_WORDS)


def check_reference(reference: str) -> None:
    """Check that a text is a reference, not whether there is something where it points to.

    Raises:
        ValueError: it is none; the text does not show it.
    """
    scheme, colon, place = reference.partition(":")
    if not colon or scheme not in {"env", "file"} or not place:
        raise ValueError(
            f"expected {FORM}, found a literal value; secrets are never given literally"
        )


def secret_by_reference(where: str, reference: str, env: Mapping[str, str]) -> str:
    """Return the secret that `env:NAME` or `file:PATH` refers to.

    Args:
        where: name of the setting for error messages.
        reference: the reference; never shown.
        env: the environment.

    Raises:
        ConfigurationError: it is no reference, or there is nothing where it points to.
    """
    try:
        check_reference(reference)
    except ValueError as error:
        raise ConfigurationError(f"`{where}`: {error}") from None
    scheme, _, place = reference.partition(":")
    return _of_environment(where, place, env) if scheme == "env" else _of_file(where, place)


def secret_file(reference: str) -> Path | None:
    """Return the file that a reference leads to; None if that is no file."""
    scheme, _, place = reference.partition(":")
    return Path(place).expanduser() if scheme == "file" else None


def _of_environment(where: str, name: str, env: Mapping[str, str]) -> str:
    value = env.get(name)
    if not value:
        msg = f"`{where}`: the environment variable {name} is not set"
        raise ConfigurationError(msg)
    return value


def _of_file(where: str, place: str) -> str:
    try:
        value = Path(place).expanduser().read_text(encoding="utf-8").strip()
    except (OSError, RuntimeError, ValueError) as error:
        # No such home, a NUL in the name, not UTF-8.
        msg = f"`{where}`: the file {place!r} cannot be read: {error}"
        raise ConfigurationError(msg) from None
    if not value:
        msg = f"`{where}`: the file {place} is empty"
        raise ConfigurationError(msg)
    return value
