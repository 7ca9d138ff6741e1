"""The configuration: one typed tree from a TOML file and the environment.

Invariants:

1. Every wrong value is an error that names the key, what was found and what would be right.
2. Secrets come by reference (`env:NAME`, `file:PATH`), never literally, and are never shown.
3. The account `mock` is always there; it is the default only when it is alone.
"""

import ipaddress
import os
import re
import tomllib
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import msgspec

from fillgate.domain.errors import ConfigurationError
from fillgate.domain.options import read_options

__all__ = [
    "AccountConfig",
    "Configuration",
    "EngineConfig",
    "LogConfig",
    "ServiceConfig",
    "WebhookConfig",
    "is_loopback",
    "load_configuration",
    "parse_listen",
    "secret_by_reference",
]

MOCK: Final = "mock"
_PORT: Final = re.compile("[0-9]{1,5}")
_LAST_PORT: Final = 65_535
_SECRET_WORDS: Final = ("secret", "password", "passphrase", "token", "api_key", "private_key")
_SHORTEST_SECRET: Final = 8
"""Shorter ones are guessed, and cannot be told from words when they are cut from texts."""
_TRUE: Final = frozenset({"1", "true", "yes", "on"})
_FALSE: Final = frozenset({"0", "false", "no", "off", ""})


class ServiceConfig(msgspec.Struct, frozen=True, kw_only=True):
    """The table `[service]`."""

    listen: str = "127.0.0.1:8005"
    """HOST:PORT; port 0 takes a free one."""
    data: str = ".fillgate"
    """Folder of the journal and of generated secrets."""
    wait: float = 2.0
    """Seconds a caller waits for the outcome unless it says otherwise."""
    api_key: str | None = None
    """Reference to the key that /api/v1 asks for; needed beyond loopback."""


class WebhookConfig(msgspec.Struct, frozen=True, kw_only=True):
    """The table `[webhook]`."""

    secret: str | None = None
    """Reference to the secret that alerts are signed with or carry."""
    min_confidence: Decimal = Decimal("0.6")
    """Alerts that are less sure are refused."""
    max_age: float = 60.0
    """Seconds after which a signal is too old to act on."""
    duplicate_window: float = 30.0
    """Seconds in which an equal alert without an id counts as a repeat."""


class EngineConfig(msgspec.Struct, frozen=True, kw_only=True):
    """The table `[engine]`; times in seconds."""

    submit_deadline: float = 10.0
    lookup_deadline: float = 5.0
    poll_interval: float = 2.0
    health_interval: float = 30.0
    max_waiting: int = 10_000


class LogConfig(msgspec.Struct, frozen=True, kw_only=True):
    """The table `[log]`."""

    level: str = "info"
    format: str = "auto"
    """`json`, `console`, or `auto`: for people on a terminal, else JSON."""


class AccountConfig(msgspec.Struct, frozen=True, kw_only=True):
    """One table `[accounts.NAME]`: the plugin's type and its own options, secrets resolved."""

    type: str
    options: dict[str, Any]

    def __repr__(self) -> str:
        """Show the type alone: options may hold secrets."""
        return f"AccountConfig(type={self.type!r}, options=...)"


class Configuration(msgspec.Struct, frozen=True, kw_only=True):
    """The whole tree."""

    service: ServiceConfig = ServiceConfig()
    webhook: WebhookConfig = WebhookConfig()
    engine: EngineConfig = EngineConfig()
    log: LogConfig = LogConfig()
    accounts: dict[str, AccountConfig]
    default_account: str
    webhook_secret: str | None = None
    """Resolved; None if one has to be generated."""
    api_key: str | None = None
    """Resolved; None for none."""

    @property
    def secrets(self) -> tuple[str, ...]:
        """All credentials that are configured, those of accounts among them."""
        own = (self.webhook_secret, self.api_key)
        return (
            *(secret for secret in own if secret is not None),
            *(
                value
                for account in self.accounts.values()
                for key, value in account.options.items()
                if isinstance(value, str) and _is_secret(key)
            ),
        )

    def __repr__(self) -> str:
        """Show no secrets."""
        return f"Configuration(accounts={list(self.accounts)})"


_TABLES: Final[Mapping[str, type[msgspec.Struct]]] = {
    "service": ServiceConfig,
    "webhook": WebhookConfig,
    "engine": EngineConfig,
    "log": LogConfig,
}


