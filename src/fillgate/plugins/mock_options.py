"""The settings of a mock account."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Final

import msgspec

from fillgate.domain.numbers import ZERO, divide
from fillgate.domain.options import read_options
from fillgate.domain.settings import Setting
from fillgate.market.venue import Terms

__all__ = ["MockOptions", "read_mock_options"]

_BASIS_POINTS: Final = Decimal(10_000)


class MockOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What can be set for an account of `type = "mock"`. A basis point is a hundredth of 1 %."""

    seed: Annotated[
        int, Setting("Chooses the price paths and which orders are hit by the rates below.")
    ] = 0
    volatility: Annotated[
        Decimal,
        Setting(
            "Roughly the standard deviation of a year's returns; 0: prices stand still.",
            least=0,
            most=10,
        ),
    ] = Decimal("0.5")
    spread_bps: Annotated[
        Decimal,
        Setting(
            "From bid to ask, as a part of the price; never less than a tick.",
            unit="basis points",
            least=0,
            most=5000,
        ),
    ] = Decimal(2)
    impact_bps: Annotated[
        Decimal,
        Setting(
            "How far an order worth 1,000,000 US dollars moves the price. A smaller or larger one "
            "moves it by the square root of its size.",
            unit="basis points",
            least=0,
            most=10_000,
        ),
    ] = Decimal(10)
    fee_bps: Annotated[
        Decimal,
        Setting(
            "Charged on every execution in the quote currency.",
            unit="basis points",
            least=0,
            most=1000,
        ),
    ] = ZERO
    latency_ms: Annotated[
        Decimal,
        Setting(
            "How long every request takes. Half of it passes before the venue hears of the "
            "request, half before the answer.",
            unit="milliseconds",
            least=0,
            most=600_000,
        ),
    ] = ZERO
    reject_rate: Annotated[
        Decimal,
        Setting("The part of orders that the venue refuses for want of funds.", least=0, most=1),
    ] = ZERO
    unknown_rate: Annotated[
        Decimal,
        Setting("The part of orders that the venue takes and never answers.", least=0, most=1),
    ] = ZERO
    ledger_path: Annotated[
        str | None,
        Setting(
            "File in which the venue keeps what it knows; without it, it forgets when the process "
            "ends.",
            example="venue.json",
        ),
    ] = None

    def terms(self) -> Terms:
        """Return how the market behaves under these settings."""
        return Terms(
            seed=self.seed,
            volatility=self.volatility,
            spread=divide(self.spread_bps, _BASIS_POINTS),
            impact=divide(self.impact_bps, _BASIS_POINTS),
            fee=divide(self.fee_bps, _BASIS_POINTS),
        )


def read_mock_options(config: Mapping[str, Any], where: str) -> MockOptions:
    """Read an account's table of settings.

    Args:
        config: the table as it was parsed.
        where: its name for error messages.

    Raises:
        ConfigurationError: a key is unknown or a value is not within its bounds.
    """
    return read_options(MockOptions, config, where)
