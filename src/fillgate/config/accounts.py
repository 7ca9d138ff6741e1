"""The accounts: tables of the file, or one of a CCXT service from the environment alone."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from fillgate.config.origins import Origin
from fillgate.config.references import LookUp, is_secret, secret_by_reference
from fillgate.config.tables import ACCOUNTS, AccountConfig
from fillgate.config.variables import parse_flag
from fillgate.domain.errors import ConfigurationError
from fillgate.domain.findings import Findings
from fillgate.domain.settings import shown

__all__ = ["CCXT_VARIABLES", "AccountReader", "accounts_of_environment", "read_account"]

CCXT_VARIABLES: Final[Mapping[str, str]] = {
    "base_url": "CCXT_BASE_URL",
    "webhook_secret": "WEBHOOK_SECRET",
    "exchange": "EXCHANGE",
    "testnet": "TESTNET",
}
"""For each option the variable that gives it, without a configuration file."""


class AccountReader:
    """Reads the tables `[accounts.NAME]` of a file."""

    def __init__(
        self, env: Mapping[str, str], path: Path, look_up: LookUp, found: Findings
    ) -> None:
        """Find secrets by `look_up`, and note what is wrong in `found`."""
        self._env = env
        self._origin = Origin("file", str(path))
        self._look_up = look_up
        self._found = found

    def read(self, name: str, table: object) -> AccountConfig:
        """Return an account, its secrets resolved; one that is wrong has no type."""
        with self._found.collect():
            return self._account(f"{ACCOUNTS}.{name}", table)
        return AccountConfig(type="", options={})

    def _account(self, where: str, table: object) -> AccountConfig:
        if not isinstance(table, dict):
            raise ConfigurationError(f"`{where}`: expected a table [{where}], found {shown(table)}")
        kind, found = table.get("type"), Findings()
        if not isinstance(kind, str) or not kind:
            text = "nothing" if kind is None else shown(kind)
            found.add(f'`{where}.type`: expected a plugin\'s type such as "mock", found {text}')
        options = {key: value for key, value in table.items() if key != "type"}
        references = {
            key: value
            for key, value in options.items()
            if is_secret(key) and isinstance(value, str)
        }
        for key, reference in references.items():
            with found.collect():
                options[key] = self._look_up(f"{where}.{key}", reference, self._env)
        found.check()
        return AccountConfig(
            type=str(kind),
            options=options,
            references=references,
            origins=dict.fromkeys(table, self._origin),
        )


def read_account(
    name: str, table: object, env: Mapping[str, str], path: Path | None
) -> AccountConfig:
    """Return the account of one table `[accounts.NAME]`, its secrets resolved.

    Args:
        name: the account's.
        table: as it was parsed.
        env: the environment.
        path: the file that it stands in; None if it was put together from the environment.

    Raises:
        ConfigurationError: something is wrong with it.
    """
    found = Findings()
    place = path or Path("environment")
    account = AccountReader(env, place, secret_by_reference, found).read(name, table)
    found.check()
    return account


def accounts_of_environment(env: Mapping[str, str]) -> dict[str, AccountConfig]:
    """Return the account of a CCXT service that the environment describes, if it describes one.

    Raises:
        ConfigurationError: it describes half of one.
    """
    given = {option: env[name] for option, name in CCXT_VARIABLES.items() if env.get(name)}
    if "base_url" not in given:
        return {}
    if "webhook_secret" not in given:
        raise ConfigurationError(
            "`WEBHOOK_SECRET`: expected the CCXT service's secret beside CCXT_BASE_URL, found none"
        )
    options: dict[str, Any] = {"exchange": "binance", **given}
    options["testnet"] = "testnet" in given and parse_flag("TESTNET", given["testnet"])
    origins = {key: Origin("environment", CCXT_VARIABLES[key]) for key in given}
    account = AccountConfig(
        type="ccxt-http",
        options=options,
        references={"webhook_secret": "env:WEBHOOK_SECRET"},
        origins={**origins, "type": origins["base_url"]},
    )
    return {options["exchange"]: account}