def load_configuration(
    path: Path | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    overrides: Mapping[str, str] | None = None,
) -> Configuration:
    """Read the configuration.

    Args:
        path: the TOML file; None for none.
        environ: the environment; the process's own by default.
        overrides: values for `[service]` from the command line.

    Raises:
        ConfigurationError: something is wrong; the text says what and how to mend it.
    """
    env = os.environ if environ is None else environ
    tree = {} if path is None else _parsed(path)
    tables: dict[str, Any] = {
        name: read_options(kind, _table(tree, name), name) for name, kind in _TABLES.items()
    }
    tables["service"] = msgspec.structs.replace(tables["service"], **(overrides or {}))
    accounts = _accounts(tree, env, path)
    configuration = Configuration(
        **tables,
        accounts=accounts,
        default_account=_default_account(tree, accounts),
        webhook_secret=_secret(
            "webhook.secret", tables["webhook"].secret, "FILLGATE_WEBHOOK_SECRET", env
        ),
        api_key=_secret("service.api_key", tables["service"].api_key, "FILLGATE_API_KEY", env),
    )
    _check(configuration)
    return configuration


def parse_listen(listen: str) -> tuple[str, int]:
    """Return host and port of `HOST:PORT`; an IPv6 host stands in brackets.

    Raises:
        ConfigurationError: it is no such text.
    """
    host, _, port = listen.rpartition(":")
    bracketed = host.startswith("[") and host.endswith("]")
    host = host[1:-1] if bracketed else host
    is_host = bool(host) and bracketed == (":" in host)
    if not is_host or _PORT.fullmatch(port) is None or int(port) > _LAST_PORT:
        msg = f"`service.listen`: expected HOST:PORT such as 127.0.0.1:8005, found {listen!r}"
        raise ConfigurationError(msg)
    return host, int(port)


