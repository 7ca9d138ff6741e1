"""The settings of an account of type `ccxt`.

The keys are none of them: they are taken out before the rest is read, so that neither an error nor
the `repr` of the settings can show them.
"""

import ipaddress
import re
import ssl
from collections.abc import Mapping
from typing import Annotated, Any, Final

import msgspec

from fillgate.domain.errors import ConfigurationError
from fillgate.domain.options import read_options
from fillgate.domain.settings import Setting, shown
from fillgate.plugins.ccxt.credentials import MASK, NAMES, Credentials, credentials_in
from fillgate.plugins.ccxt.venues import MarketType

__all__ = ["AccountOptions", "Options", "practice_place", "read_settings", "tls_context"]


def _seconds(meaning: str) -> Setting:
    return Setting(meaning, unit="seconds", above=0, most=600)


_NAME: Final = re.compile(r"[a-z0-9_]+")
_NAME_FORM: Final = "ccxt's id of an exchange, such as `binance`"
_PLACE_FORM: Final = "a loopback address and a port, such as `127.0.0.1:8443`"
_MOST_PORT: Final = 65_535

# What would have ccxt send an order more than once, or elsewhere than it says.
_FORBIDDEN: Final = ("maxretriesonfailure",)


def _check_exchange(name: str) -> None:
    if _NAME.fullmatch(name) is None:
        raise ValueError(f"expected {_NAME_FORM}, found {shown(name)}")


def _check_ccxt_options(options: Mapping[str, Any]) -> None:
    for key in _keys_in(options):
        if any(word in key.lower().replace("_", "") for word in _FORBIDDEN):
            raise ValueError(f"{key} would send an order again that may be placed; leave it out")


def _keys_in(table: Mapping[str, Any]) -> list[str]:
    keys = list(table)
    for value in table.values():
        if isinstance(value, Mapping):
            keys += _keys_in(value)
    return keys


def _check_practice(place: str) -> None:
    practice_place(place)


def practice_place(place: str) -> tuple[str, int]:
    """Return the loopback address and port that a text names.

    Raises:
        ValueError: it names none.
    """
    address, _, port = place.rpartition(":")
    try:
        is_loopback = ipaddress.ip_address(address.strip("[]")).is_loopback
    except ValueError:
        is_loopback = False
    if not (is_loopback and port.isdecimal() and 0 < int(port) <= _MOST_PORT):
        raise ValueError(f"expected {_PLACE_FORM}, found {shown(place)}")
    return address.strip("[]"), int(port)


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """What can be set, the keys aside. Times are in seconds."""

    exchange: Annotated[
        str,
        Setting(
            "CCXT's id of the exchange.",
            check=_check_exchange,
            form=_NAME_FORM,
            example="binance",
        ),
    ]
    testnet: Annotated[
        bool, Setting("Trade on the exchange's test network, which has keys of its own.")
    ] = False
    market_type: Annotated[
        MarketType,
        Setting("Which markets the account trades on. One account has one type of market."),
    ] = MarketType.SPOT
    symbols: Annotated[
        Mapping[str, str],
        Setting(
            "CCXT's symbols by those that signals have, where fillgate does not find them by "
            "itself.",
            example={"BTCUSDT.P": "BTC/USDT:USDT"},
        ),
    ] = msgspec.field(default_factory=dict)
    charts: Annotated[
        frozenset[str],
        Setting(
            "Prefixes of other exchanges' charts whose symbols may be traded here, such as "
            "`COINBASE` in `COINBASE:BTCUSD`."
        ),
    ] = frozenset()
    options: Annotated[
        Mapping[str, Any],
        Setting(
            "More of CCXT's own options of this exchange. `maxRetriesOnFailure` is refused.",
            check=_check_ccxt_options,
            form="a table without `maxRetriesOnFailure`",
        ),
    ] = msgspec.field(default_factory=dict)
    accept_fees: Annotated[
        bool,
        Setting(
            "Trade although CCXT tells this exchange that it is the broker, and that cannot be "
            "switched off."
        ),
    ] = False
    connect_timeout: Annotated[
        float, _seconds("For the name look-up, TCP and TLS. Beyond it an order was not sent.")
    ] = 3.0
    answer_timeout: Annotated[
        float,
        _seconds(
            "From a sent order to the whole answer, and what connecting left of `connect_timeout`. "
            "After it the order is UNKNOWN."
        ),
    ] = 10.0
    data_timeout: Annotated[float, _seconds("The same for questions.")] = 10.0
    stream_timeout: Annotated[
        float,
        _seconds("How long the report stream may be without a sign of life before it is reopened."),
    ] = 60.0
    request_interval: Annotated[
        float | None,
        Setting(
            "From one request to the next, at least; a heavier one takes as many times longer. "
            "CCXT's own for the exchange unless it is set: longer where other programs share the "
            "address, shorter where the exchange allows the account more.",
            unit="seconds",
            above=0,
            most=60,
            example=0.1,
        ),
    ] = None
    max_connections: Annotated[
        int, Setting("How many orders may be under way at once.", least=1, most=1000)
    ] = 32
    practice: Annotated[
        str | None,
        Setting(
            "Send all that would go to the exchange to a practice exchange on this machine, and "
            "nothing anywhere else.",
            check=_check_practice,
            form=_PLACE_FORM,
            example="127.0.0.1:8443",
        ),
    ] = None
    practice_ca: Annotated[
        str | None,
        Setting(
            "PEM file of the practice exchange's certificate authority; trusted for this account "
            "alone.",
            example="practice-ca.pem",
        ),
    ] = None


class AccountOptions(Options, frozen=True, kw_only=True):
    """All that can be set. For checks and pages; a running account never holds one."""

    api_key: Annotated[
        str | None,
        Setting(
            "Reference to the API key. Without one the account only has quotes, for paper trading "
            "at real prices.",
            secret=True,
            example="env:BINANCE_API_KEY",
        ),
    ] = None
    secret: Annotated[
        str | None,
        Setting(
            "Reference to the key's secret, or to its private key.",
            secret=True,
            example="env:BINANCE_SECRET",
        ),
    ] = None
    password: Annotated[
        str | None,
        Setting(
            "Reference to the key's passphrase, where the exchange has one.",
            secret=True,
            example="env:OKX_PASSPHRASE",
        ),
    ] = None


def read_settings(config: Mapping[str, Any], where: str) -> tuple[Options, Credentials]:
    """Read an account's settings.

    Args:
        config: the table as it was parsed, references to secrets resolved.
        where: its name for error messages, for example `accounts.binance-main`.

    Raises:
        ConfigurationError: names the key, what was found and what would be right.
    """
    credentials = credentials_in(config, where)
    masked = {name: MASK for name in NAMES if config.get(name) is not None}
    options = read_options(AccountOptions, {**config, **masked}, where)
    if options.practice_ca is not None and options.practice is None:
        msg = f"`{where}.practice_ca`: expected `{where}.practice` beside it, found nothing"
        raise ConfigurationError(msg)
    return options, credentials


def tls_context(options: Options, where: str) -> ssl.SSLContext:
    """Return which certificates to trust: the system's, in practice those of its authority alone.

    Raises:
        ConfigurationError: `practice_ca` cannot be read.
    """
    if options.practice_ca is None:
        return ssl.create_default_context()
    try:
        return ssl.create_default_context(cafile=options.practice_ca)
    except OSError as error:
        msg = f"`{where}.practice_ca`: expected a PEM file of certificates; {error}"
        raise ConfigurationError(msg) from None
