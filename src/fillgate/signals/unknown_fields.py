"""What a field that a body does not know was probably meant to be.

A misspelt `stop_los` that is ignored is a position without a stop. So a field is ignored only where
it cannot have been meant for one that is read; the hint is for the refusal otherwise.
"""

from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Final

from fillgate.domain.nearest import nearest, plain_name

__all__ = ["likely_meant", "shown_name"]

_LIKENESS: Final = 0.8
_LONGEST: Final = 64

_ELSEWHERE: Final[Mapping[str, str]] = {
    "amount": "quantity",
    "contracts": "quantity",
    "lots": "quantity",
    "qty": "quantity",
    "size": "quantity",
    "volume": "quantity",
    "direction": "action",
    "side": "action",
    "instrument": "symbol",
    "pair": "symbol",
    "ticker": "symbol",
    "type": "order_type",
    "pricetype": "order_type",
    "limit": "price",
    "limitprice": "price",
    "stop": "stop_price",
    "triggerprice": "stop_price",
    "sl": "stop_loss",
    "slprice": "stop_loss",
    "target": "take_profit",
    "tp": "take_profit",
    "tpprice": "take_profit",
    "trailingstop": "trail",
    "traildistance": "trail",
    "tif": "time_in_force",
    "expiration": "expire_time",
    "expiry": "expire_time",
    "alertid": "id",
    "passphrase": "secret",
    "password": "secret",
    "token": "secret",
}
"""What other receivers of alerts call the same thing."""

_OF_TRADINGVIEW: Final = frozenset({"positionsize"})
"""Names of TradingView's placeholders that only look like a misspelt field."""


def likely_meant(name: str, known: tuple[str, ...], present: Collection[str]) -> str | None:
    """Return the known field that `name` was probably meant to be, or None.

    A name that other receivers use counts only while the field itself is not present.
    """
    if len(name) > _LONGEST:
        return None
    plain = plain_name(name)
    elsewhere = _ELSEWHERE.get(plain)
    if elsewhere in known and elsewhere not in present:
        return elsewhere
    return None if plain in _OF_TRADINGVIEW else _near(plain, known)


def shown_name(name: str) -> str:
    """Return a name that a sender made up, fit to be printed."""
    return f"`{name}`" if name.isidentifier() and len(name) <= _LONGEST else repr(name[:_LONGEST])


# The names that a sender adds are the same in each of its alerts.
@lru_cache(maxsize=1024)
def _near(plain: str, known: tuple[str, ...]) -> str | None:
    return nearest(plain, known, likeness=_LIKENESS)