def is_loopback(host: str) -> bool:
    """Return whether a host name or address means this machine alone."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _parsed(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        msg = f"the configuration file {path} cannot be read: {error.strerror}"
        raise ConfigurationError(msg) from None
    except UnicodeDecodeError:
        msg = f"the configuration file {path} is not UTF-8 text"
        raise ConfigurationError(msg) from None
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        msg = f"the configuration file {path} is not TOML: {error}"
        raise ConfigurationError(msg) from None
    known = {*_TABLES, "accounts", "default_account"}
    for key in tree:
        if key not in known:
            _refuse_unknown(key, known)
    return tree


def _refuse_unknown(key: str, known: set[str]) -> None:
    import difflib  # noqa: PLC0415 - only needed to phrase an error

    near = difflib.get_close_matches(key, known, n=1)
    hint = f"did you mean `{near[0]}`?" if near else f"known: {', '.join(sorted(known))}"
    msg = f"`{key}` is not a setting; {hint}"
    raise ConfigurationError(msg)


def _table(tree: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    table = tree.get(name, {})
    if not isinstance(table, dict):
        msg = f"`{name}`: expected a table [{name}], found {table!r}"
        raise ConfigurationError(msg)
    return table


def _accounts(
    tree: Mapping[str, Any], env: Mapping[str, str], path: Path | None
) -> dict[str, AccountConfig]:
    accounts = {
        name: _account(name, options, env) for name, options in _table(tree, "accounts").items()
    }
    if path is None and "CCXT_BASE_URL" in env:
        accounts[env.get("EXCHANGE") or "binance"] = _account_of_environment(env)
    accounts.setdefault(MOCK, AccountConfig(type=MOCK, options={}))
    return accounts


def _account(name: str, table: object, env: Mapping[str, str]) -> AccountConfig:
    where = f"accounts.{name}"
    if not isinstance(table, dict):
        msg = f"`{where}`: expected a table [{where}], found {table!r}"
        raise ConfigurationError(msg)
    kind = table.get("type")
    if not isinstance(kind, str) or not kind:
        msg = f'`{where}.type`: expected a plugin\'s type such as "mock", found {kind!r}'
        raise ConfigurationError(msg)
    options = {
        key: _resolved(f"{where}.{key}", value, env)
        for key, value in table.items()
        if key != "type"
    }
    return AccountConfig(type=kind, options=options)


def _resolved(where: str, value: object, env: Mapping[str, str]) -> object:
    if isinstance(value, str) and _is_secret(where.rpartition(".")[2]):
        return secret_by_reference(where, value, env)
    return value


def _is_secret(key: str) -> bool:
    return key.lower().endswith(_SECRET_WORDS)


def _account_of_environment(env: Mapping[str, str]) -> AccountConfig:
    secret = env.get("WEBHOOK_SECRET")
    if not secret:
        msg = (
            "`WEBHOOK_SECRET`: expected the CCXT service's secret beside CCXT_BASE_URL, found none"
        )
        raise ConfigurationError(msg)
    testnet = env.get("TESTNET", "").strip().lower()
    if testnet not in _TRUE | _FALSE:
        msg = f"`TESTNET`: expected true or false, found {env['TESTNET']!r}"
        raise ConfigurationError(msg)
    options = {
        "base_url": env["CCXT_BASE_URL"],
        "webhook_secret": secret,
        "exchange": env.get("EXCHANGE") or "binance",
        "testnet": testnet in _TRUE,
    }
    return AccountConfig(type="ccxt-http", options=options)


def _default_account(tree: Mapping[str, Any], accounts: Mapping[str, AccountConfig]) -> str:
    named = tree.get("default_account")
    if named is None:
        return next((name for name in accounts if name != MOCK), MOCK)
    if not isinstance(named, str) or named not in accounts:
        msg = f"`default_account`: expected one of {', '.join(accounts)}, found {named!r}"
        raise ConfigurationError(msg)
    return named


def _secret(where: str, reference: str | None, variable: str, env: Mapping[str, str]) -> str | None:
    if reference is None:
        where, secret = variable, env.get(variable) or None
    else:
        secret = secret_by_reference(where, reference, env)
    if secret is not None and len(secret) < _SHORTEST_SECRET:
        msg = f"`{where}`: expected at least {_SHORTEST_SECRET} characters, found {len(secret)}"
        raise ConfigurationError(msg)
    return secret


def secret_by_reference(where: str, reference: str, env: Mapping[str, str]) -> str:
    """Return the secret that `env:NAME` or `file:PATH` refers to.

    Args:
        where: name of the setting for error messages.
        reference: the reference; never shown.
        env: the environment.

    Raises:
        ConfigurationError: it is no reference, or there is nothing where it points to.
    """
    scheme, colon, place = reference.partition(":")
    if not colon or scheme not in {"env", "file"} or not place:
        msg = (
            f'`{where}`: expected a reference such as "env:NAME" or "file:PATH", '
            "found a literal value; secrets are never given literally"
        )
        raise ConfigurationError(msg)
    return _of_environment(where, place, env) if scheme == "env" else _of_file(where, place)


def _of_environment(where: str, name: str, env: Mapping[str, str]) -> str:
    value = env.get(name)
    if not value:
        msg = f"`{where}`: the environment variable {name} is not set"
        raise ConfigurationError(msg)
    return value


def _of_file(where: str, place: str) -> str:
    try:
        value = Path(place).expanduser().read_text(encoding="utf-8").strip()
    except (OSError, RuntimeError, ValueError) as error:
        # No such home, a NUL in the name, not UTF-8.
        msg = f"`{where}`: the file {place!r} cannot be read: {error}"
        raise ConfigurationError(msg) from None
    if not value:
        msg = f"`{where}`: the file {place} is empty"
        raise ConfigurationError(msg)
    return value


def _check(configuration: Configuration) -> None:
    host, _ = parse_listen(configuration.service.listen)
    if not configuration.service.data:
        msg = "`service.data`: expected a folder, found none; leave it out for the default"
        raise ConfigurationError(msg)
    if not is_loopback(host) and configuration.api_key is None:
        msg = (
            f"`service.listen`: listening on {host}, beyond this machine, needs an API key: "
            "set FILLGATE_API_KEY, or listen on 127.0.0.1"
        )
        raise ConfigurationError(msg)
    _check_range("webhook.min_confidence", configuration.webhook.min_confidence, 0, 1)
    _check_range("service.wait", configuration.service.wait, 0, 60)
    _check_range("webhook.duplicate_window", configuration.webhook.duplicate_window, 0, 3600)
    _check_range("webhook.max_age", configuration.webhook.max_age, 1, 86_400)
    for name in ("submit_deadline", "lookup_deadline", "poll_interval", "health_interval"):
        _check_range(f"engine.{name}", getattr(configuration.engine, name), 0.01, 3600)
    _check_range("engine.max_waiting", configuration.engine.max_waiting, 1, 1_000_000)
    _check_word("log.level", configuration.log.level, ("debug", "info", "warning", "error"))
    _check_word("log.format", configuration.log.format, ("auto", "json", "console"))


def _check_range(where: str, value: float | Decimal, least: float, most: float) -> None:
    if not least <= value <= most:
        msg = f"`{where}`: expected {least:g} to {most:g}, found {value:g}"
        raise ConfigurationError(msg)


def _check_word(where: str, value: str, words: tuple[str, ...]) -> None:
    if value not in words:
        msg = f"`{where}`: expected one of {', '.join(words)}, found {value!r}"
        raise ConfigurationError(msg)
