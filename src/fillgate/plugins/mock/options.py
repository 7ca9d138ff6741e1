"""The settings of a mock account."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Final

import msgspec

from fillgate.domain.errors import ConfigurationError
from fillgate.domain.numbers import ZERO
from fillgate.domain.options import read_options
from fillgate.domain.settings import Setting
from fillgate.market.accounts import AccountKind

__all__ = [
    "FeeTierOptions",
    "InstrumentOptions",
    "MockOptions",
    "read_mock_options",
]

_SPEEDS: Final = 10_000


class InstrumentOptions(msgspec.Struct, frozen=True, kw_only=True):
    """The rules of one symbol, where they differ from what is listed."""

    tick: Annotated[
        Decimal | None, Setting("The step of prices.", above=0, example=Decimal("0.01"))
    ] = None
    lot: Annotated[
        Decimal | None, Setting("The step of quantities.", above=0, example=Decimal("0.001"))
    ] = None
    minimum_notional: Annotated[
        Decimal | None,
        Setting("The least that an order must be worth.", least=0, example=Decimal(5)),
    ] = None


class FeeTierOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Fees from a traded volume on."""

    volume: Annotated[
        Decimal,
        Setting(
            "Worth of what the account traded in the last 30 days, from which on this applies.",
            least=0,
        ),
    ]
    maker_bps: Annotated[
        Decimal, Setting("See `maker_fee_bps`.", unit="basis points", least=-1000, most=1000)
    ]
    taker_bps: Annotated[
        Decimal, Setting("See `taker_fee_bps`.", unit="basis points", least=0, most=1000)
    ]


_MARGIN_TERMS: Final = frozenset({"leverage", "maintenance_margin_bps", "funding_bps"})


class MockOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What can be set for an account of `type = "mock"`. A basis point is a hundredth of 1 %."""

    seed: Annotated[
        int,
        Setting("Chooses the prices, the latencies, and which orders are hit by the rates below."),
    ] = 0
    account: Annotated[
        str,
        Setting(
            "How it may trade. `unlimited`: nothing is checked. `spot`: it can spend and sell what "
            "it owns. `margin`: it holds contracts, long or short, secured by its balance.",
            words=tuple(kind.value for kind in AccountKind),
        ),
    ] = AccountKind.UNLIMITED.value
    balances: Annotated[
        dict[str, Decimal],
        Setting(
            "What it owns at the beginning, by asset. Later its ledger knows better.",
            example={"USDT": Decimal(100_000)},
        ),
    ] = msgspec.field(default_factory=dict)
    leverage: Annotated[
        Decimal,
        Setting(
            "Of a margin account: worth of a position for each unit of margin, unless the order "
            "says otherwise.",
            least=1,
            most=125,
        ),
    ] = Decimal(1)
    maintenance_margin_bps: Annotated[
        Decimal,
        Setting(
            "Of a margin account: the part of a position's worth at which it is liquidated.",
            unit="basis points",
            above=0,
            most=5000,
        ),
    ] = Decimal(50)
    funding_bps: Annotated[
        Decimal,
        Setting(
            "Of a margin account: what longs pay shorts every eight hours.",
            unit="basis points",
            least=-100,
            most=100,
        ),
    ] = ZERO
    maker_fee_bps: Annotated[
        Decimal,
        Setting(
            "Charged in the quote currency for what rested; below 0 it is paid.",
            unit="basis points",
            least=-1000,
            most=1000,
        ),
    ] = ZERO
    taker_fee_bps: Annotated[
        Decimal,
        Setting(
            "Charged in the quote currency for what was executed at once.",
            unit="basis points",
            least=0,
            most=1000,
        ),
    ] = ZERO
    fee_tiers: Annotated[
        list[FeeTierOptions],
        Setting(
            "Other fees for those who trade more, as tables of `volume`, `maker_bps` and "
            "`taker_bps`."
        ),
    ] = msgspec.field(default_factory=list)
    instruments: Annotated[
        dict[str, InstrumentOptions],
        Setting("Rules of single symbols, as tables of `tick`, `lot` and `minimum_notional`."),
    ] = msgspec.field(default_factory=dict)
    self_trade_prevention: Annotated[
        str,
        Setting(
            "What becomes of orders of this account that would meet each other: the one that "
            "rests ends, the one that comes, both, or both lose what they would execute.",
            words=("cancel-oldest", "cancel-newest", "cancel-both", "decrement"),
        ),
    ] = "cancel-oldest"
    volatility: Annotated[
        Decimal,
        Setting(
            "Roughly the standard deviation of a year's returns; 0: prices stand still.",
            least=0,
            most=10,
        ),
    ] = Decimal("0.5")
    jumps_per_day: Annotated[
        Decimal, Setting("How often the price jumps, on average.", least=0, most=1000)
    ] = ZERO
    jump_bps: Annotated[
        Decimal,
        Setting("How far, roughly.", unit="basis points", least=0, most=5000),
    ] = Decimal(100)
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
            "How far an order worth 1,000,000 US dollars moves the price on average. A smaller or "
            "larger one moves it by the square root of its size: that is how deep the market is.",
            unit="basis points",
            least=0,
            most=10_000,
        ),
    ] = Decimal(10)
    activity: Annotated[
        Decimal,
        Setting(
            "How much others trade at the touch, which is what fills orders that rest there; 0: "
            "orders that rest are only filled when the price goes through them.",
            least=0,
            most=100,
        ),
    ] = Decimal(1)
    replay: Annotated[
        str | None,
        Setting(
            "A file of recorded quotes, trades or OHLCV bars, CSV or Parquet, to take prices from "
            "instead of making them; or a folder with such a file for each symbol.",
            example="BTCUSDT.csv",
        ),
    ] = None
    replay_speed: Annotated[
        Decimal,
        Setting("How many recorded seconds pass in one second.", above=0, most=_SPEEDS),
    ] = Decimal(1)
    replay_start: Annotated[
        str,
        Setting(
            "`now`: a recording begins when the account is opened, and again after each restart. "
            "`recorded`: it plays at its own times, which is for runs in the past.",
            words=("now", "recorded"),
        ),
    ] = "now"
    prices_from: Annotated[
        str | None,
        Setting(
            "Name of another account whose venue's quotes are the prices here; nothing is sent "
            "there but questions for quotes.",
            example="binance-main",
        ),
    ] = None
    stale_seconds: Annotated[
        Decimal,
        Setting(
            "How old a borrowed quote may be. On older ones nothing is traded.",
            unit="seconds",
            above=0,
            most=86_400,
        ),
    ] = Decimal(5)
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
    latency_sigma: Annotated[
        Decimal,
        Setting(
            "How much latencies differ: the standard deviation of their logarithm, with "
            "`latency_ms` as the median. 0: not at all.",
            least=0,
            most=3,
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


def read_mock_options(config: Mapping[str, Any], where: str) -> MockOptions:
    """Read an account's table of settings.

    Args:
        config: the table as it was parsed.
        where: its name for error messages.

    Raises:
        ConfigurationError: a key is unknown, a value is not within its bounds, or two of them do
            not fit together.
    """
    options = read_options(MockOptions, config, where)
    misfit = _misfit(options)
    if misfit is not None:
        raise ConfigurationError(f"`{where}`: {misfit}")
    return options


def _misfit(options: MockOptions) -> str | None:
    if options.replay is not None and options.prices_from is not None:
        return "give `replay` or `prices_from`, not both"
    if options.account == AccountKind.MARGIN.value:
        return None
    for field in msgspec.structs.fields(options):
        if field.name in _MARGIN_TERMS and getattr(options, field.name) != field.default:
            return (
                f'`{field.name}` has an effect with `account = "margin"` only, found '
                f'`account = "{options.account}"`; leave it out, or change the account'
            )
    return None
