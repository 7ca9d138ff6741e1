"""The settings of a bridge: a file, or the environment alone; what the command line says wins.

The file has a table `[bridge]`, one table `[accounts.NAME]` as in `fillgate.toml`, and `[log]`; the
account is of `type = "ccxt"` unless it says otherwise. Without a file `WEBHOOK_SECRET`, `EXCHANGE`,
`TESTNET` and the exchange's keys describe one.
"""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec

from fillgate.config import (
    AccountConfig,
    LogConfig,
    check_reference,
    is_loopback,
    located,
    parse_flag,
    parse_listen,
    read_account,
    secret_by_reference,
)
from fillgate.domain.errors import ConfigurationError
from fillgate.domain.nearest import suggestion
from fillgate.domain.options import read_options
from fillgate.domain.settings import Setting, declared, shown
from fillgate.service.account_options import check_account, declared_options
from fillgate.service.plugin_types import plugin_type

__all__ = ["KEY_VARIABLES", "BridgeConfiguration", "BridgeTable", "load_bridge"]

_SHORTEST_SECRET: Final = 8
_DEFAULT_TYPE: Final = "ccxt"
_TABLES: Final = ("bridge", "accounts", "log")
_PLACE: Final = ("exchange", "testnet")

KEY_VARIABLES: Final[Mapping[str, str]] = {
    "api_key": "CCXT_API_KEY",
    "secret": "CCXT_SECRET",
    "password": "CCXT_PASSWORD",
}
"""For each of an exchange's credentials the variable that gives it, without a file."""


class BridgeTable(msgspec.Struct, frozen=True, kw_only=True):
    """The table `[bridge]`."""

    listen: Annotated[
        str,
        Setting(
            "The address to listen on. Port 0 takes a free one. What passes is signed and not "
            "encrypted: beyond this machine put a TLS proxy in front.",
            check=parse_listen,
            form="HOST:PORT such as 127.0.0.1:8006",
        ),
    ] = "127.0.0.1:8006"
    secret: Annotated[
        str,
        Setting(
            "Reference to the secret shared with fillgate.",
            check=check_reference,
            secret=True,
            variable="WEBHOOK_SECRET",
        ),
    ] = "env:WEBHOOK_SECRET"  # noqa: S105 - a reference
    max_age: Annotated[
        float,
        Setting(
            "How old a signed request may be. One that is a second ahead is refused too.",
            unit="seconds",
            least=1,
            most=60,
        ),
    ] = 10.0
    submit_deadline: Annotated[
        float,
        Setting(
            "How long the venue may take; after it the answer is that nothing is known.",
            unit="seconds",
            above=0,
            most=60,
        ),
    ] = 9.0


class BridgeConfiguration(msgspec.Struct, frozen=True, kw_only=True):
    """The whole tree, secrets resolved."""

    bridge: BridgeTable
    log: LogConfig
    name: str
    """The account's."""
    account: AccountConfig
    secret: str

    def __repr__(self) -> str:
        """Show no secrets."""
        return f"BridgeConfiguration(name={self.name!r}, account={self.account!r})"

    @property
    def secrets(self) -> tuple[str, ...]:
        """All credentials that are configured."""
        return (self.secret, *(self.account.options[key] for key in self.account.references))

    @property
    def place(self) -> Mapping[str, object]:
        """What the account's type knows of `exchange` and `testnet`, its defaults included."""
        kind = plugin_type(self.account.type, f"accounts.{self.name}")
        options = declared_options(kind)
        known = {} if options is None else declared(options)
        place: dict[str, object] = {name: known[name].default for name in _PLACE if name in known}
        place.update((name, each) for name, each in self.account.options.items() if name in _PLACE)
        return place

    @property
    def is_reachable(self) -> bool:
        """Whether it listens beyond this machine."""
        return not is_loopback(parse_listen(self.bridge.listen)[0])


def load_bridge(
    path: Path | None,
    *,
    environ: Mapping[str, str] | None = None,
    listen: str | None = None,
) -> BridgeConfiguration:
    """Read the configuration of a bridge.

    Args:
        path: the TOML file; None for the environment alone.
        environ: the environment; the process's own by default.
        listen: the address of the command line.

    Raises:
        ConfigurationError: something is wrong; the text says what and how to mend it.
    """
    env = os.environ if environ is None else environ
    tree = _of_environment(env) if path is None else _parsed(path)
    with located(path):
        _check_tables(tree)
        given = tree.get("bridge", {})
        given = given if listen is None else {**given, "listen": listen}
        bridge = read_options(BridgeTable, given, "bridge")
        name, account = _account(tree, env, path)
        check_account(name, account)
        return BridgeConfiguration(
            bridge=bridge,
            log=read_options(LogConfig, tree.get("log", {}), "log"),
            name=name,
            account=account,
            secret=_secret(bridge, env),
        )


def _parsed(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        msg = f"the configuration file {path} cannot be read: {error.strerror}"
        raise ConfigurationError(msg) from None
    except ValueError as error:
        raise ConfigurationError(f"the configuration file {path} is not TOML: {error}") from None


def _of_environment(env: Mapping[str, str]) -> dict[str, Any]:
    exchange = env.get("EXCHANGE") or "binance"
    keys = {key: f"env:{name}" for key, name in KEY_VARIABLES.items() if env.get(name)}
    testnet = parse_flag("TESTNET", env["TESTNET"]) if env.get("TESTNET") else False
    account = {"exchange": exchange, "testnet": testnet, **keys}
    return {"accounts": {exchange: account}}


def _check_tables(tree: Mapping[str, Any]) -> None:
    for name, table in tree.items():
        if name not in _TABLES:
            raise ConfigurationError(f"`{name}` is not a setting; {suggestion(name, _TABLES)}")
        if not isinstance(table, dict):
            raise ConfigurationError(f"`{name}`: expected a table [{name}], found {shown(table)}")


def _account(
    tree: Mapping[str, Any], env: Mapping[str, str], path: Path | None
) -> tuple[str, AccountConfig]:
    tables = tree.get("accounts", {})
    if len(tables) != 1:
        found = ", ".join(tables) or "none"
        raise ConfigurationError(f"`accounts`: expected one table [accounts.NAME], found {found}")
    ((name, table),) = tables.items()
    if isinstance(table, dict):
        table = {"type": _DEFAULT_TYPE, **table}
    return name, read_account(name, table, env, path)


def _secret(bridge: BridgeTable, env: Mapping[str, str]) -> str:
    secret = secret_by_reference("bridge.secret", bridge.secret, env)
    if len(secret) < _SHORTEST_SECRET:
        raise ConfigurationError(
            f"`bridge.secret`: expected at least {_SHORTEST_SECRET} characters, found {len(secret)}"
        )
    return secret
