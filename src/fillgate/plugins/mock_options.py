"""The settings of a mock account."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

import msgspec

from fillgate.domain.errors import ConfigurationError
from fillgate.domain.numbers import ZERO, decimal_text, divide
from fillgate.domain.options import read_options
from fillgate.market.venue import Terms

__all__ = ["MockOptions", "read_mock_options"]

_BASIS_POINTS: Final = Decimal(10_000)


class MockOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What can be set for an account of `type = "mock"`. A basis point is a hundredth of 1 %."""

    seed: int = 0
    """Chooses the price paths and which orders are hit by the rates below."""
    volatility: Decimal = Decimal("0.5")
    """Roughly the standard deviation of a year's returns, 0 to 10; 0: prices stand still."""
    spread_bps: Decimal = Decimal(2)
    """From bid to ask in basis points of the price, 0 to 5000; never less than a tick."""
    impact_bps: Decimal = Decimal(10)
    """How far an order worth 1,000,000 US dollars moves the price, in basis points, 0 to 10000.
    A smaller or larger one moves it by the square root of its size."""
    fee_bps: Decimal = ZERO
    """Charged on every execution in the quote currency, in basis points, 0 to 1000."""
    latency_ms: Decimal = ZERO
    """How long every request takes, 0 to 600000. Half of it passes before the venue hears of the
    request, half before the answer."""
    reject_rate: Decimal = ZERO
    """The part of orders that the venue refuses for want of funds, 0 to 1."""
    unknown_rate: Decimal = ZERO
    """The part of orders that the venue takes and never answers, 0 to 1."""
    ledger_path: str | None = None
    """File in which the venue keeps what it knows; without it, it forgets when the process ends."""

    def terms(self) -> Terms:
        """Return how the market behaves under these settings."""
        return Terms(
            seed=self.seed,
            volatility=self.volatility,
            spread=divide(self.spread_bps, _BASIS_POINTS),
            impact=divide(self.impact_bps, _BASIS_POINTS),
            fee=divide(self.fee_bps, _BASIS_POINTS),
        )


_HIGHEST: Final[Mapping[str, Decimal]] = {
    "volatility": Decimal(10),
    "spread_bps": Decimal(5000),
    "impact_bps": Decimal(10_000),
    "fee_bps": Decimal(1000),
    "latency_ms": Decimal(600_000),
    "reject_rate": Decimal(1),
    "unknown_rate": Decimal(1),
}


def read_mock_options(config: Mapping[str, Any], where: str) -> MockOptions:
    """Read an account's table of settings.

    Args:
        config: the table as it was parsed.
        where: its name for error messages.

    Raises:
        ConfigurationError: a key is unknown or a value is not within its bounds.
    """
    options = read_options(MockOptions, config, where)
    for key, highest in _HIGHEST.items():
        value = getattr(options, key)
        if not 0 <= value <= highest:
            bounds = f"expected 0 to {decimal_text(highest)}"
            raise ConfigurationError(f"`{where}.{key}`: {bounds}, found {decimal_text(value)}")
    return options
