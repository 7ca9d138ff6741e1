"""Puts the configuration together: defaults, file, environment, command line; the later wins."""

import os
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from fillgate.config.accounts import AccountReader, accounts_of_environment
from fillgate.config.addresses import is_loopback, parse_listen
from fillgate.config.lines import located
from fillgate.config.origins import Origin
from fillgate.config.references import LookUp, secret_by_reference
from fillgate.config.tables import (
    ACCOUNTS,
    MOCK,
    TABLES,
    AccountConfig,
    Configuration,
    TopConfig,
    settings,
)
from fillgate.config.variables import given_values
from fillgate.domain.errors import ConfigurationError
from fillgate.domain.findings import Findings
from fillgate.domain.nearest import suggestion
from fillgate.domain.options import read_options, read_value
from fillgate.domain.settings import declared, shown

__all__ = ["AccountCheck", "load_configuration"]

AccountCheck = Callable[[str, AccountConfig], None]

_SHORTEST_SECRET: Final = 8
"""Shorter ones are guessed, and cannot be told from words when they are cut from texts."""


def load_configuration(
    path: Path | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    overrides: Mapping[str, str] | None = None,
    check_account: AccountCheck = lambda _name, _account: None,
    look_up: LookUp = secret_by_reference,
) -> Configuration:
    """Read the configuration.

    Args:
        path: the TOML file; None for none.
        environ: the environment; the process's own by default.
        overrides: values for `[service]` from the command line, by their keys.
        check_account: raises ConfigurationError for an account whose options are wrong.
        look_up: what finds secrets.

    Raises:
        ConfigurationError: something is wrong; the text says what and how to mend it, a line for
            each fault.
    """
    env = os.environ if environ is None else environ
    tree = {} if path is None else _parsed(path)
    with located(path):
        draft = _Draft(path, env, look_up)
        draft.take_file(tree)
        draft.take_environment()
        draft.take_command_line(overrides or {})
        draft.take_accounts(tree, check_account)
        return draft.configuration()


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
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        msg = f"the configuration file {path} is not TOML: {error}"
        raise ConfigurationError(msg) from None


class _Draft:
    """A configuration while it is put together."""

    def __init__(self, path: Path | None, env: Mapping[str, str], look_up: LookUp) -> None:
        self._path = path
        self._env = env
        self._look_up = look_up
        self._found = Findings()
        self._values: dict[str, object] = {}
        self._origins: dict[str, Origin] = {}
        self._accounts: dict[str, AccountConfig] = {}

    def _take(self, key: str, value: object, origin: Origin) -> None:
        """Check a value, also one that a later one replaces, and note where it is from."""
        with self._found.collect():
            self._values[key] = read_value(settings()[key], value, origin.name(key))
            self._origins[key] = origin

    def take_file(self, tree: Mapping[str, Any]) -> None:
        origin = Origin("file", str(self._path))
        for name, value in tree.items():
            if name in declared(TopConfig):
                self._take(name, value, origin)
            elif name not in {*TABLES, ACCOUNTS}:
                self._found.add(f"`{name}` is not a setting; {_meant(name, '')}")
            elif not isinstance(value, dict):
                self._found.add(f"`{name}`: expected a table [{name}], found {shown(value)}")
            elif name in TABLES:
                self._take_table(name, value, origin)

    def _take_table(self, table: str, values: Mapping[str, Any], origin: Origin) -> None:
        for name, value in values.items():
            key = f"{table}.{name}"
            if key in settings():
                self._take(key, value, origin)
            else:
                self._found.add(f"`{key}` is not a setting; {_meant(name, table)}")

    def take_environment(self) -> None:
        with self._found.collect():
            for key, (variable, value) in given_values(self._env).items():
                self._take(key, value, Origin("environment", variable))

    def take_command_line(self, overrides: Mapping[str, str]) -> None:
        for name, text in overrides.items():
            self._take(f"service.{name}", text, Origin("command line", f"--{name}"))

    def take_accounts(self, tree: Mapping[str, Any], check: AccountCheck) -> None:
        tables = tree.get(ACCOUNTS, {})
        with self._found.collect():
            if self._path is None:
                self._accounts = accounts_of_environment(self._env)
            elif isinstance(tables, dict):
                reader = AccountReader(self._env, self._path, self._look_up, self._found)
                self._accounts = {name: reader.read(name, table) for name, table in tables.items()}
        self._accounts.setdefault(MOCK, AccountConfig(type=MOCK, options={}))
        for name, account in self._accounts.items():
            if account.type:
                with self._found.collect():
                    check(name, account)

    def configuration(self) -> Configuration:
        """Return it whole.

        Raises:
            ConfigurationError: something is wrong.
        """
        default = self._default_account()
        webhook_secret = self._secret("webhook.secret")
        api_key = self._secret("service.api_key")
        self._check_reach()
        self._found.check()
        return Configuration(
            **{name: self._table(name, kind) for name, kind in TABLES.items()},
            accounts=self._accounts,
            default_account=default,
            webhook_secret=webhook_secret,
            api_key=api_key,
            origins=self._origins,
            path=None if self._path is None else str(self._path),
        )

    def _table(self, table: str, kind: Any) -> Any:
        given = {
            name: self._values[f"{table}.{name}"]
            for name in declared(kind)
            if f"{table}.{name}" in self._values
        }
        return read_options(kind, given, table)

    def _default_account(self) -> str:
        named = self._values.get("default_account")
        if named is None:
            return next((name for name in self._accounts if name != MOCK), MOCK)
        if named not in self._accounts:
            where = self._origins["default_account"].name("default_account")
            known = ", ".join(self._accounts)
            self._found.add(f"`{where}`: expected one of {known}, found {shown(named)}")
        return str(named)

    def _secret(self, key: str) -> str | None:
        reference = self._values.get(key)
        if reference is None:
            return None
        where, secret = self._origins[key].name(key), None
        with self._found.collect():
            secret = self._look_up(where, str(reference), self._env)
            if len(secret) < _SHORTEST_SECRET:
                raise ConfigurationError(
                    f"`{where}`: expected at least {_SHORTEST_SECRET} characters, "
                    f"found {len(secret)}"
                )
        return secret

    def _check_reach(self) -> None:
        listen = self._values.get("service.listen")
        if listen is None or "service.api_key" in self._values:
            return
        host, _ = parse_listen(str(listen))
        if not is_loopback(host):
            where = self._origins["service.listen"].name("service.listen")
            self._found.add(
                f"`{where}`: listening on {host}, beyond this machine, needs an API key: "
                "set FILLGATE_API_KEY, or listen on 127.0.0.1"
            )


def _meant(name: str, table: str) -> str:
    """Return what is said behind "is not a setting" for a key, or a table, that is not known."""
    if not table:
        return suggestion(name, [*declared(TopConfig), *TABLES, ACCOUNTS])
    elsewhere = [key for key in settings() if key.rpartition(".")[2] == name]
    return (
        f"did you mean `{elsewhere[0]}`?"
        if elsewhere
        else suggestion(name, declared(TABLES[table]))
    )
