"""The registry: which account is which plugin, and which one is meant when none is named."""

import asyncio
from collections.abc import Mapping

from fillgate.domain.errors import DuplicateAccount, UnknownAccount
from fillgate.domain.market import MarketData
from fillgate.domain.orders import Order
from fillgate.domain.reports import ExecutionResult
from fillgate.plugins.base import ExecutionPlugin

__all__ = ["PluginRegistry"]


class PluginRegistry:
    """Plugins by account name, and the way to the one that is meant.

    The default account is the first registered until `set_default` says otherwise.
    """

    def __init__(self, *, health_deadline: float = 5.0) -> None:
        """Start empty.

        Args:
            health_deadline: seconds that each account has to answer `health_check_all`.
        """
        self._plugins: dict[str, ExecutionPlugin] = {}
        self._default: str | None = None
        self._health_deadline = health_deadline

    def register(self, plugin: ExecutionPlugin) -> None:
        """Add a plugin under its account's name.

        Raises:
            DuplicateAccount: there is one of that name.
        """
        if plugin.name in self._plugins:
            msg = f"an account named {plugin.name!r} is registered already"
            raise DuplicateAccount(msg)
        self._plugins[plugin.name] = plugin
        if self._default is None:
            self._default = plugin.name

    def get(self, account: str | None = None) -> ExecutionPlugin:
        """Return the plugin of an account, or of the default one for None.

        Raises:
            UnknownAccount: there is none of that name.
        """
        name = self.default if account is None else account
        plugin = self._plugins.get(name)
        if plugin is None:
            known = ", ".join(self._plugins) or "none"
            msg = f"no account is named {name!r}; the accounts are: {known}"
            raise UnknownAccount(msg)
        return plugin

    def set_default(self, account: str) -> None:
        """Let this account be meant when none is named.

        Raises:
            UnknownAccount: there is none of that name.
        """
        self._default = self.get(account).name

    @property
    def default(self) -> str:
        """The name of the default account.

        Raises:
            UnknownAccount: no account is registered.
        """
        if self._default is None:
            msg = "no account is registered"
            raise UnknownAccount(msg)
        return self._default

    def list(self) -> tuple[str, ...]:
        """Return the accounts' names in the order in which they were registered."""
        return tuple(self._plugins)

    async def execute_order(self, order: Order, account: str | None = None) -> ExecutionResult:
        """Send an order through the account's plugin; errors as in `ExecutionPlugin`."""
        return await self.get(account).execute_order(order)

    async def fetch_data(self, symbol: str, account: str | None = None) -> MarketData:
        """Return a quote from the account's plugin; errors as in `ExecutionPlugin`."""
        return await self.get(account).fetch_data(symbol)

    async def health_check_all(self) -> Mapping[str, str | None]:
        """Ask all accounts side by side, each under the deadline.

        Returns:
            For each account None if it is healthy, else the reason in words.
        """
        reasons = await asyncio.gather(*map(self._health, self._plugins.values()))
        return dict(zip(self._plugins, reasons, strict=True))

    async def _health(self, plugin: ExecutionPlugin) -> str | None:
        try:
            async with asyncio.timeout(self._health_deadline) as deadline:
                healthy = await plugin.health_check()
        except Exception as error:  # noqa: BLE001 - whatever a plugin raises is its state of health
            if deadline.expired():
                return f"no answer to the health check within {self._health_deadline:g} s"
            return f"{type(error).__name__}: {error}"
        return None if healthy else "the health check says no"
