"""Who trades on the practice exchange: API keys, their secrets, what they own at the beginning.

Invariant: a secret is never shown; it is not in the text of a user.
"""

import secrets
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final

import msgspec

from fillgate.practice.errors import bad_api_key, unknown_key

__all__ = ["BALANCES", "MARGIN_ASSETS", "User", "Users", "new_user"]

BALANCES: Final[Mapping[str, Decimal]] = {
    "USDT": Decimal(100_000),
    "USDC": Decimal(100_000),
    "BTC": Decimal(1),
    "ETH": Decimal(10),
    "BNB": Decimal(10),
}
"""What a user owns at the beginning unless told otherwise."""

MARGIN_ASSETS: Final = ("USDT",)
"""What secures futures."""

_KEY_BYTES: Final = 32


class User(msgspec.Struct, frozen=True, kw_only=True):
    """One API key, and the account behind it."""

    name: str
    """The account's."""
    key: str
    secret: str
    balances: Mapping[str, Decimal] = msgspec.field(default_factory=lambda: BALANCES)

    def __repr__(self) -> str:
        return f"User({self.name!r})"

    @property
    def margin(self) -> Mapping[str, Decimal]:
        """What its wallet for futures holds at the beginning: as much of what secures them."""
        return {asset: self.balances[asset] for asset in MARGIN_ASSETS if asset in self.balances}


def new_user(name: str, balances: Mapping[str, Decimal] = BALANCES) -> User:
    """Return a user with a key and a secret that nobody else has: 64 hexadecimal digits each."""
    key, secret = secrets.token_hex(_KEY_BYTES), secrets.token_hex(_KEY_BYTES)
    return User(name=name, key=key, secret=secret, balances=balances)


class Users:
    """The users by API key."""

    def __init__(self, users: Iterable[User]) -> None:
        """Know these.

        Raises:
            ValueError: two have one name or one key.
        """
        self.all = tuple(users)
        self._by_key = {user.key: user for user in self.all}
        if len({user.name for user in self.all}) < len(self.all) or len(self._by_key) < len(
            self.all
        ):
            raise ValueError("expected users with a name and a key each of their own")

    def find(self, key: str | None) -> User:
        """Return whose key it is.

        Raises:
            Refused: it is missing (-2014), or nobody's (-2015).
        """
        if not key:
            raise bad_api_key()
        user = self._by_key.get(key)
        if user is None:
            raise unknown_key()
        return user
