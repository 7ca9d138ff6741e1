"""The keys of the exchange's users and of its owner, in files for their owner alone.

Invariants:

1. A key that is there is used; one that is missing is made. So they stay the same at each start.
2. A file that others can read is refused, and so is an empty one.
"""

import os
import re
import secrets
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Final

from fillgate.domain.errors import ConfigurationError
from fillgate.practice.users import User

__all__ = ["CONTROL_FILE", "control_key", "users_of_files"]

CONTROL_FILE: Final = "control-key"
"""Name of the file of the owner's key."""

_NAME: Final = "[A-Za-z0-9_-]{1,64}"
_BYTES: Final = 32


def users_of_files(
    folder: Path, accounts: Iterable[str], balances: Mapping[str, Decimal]
) -> tuple[User, ...]:
    """Return the users whose keys and secrets are in files named `ACCOUNT-key`, `ACCOUNT-secret`.

    Args:
        folder: of the files; made if it is missing.
        accounts: their names.
        balances: what each owns at the beginning.

    Raises:
        ConfigurationError: a name cannot be one, or a file cannot be used.
    """
    return tuple(_user_of(folder, name, balances) for name in dict.fromkeys(accounts))


def _user_of(folder: Path, account: str, balances: Mapping[str, Decimal]) -> User:
    if not re.fullmatch(_NAME, account, re.ASCII):
        text = f"expected an account's name of letters, digits, `-` and `_`, found {account!r}"
        raise ConfigurationError(text)
    return User(
        name=account,
        key=_text_of(folder / f"{account}-key"),
        secret=_text_of(folder / f"{account}-secret"),
        balances=balances,
    )


def control_key(folder: Path) -> str:
    """Return the owner's key.

    Raises:
        ConfigurationError: its file cannot be used.
    """
    return _text_of(folder / CONTROL_FILE)


def _text_of(path: Path) -> str:
    try:
        return _existing(path) if path.exists() else _made(path)
    except (OSError, UnicodeDecodeError) as error:
        words = error.strerror if isinstance(error, OSError) else "it is not text"
        raise ConfigurationError(f"the file {path} cannot be used: {words}") from None


def _existing(path: Path) -> str:
    if path.stat().st_mode & 0o077:
        raise ConfigurationError(f"the file {path} can be read by others: chmod 600 {path}")
    text = path.read_text(encoding="utf-8").strip()
    if not text:
        raise ConfigurationError(f"the file {path} is empty: delete it, and a new key is made")
    return text


def _made(path: Path) -> str:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    text = secrets.token_hex(_BYTES)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text + "\n")
    return text
