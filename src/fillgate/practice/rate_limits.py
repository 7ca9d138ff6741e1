"""How much may be asked, and how many orders sent: Binance's limits by address and by account.

Invariants:

1. Weight is counted by address in minutes of the clock, orders by account in ten seconds and days.
2. Who goes on asking after a 429 gets 418: banned for `BAN_SECONDS`.
3. The answer tells what is used, and where it refuses, when to come again.

Source: Binance Spot API documentation, "Limits".
"""

from collections.abc import Mapping
from typing import Final

import msgspec

from fillgate.practice.errors import Refused

__all__ = ["BAN_SECONDS", "Limits", "RateLimits", "TooMuch"]

BAN_SECONDS: Final = 120
_PATIENCE: Final = 10
"""How many requests beyond the limit are answered with 429."""
_SECOND: Final = 1_000_000


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What is allowed."""

    weight: int = 6_000
    """Per address and minute."""
    orders: int = 100
    """Per account and ten seconds."""
    daily_orders: int = 200_000
    """Per account and day."""

    def describe(self) -> list[dict[str, object]]:
        """Return the limits in the form of `exchangeInfo`."""
        return [
            _described("REQUEST_WEIGHT", "MINUTE", 1, self.weight),
            _described("ORDERS", "SECOND", 10, self.orders),
            _described("ORDERS", "DAY", 1, self.daily_orders),
        ]


def _described(kind: str, interval: str, number: int, limit: int) -> dict[str, object]:
    return {"rateLimitType": kind, "interval": interval, "intervalNum": number, "limit": limit}


class TooMuch(Refused):
    """More was asked than is allowed."""

    def __init__(self, code: int, msg: str, *, status: int, seconds: int) -> None:
        """Say when to come again."""
        super().__init__(code, msg, status)
        self.seconds = seconds


class _Window:
    """Counts by name in one stretch of time after the other."""

    def __init__(self, seconds: int) -> None:
        self._length = seconds * _SECOND
        self._number = -1
        self._counts: dict[str, int] = {}

    def add(self, name: str, amount: int, now: int) -> int:
        """Count, and return how many it are now."""
        number = now // self._length
        if number != self._number:
            self._number, self._counts = number, {}
        self._counts[name] = count = self._counts.get(name, 0) + amount
        return count

    def rest(self, now: int) -> int:
        """Return in how many seconds the next stretch begins, rounded up."""
        return -(-(self._length - now % self._length) // _SECOND)


class RateLimits:
    """What was asked so far."""

    def __init__(self, limits: Limits) -> None:
        """Begin to count."""
        self.limits = limits
        self._weights = _Window(60)
        self._orders = _Window(10)
        self._days = _Window(86_400)
        self._excess: dict[str, int] = {}
        self._banned: dict[str, int] = {}

    def take_weight(self, address: str, weight: int, now: int) -> int:
        """Count a request; return the weight that its address has used in this minute.

        Raises:
            TooMuch: it is too much.
        """
        until = self._banned.get(address, 0)
        if now < until:
            raise self._ban(until, now)
        used = self._weights.add(address, weight, now)
        if used <= self.limits.weight:
            self._excess.pop(address, None)
            return used
        excess = self._excess[address] = self._excess.get(address, 0) + 1
        if excess > _PATIENCE:
            self._excess.pop(address)
            until = self._banned[address] = now + BAN_SECONDS * _SECOND
            raise self._ban(until, now)
        text = (
            f"Too many requests; current limit of IP({address}) is {self.limits.weight} request "
            "weight per 1 MINUTE. Please use WebSocket Streams for live updates to avoid bans."
        )
        raise TooMuch(-1003, text, status=429, seconds=self._weights.rest(now))

    def _ban(self, until: int, now: int) -> TooMuch:
        text = (
            f"Way too much request weight used; IP banned until {until // 1000}. "
            "Please use WebSocket Streams for live updates to avoid bans."
        )
        return TooMuch(-1003, text, status=418, seconds=-(-(until - now) // _SECOND))

    def take_orders(self, account: str, number: int, now: int) -> Mapping[str, int]:
        """Count new orders; return how many their account has sent, by interval.

        Raises:
            TooMuch: these are too many.
        """
        short = self._orders.add(account, number, now)
        day = self._days.add(account, number, now)
        if short > self.limits.orders:
            text = (
                f"Too many new orders; current limit is {self.limits.orders} orders per 10 SECOND."
            )
            raise TooMuch(-1015, text, status=429, seconds=self._orders.rest(now))
        if day > self.limits.daily_orders:
            limit = self.limits.daily_orders
            text = f"Too many new orders; current limit is {limit} orders per 1 DAY."
            raise TooMuch(-1015, text, status=429, seconds=self._days.rest(now))
        return {"10S": short, "1D": day}
