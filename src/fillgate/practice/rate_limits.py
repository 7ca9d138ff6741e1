"""How much may be asked, and how many orders sent: Binance's limits by address and by account.

Invariants:

1. Weight is counted by address in minutes of the clock, orders by account in ten seconds, and in
   minutes or days.
2. Who goes on asking after a 429 gets 418: banned for `BAN_SECONDS`.
3. The answer tells what is used, and where it refuses, when to come again.

Source: Binance Spot API documentation, "Limits".
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

import msgspec

from fillgate.practice.errors import Refused

__all__ = ["BAN_SECONDS", "Interval", "Limits", "RateLimits", "TooMuch"]

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
    minute_orders: int | None = None
    """Per account and minute, where that is limited."""
    daily_orders: int | None = 200_000
    """Per account and day, where that is limited."""

    @property
    def of_orders(self) -> "Mapping[Interval, int]":
        """The limits of new orders."""
        limits = zip(_INTERVALS, (self.orders, self.minute_orders, self.daily_orders), strict=True)
        return {interval: limit for interval, limit in limits if limit is not None}

    def describe(self) -> list[dict[str, object]]:
        """Return the limits in the form of `exchangeInfo`."""
        orders = [("ORDERS", interval, limit) for interval, limit in self.of_orders.items()]
        return [
            {
                "rateLimitType": kind,
                "interval": interval.unit,
                "intervalNum": interval.number,
                "limit": limit,
            }
            for kind, interval, limit in (("REQUEST_WEIGHT", _MINUTE, self.weight), *orders)
        ]


class Interval(NamedTuple):
    """A stretch of time in which orders are counted."""

    number: int
    unit: str
    seconds: int

    @property
    def short(self) -> str:
        """Its name in headers: `10S`."""
        return f"{self.number}{self.unit[0]}"


_MINUTE: Final = Interval(1, "MINUTE", 60)
_INTERVALS: Final = (Interval(10, "SECOND", 10), _MINUTE, Interval(1, "DAY", 86_400))


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
        self._orders = {each: _Window(each.seconds) for each in limits.of_orders}
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
        counts = {each: window.add(account, number, now) for each, window in self._orders.items()}
        for each, limit in self.limits.of_orders.items():
            if counts[each] > limit:
                span = f"{each.number} {each.unit}"
                text = f"Too many new orders; current limit is {limit} orders per {span}."
                raise TooMuch(-1015, text, status=429, seconds=self._orders[each].rest(now))
        return {each.short: count for each, count in counts.items()}
