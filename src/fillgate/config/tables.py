"""Every setting, each declared once: a field of one of these tables.

What a field's annotation says is all that fillgate knows about the setting; see `Setting`.
"""

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, Final

import msgspec

from fillgate.config import addresses, references
from fillgate.config.origins import DEFAULT, Origin
from fillgate.domain.settings import Declared, Setting, declared

__all__ = [
    "ACCOUNTS",
    "MOCK",
    "TABLES",
    "AccountConfig",
    "Configuration",
    "EngineConfig",
    "LogConfig",
    "ServiceConfig",
    "TopConfig",
    "WebhookConfig",
    "settings",
]

MOCK: Final = "mock"
"""The account that is always there, and its type."""

ACCOUNTS: Final = "accounts"
"""The table with a table for each account."""


def _reference(meaning: str, variable: str) -> Setting:
    return Setting(
        f"{meaning} In the file a reference; the variable holds the secret itself.",
        check=references.check_reference,
        form=references.FORM,
        secret=True,
        variable=variable,
        example=f"env:{variable}",
    )


def _folder(path: str) -> None:
    if not path or "\0" in path:
        raise ValueError("expected a folder, found none; leave it out for the default")


class TopConfig(msgspec.Struct, frozen=True, kw_only=True):
    """What stands at the top of the file, before the tables."""

    default_account: Annotated[
        str | None,
        Setting(
            "The account for signals and orders that name none. Left out, it is the first account "
            "besides `mock`, or `mock` if it is alone.",
            form="the name of an account",
            example=MOCK,
        ),
    ] = None


class ServiceConfig(msgspec.Struct, frozen=True, kw_only=True):
    """The table `[service]`."""

    listen: Annotated[
        str,
        Setting(
            "The address to listen on. Port 0 takes a free one. Beyond this machine an API key is "
            "needed.",
            check=addresses.parse_listen,
            form=addresses.FORM,
        ),
    ] = "127.0.0.1:8005"
    data: Annotated[
        str,
        Setting(
            "Folder of the journal and of the generated webhook secret, on a local disk.",
            check=_folder,
            form="a folder",
        ),
    ] = ".fillgate"
    wait: Annotated[
        float,
        Setting(
            "How long a caller waits for the outcome unless it says otherwise.",
            unit="seconds",
            least=0,
            most=60,
        ),
    ] = 2.0
    event_streams: Annotated[
        int,
        Setting(
            "How many may follow the events at a time; others are answered 503.",
            unit="streams",
            least=0,
            most=10_000,
        ),
    ] = 64
    api_key: Annotated[
        str | None,
        _reference(
            "The key that /api/v1 asks for. Without it programs on this machine are served.",
            "FILLGATE_API_KEY",
        ),
    ] = None


class WebhookConfig(msgspec.Struct, frozen=True, kw_only=True):
    """The table `[webhook]`."""

    secret: Annotated[
        str | None,
        _reference(
            "The secret that alerts are signed with or carry. Without it one is made, in the file "
            "webhook-secret in the data folder.",
            "FILLGATE_WEBHOOK_SECRET",
        ),
    ] = None
    min_confidence: Annotated[
        Decimal, Setting("Alerts that are less sure are refused.", least=0, most=1)
    ] = Decimal("0.6")
    max_age: Annotated[
        float,
        Setting(
            "The age from which a signal is too old to act on.",
            unit="seconds",
            least=1,
            most=86_400,
        ),
    ] = 60.0
    duplicate_window: Annotated[
        float,
        Setting(
            "How long an equal alert without an id counts as a repeat.",
            unit="seconds",
            least=0,
            most=3600,
        ),
    ] = 30.0


def _time(meaning: str) -> Setting:
    return Setting(meaning, unit="seconds", least=Decimal("0.01"), most=3600)


class EngineConfig(msgspec.Struct, frozen=True, kw_only=True):
    """The table `[engine]`."""

    submit_deadline: Annotated[
        float, _time("How long an order may take at its venue; after it the order is UNKNOWN.")
    ] = 10.0
    lookup_deadline: Annotated[
        float, _time("How long a venue may take to find an order that is asked for.")
    ] = 5.0
    poll_interval: Annotated[
        float, _time("The pause between two looks at the working orders of an account.")
    ] = 2.0
    reconcile_interval: Annotated[
        float, _time("The pause between two comparisons of an account with its venue.")
    ] = 300.0
    health_interval: Annotated[
        float, _time("The pause between two looks at an account's health.")
    ] = 30.0
    arrival_quotes: Annotated[
        bool,
        Setting(
            "Ask the venue for a quote beside each order, for the report of what trading cost. "
            "Each is a request more of what the venue allows. Plugins that tell what an order "
            "found, as `mock` does, are not asked."
        ),
    ] = False
    max_waiting: Annotated[
        int,
        Setting(
            "How many signals may be under way before new ones are turned away with 503.",
            unit="signals",
            least=1,
            most=1_000_000,
        ),
    ] = 10_000


class LogConfig(msgspec.Struct, frozen=True, kw_only=True):
    """The table `[log]`."""

    level: Annotated[
        str, Setting("The least level that is logged.", words=("debug", "info", "warning", "error"))
    ] = "info"
    format: Annotated[
        str,
        Setting(
            "`console` is for people, `auto` is that on a terminal and JSON elsewhere.",
            words=("auto", "json", "console"),
        ),
    ] = "auto"


class AccountConfig(msgspec.Struct, frozen=True, kw_only=True):
    """One table `[accounts.NAME]`: the plugin's type and its own options, secrets resolved."""

    type: str
    options: dict[str, Any]
    references: dict[str, str] = {}
    """For each option that is a secret the reference that it came by."""
    origins: dict[str, Origin] = {}
    """Where each option, and the type, comes from; those left out are defaults."""

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
    origins: dict[str, Origin] = {}
    """Where each setting that is not at its default comes from, by `table.key`."""
    path: str | None = None
    """The file that was read."""

    def __repr__(self) -> str:
        """Show no secrets."""
        return f"Configuration(accounts={list(self.accounts)})"

    @property
    def secrets(self) -> tuple[str, ...]:
        """All credentials that are configured, those of accounts among them."""
        accounts = (
            account.options[key] for account in self.accounts.values() for key in account.references
        )
        return (*filter(None, (self.webhook_secret, self.api_key)), *accounts)

    def value(self, key: str) -> Any:
        """Return the value of a setting, secrets as their references, by `table.key`."""
        table, _, name = key.rpartition(".")
        return getattr(getattr(self, table) if table else self, name)

    def origin(self, key: str) -> Origin:
        """Return where a setting's value comes from, by `table.key`."""
        return self.origins.get(key, DEFAULT)


TABLES: Final[Mapping[str, type[msgspec.Struct]]] = {
    field.name: field.type
    for field in msgspec.structs.fields(Configuration)
    if isinstance(field.type, type) and issubclass(field.type, msgspec.Struct)
}
"""The tables with a fixed set of keys, by their names."""


@cache
def settings() -> Mapping[str, Declared]:
    """Return every setting but those of accounts, by `table.key`, in the file's order."""
    tables = {
        f"{table}.{name}": field
        for table, kind in TABLES.items()
        for name, field in declared(kind).items()
    }
    return {**declared(TopConfig), **tables}
