"""What happens when an order would meet one of its own owner: self-trade prevention.

| mode | the order that comes | the order that rests | Binance | Coinbase Exchange |
|---|---|---|---|---|
| `NONE` | is executed | is executed | NONE | |
| `CANCEL_NEWEST` | ends | stays as it is | EXPIRE_TAKER | cn |
| `CANCEL_OLDEST` | goes on to the next | ends | EXPIRE_MAKER | co |
| `CANCEL_BOTH` | ends | ends | EXPIRE_BOTH | cb |
| `DECREMENT` | loses the lots of the smaller | loses as many | DECREMENT | dc |

The mode of the order that comes counts, whatever the other one came with. What it executed before
it met its owner stays executed. Source: Binance Spot API documentation, "Self Trade Prevention
(STP) FAQ".
"""

from enum import StrEnum

__all__ = ["SelfTradePrevention"]


class SelfTradePrevention(StrEnum):
    """Which of two orders of one owner gives way."""

    NONE = "none"
    """Neither: they are executed against each other."""
    CANCEL_NEWEST = "cancel-newest"
    """The one that comes: what is left of it ends."""
    CANCEL_OLDEST = "cancel-oldest"
    """The one that rests: it ends, and the other goes on."""
    CANCEL_BOTH = "cancel-both"
    """Both end."""
    DECREMENT = "decrement"
    """Both lose the lots of the smaller one, without an execution; that one, or both, end."""

    @property
    def ends_newest(self) -> bool:
        """Whether the order that comes ends, whatever the lots of both."""
        return self in {SelfTradePrevention.CANCEL_NEWEST, SelfTradePrevention.CANCEL_BOTH}

    @property
    def ends_oldest(self) -> bool:
        """Whether the order that rests ends, whatever the lots of both."""
        return self in {SelfTradePrevention.CANCEL_OLDEST, SelfTradePrevention.CANCEL_BOTH}
