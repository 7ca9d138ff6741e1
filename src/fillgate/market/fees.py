"""What a venue charges for executions.

Fees are charged in the quote currency, or in what the execution brings in (`of_received`). Those
who trade more may pay less: what counts is the worth of what an account executed in the thirty days
before, as in the tables of most exchanges.

Invariants:

1. A fee is rounded to `STEP`, against the trader: up what is charged, down what is paid.
2. Of the tiers that are reached the one with the largest volume counts.
"""

from collections.abc import Sequence
from decimal import ROUND_CEILING, Context, Decimal
from typing import Final

import msgspec

from fillgate.domain.numbers import ZERO, canonical, multiply

__all__ = ["STEP", "VOLUME_DAYS", "FeeSchedule", "FeeTier"]

STEP: Final = Decimal("1e-8")
"""The smallest part of a currency that is charged."""

VOLUME_DAYS: Final = 30
"""Over how many days the volume is counted that a tier asks for."""

_CONTEXT: Final = Context(prec=192, rounding=ROUND_CEILING)


class FeeTier(msgspec.Struct, frozen=True, kw_only=True):
    """Rates from a volume on. All are parts of 1."""

    volume: Decimal = ZERO
    """The least worth of executions in `VOLUME_DAYS` days, in the quote currency."""
    maker: Decimal
    """Of the worth of what rested; below 0 it is paid to the trader."""
    taker: Decimal
    """Of the worth of what was executed at once."""


class FeeSchedule:
    """The tiers of a venue."""

    def __init__(self, tiers: Sequence[FeeTier], *, of_received: bool = False) -> None:
        """Charge by these tiers; nothing where none is reached.

        Args:
            tiers: in any order.
            of_received: purchases are charged in the asset that they bring in, as spot exchanges
                do, instead of the quote currency; then nothing beside its worth is locked for them.
        """
        self.of_received = of_received
        self._tiers = sorted(tiers, key=lambda tier: tier.volume, reverse=True)
        self.is_free = not any(tier.maker or tier.taker for tier in tiers)
        """Whether nothing is ever charged."""
        self.highest = max((max(tier.maker, tier.taker) for tier in tiers), default=ZERO)
        """The largest part of the worth that may be charged."""
        self.counts_volume = any(tier.volume for tier in tiers)
        """Whether it matters how much was traded."""

    def fee(self, worth: Decimal, *, maker: bool, volume: Decimal = ZERO) -> Decimal:
        """Return what an execution costs, in the currency of its worth; below 0 for what is paid.

        Args:
            worth: quantity times price; the quantity where that is what is received.
            maker: whether the order rested.
            volume: what the account executed in `VOLUME_DAYS` days before.
        """
        return _charged(worth, self.rate(maker=maker, volume=volume))

    def most(self, worth: Decimal) -> Decimal:
        """Return what an execution of this worth costs beside it at the most."""
        if self.of_received:
            return ZERO
        return _charged(worth, max(self.highest, ZERO))

    def rate(self, *, maker: bool, volume: Decimal = ZERO) -> Decimal:
        """Return the part of the worth that is charged."""
        for tier in self._tiers:
            if volume >= tier.volume:
                return tier.maker if maker else tier.taker
        return ZERO


def _charged(worth: Decimal, rate: Decimal) -> Decimal:
    return canonical(multiply(worth, rate).quantize(STEP, context=_CONTEXT)) if rate else ZERO
