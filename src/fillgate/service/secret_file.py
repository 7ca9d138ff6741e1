"""The webhook's secret when none is configured: made once, in a file for its owner alone."""

import os
import secrets
from pathlib import Path

from fillgate.domain.errors import ConfigurationError

__all__ = ["SECRET_FILE", "webhook_secret"]

SECRET_FILE = "webhook-secret"  # noqa: S105 - a file's name
"""Name of the file in the data folder."""


def webhook_secret(folder: Path) -> str:
    """Return the secret in the folder's file, made and written there if it is missing.

    Raises:
        ConfigurationError: the file cannot be read or written, is empty, or is open to others.
    """
    path = folder / SECRET_FILE
    try:
        return _existing(path) if path.exists() else _made(path)
    except (OSError, UnicodeDecodeError) as error:
        words = error.strerror if isinstance(error, OSError) else "it is not text"
        msg = f"the webhook secret's file {path} cannot be used: {words}"
        raise ConfigurationError(msg) from None


def _existing(path: Path) -> str:
    if path.stat().st_mode & 0o077:
        msg = f"the webhook secret's file {path} can be read by others: chmod 600 {path}"
        raise ConfigurationError(msg)
    secret = path.read_text(encoding="utf-8").strip()
    if not secret:
        msg = f"the webhook secret's file {path} is empty: delete it, and a new secret is made"
        raise ConfigurationError(msg)
    return secret


def _made(path: Path) -> str:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    secret = secrets.token_urlsafe(32)
    partial = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(secret + "\n")
        file.flush()
        os.fsync(file.fileno())
    partial.rename(path)
    return secret
