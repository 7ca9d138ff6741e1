"""Accounts: which can be used now, and bringing up those that cannot.

Invariants:

1. A plugin whose `init` fails does not stop the service: its account is down, says why, and is
   tried again with growing pauses. Only a wrong setting is an error at start.
2. Every change between up and down is journaled.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from fillgate.domain.capabilities import Capabilities
from fillgate.domain.clock import Clock
from fillgate.domain.errors import ConfigurationError, Denied, UnknownAccount
from fillgate.domain.events import AccountCameUp, AccountWentDown, Event
from fillgate.domain.logger import Logger
from fillgate.domain.orders import Order
from fillgate.domain.telling import brief
from fillgate.engine.recorder import Job, Recorder
from fillgate.engine.settings import EngineSettings
from fillgate.engine.tasks import Tasks
from fillgate.journal.base import SYSTEM, Entry
from fillgate.plugins.base import ExecutionPlugin
from fillgate.plugins.registry import PluginRegistry
from fillgate.plugins.upkeep import Upkeep

__all__ = ["Account", "AccountSetup", "Accounts", "Remembered"]


_NOTHING: Final = Capabilities(order_types=frozenset())


@dataclass(frozen=True, slots=True)
class AccountSetup:
    """How an account is configured."""

    kind: str
    """The plugin's type, for example `mock`."""
    options: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """What `init` gets; secrets resolved, so never shown."""


@dataclass(slots=True)
class Account:
    """One account with its state."""

    name: str
    setup: AccountSetup
    plugin: ExecutionPlugin
    upkeep: Upkeep
    since: int
    """When it last changed between up and down, Unix microseconds."""
    up: bool = False
    reason: str | None = "not started yet"
    """Why it is down; None when it is up."""

    @property
    def is_open(self) -> bool:
        """Whether its plugin was initialised: it can be asked, though it may be down."""
        return self.upkeep.is_open

    @property
    def capabilities(self) -> Capabilities:
        """What the account's venue can do; nothing while its plugin cannot say."""
        try:
            return self.plugin.capabilities
        except Exception:  # noqa: BLE001 - a plugin's failure must not stop a lane
            return _NOTHING


class Remembered(NamedTuple):
    """What is known of an account from before it was opened."""

    orders: Sequence[Order]
    """Those that have not ended."""
    symbols: Sequence[str]
    """Those of its positions that are not flat."""


class Accounts:
    """All accounts of the service."""

    def __init__(
        self,
        registry: PluginRegistry,
        setups: Mapping[str, AccountSetup],
        *,
        settings: EngineSettings,
        recorder: Recorder,
        clock: Clock,
        tasks: Tasks,
        logger: Logger,
        remembered: Callable[[str], Remembered],
    ) -> None:
        """Manage the registry's accounts.

        Args:
            setups: the configuration of each by name.
            remembered: tells what is known of an account.
        """
        self._remembered = remembered
        self._registry = registry
        self._settings = settings
        self._recorder = recorder
        self._clock = clock
        self._tasks = tasks
        self._logger = logger
        self._listeners: list[Callable[[Account], None]] = []
        self._on_down: list[Callable[[Account], None]] = []
        self._accounts = {
            name: self._made(name, setups.get(name, AccountSetup("?"))) for name in registry.list()
        }

    def _made(self, name: str, setup: AccountSetup) -> Account:
        plugin = self._registry.get(name)
        upkeep = Upkeep(
            plugin,
            setup.options,
            deadline=self._settings.init_deadline,
            opened=lambda: self._recall(name),
        )
        return Account(name, setup, plugin, upkeep, self._clock.now())

    def __iter__(self) -> Iterator[Account]:
        """Iterate over the accounts in the order of the configuration."""
        return iter(self._accounts.values())

    @property
    def default(self) -> str:
        """Name of the account that is meant when none is named."""
        return self._registry.default

    def get(self, name: str | None) -> Account:
        """Return an account, or the default one for None.

        Raises:
            UnknownAccount: there is none of that name; the text lists those there are.
        """
        account = self._accounts.get(self.default if name is None else name)
        if account is None:
            known = ", ".join(self._accounts)
            msg = f"no account is named {name!r}; the accounts are: {known}"
            raise UnknownAccount(msg)
        return account

    def find(self, name: str) -> Account | None:
        """Return an account; None for one that an earlier configuration had."""
        return self._accounts.get(name)

    def capabilities_of(self, name: str) -> Capabilities:
        """Return what an account can do: nothing if it is configured no more."""
        account = self._accounts.get(name)
        return _NOTHING if account is None else account.capabilities

    def venue_client_order_id(self, name: str, client_order_id: str) -> str | None:
        """Return an id in the form in which an account's venue hears it; None: as it is."""
        account = self._accounts.get(name)
        try:
            form = (
                None if account is None else account.plugin.venue_client_order_id(client_order_id)
            )
        except Exception:  # noqa: BLE001 - a plugin's failure must not stop a lane
            return None
        return form if isinstance(form, str) else None

    def check_up(self, name: str) -> Denied | None:
        """Return why an account cannot take orders now, or None if it can."""
        account = self._accounts.get(name)
        if account is None:
            return Denied("UNKNOWN_ACCOUNT", f"account={name}: it is configured no more")
        if account.up:
            return None
        return Denied("ACCOUNT_DOWN", f"account={name}: {account.reason}")

    def on_up(self, listener: Callable[[Account], None]) -> None:
        """Call `listener` whenever an account has come up."""
        self._listeners.append(listener)

    def on_down(self, listener: Callable[[Account], None]) -> None:
        """Call `listener` whenever an account that was up has gone down."""
        self._on_down.append(listener)

    async def start(self) -> None:
        """Try each account once, side by side, and keep trying in the background.

        Raises:
            ConfigurationError: a setting of an account is wrong.
        """
        await asyncio.gather(*map(self._look_at, self._accounts.values()))
        for account in self._accounts.values():
            self._tasks.start(self._keep(account), name=f"account {account.name}")

    async def recall(self) -> None:
        """Tell the plugins that are open what is known of their accounts from before."""
        opened = [name for name, account in self._accounts.items() if account.is_open]
        await asyncio.gather(*map(self._recall, opened))

    async def _recall(self, name: str) -> None:
        known = self._remembered(name)
        if not known.orders and not known.symbols:
            return
        try:
            async with asyncio.timeout(self._settings.init_deadline):
                await self._registry.get(name).recall(known.orders, known.symbols)
        except Exception as error:
            self._logger.warning("account-recall-failed", account=name, exc_info=error)

    async def close(self) -> None:
        """Close all plugins."""
        for account in self._accounts.values():
            await account.upkeep.close(self._logger)

    async def _keep(self, account: Account) -> None:
        pause = 1.0
        while True:
            await self._clock.sleep(self._settings.health_interval if account.up else pause)
            pause = 1.0 if account.up else min(2 * pause, self._settings.init_longest_pause)
            try:
                await self._look_at(account)
            except ConfigurationError as error:
                self._change(account, brief(error))

    async def _look_at(self, account: Account) -> None:
        reason = await account.upkeep.look()
        self._change(account, None if reason is None else brief(reason))

    def _change(self, account: Account, reason: str | None) -> None:
        was_up, first = account.up, account.reason == "not started yet"
        account.up, account.reason = reason is None, reason
        if account.up and not was_up:
            self._note(account, AccountCameUp(account=account.name))
            self._logger.info(AccountCameUp.kind, account=account.name)
            for listener in self._listeners:
                listener(account)
        elif reason is not None and (was_up or first):
            self._note(account, AccountWentDown(account=account.name, reason=reason))
            self._logger.warning(AccountWentDown.kind, account=account.name, reason=reason)
            for listener in self._on_down:
                listener(account)

    def _note(self, account: Account, event: Event) -> None:
        account.since = self._clock.now()
        self._recorder.record(Job(prelude=(Entry(SYSTEM, account.since, event),)))
