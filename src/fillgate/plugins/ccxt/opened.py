"""An open account: what its parts share. No ccxt is imported here."""

from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fillgate.plugins.ccxt.abilities import Abilities
from fillgate.plugins.ccxt.credentials import Credentials
from fillgate.plugins.ccxt.options import Options
from fillgate.plugins.ccxt.venues import Venue

if TYPE_CHECKING:
    from fillgate.plugins.ccxt.clients import Maker
    from fillgate.plugins.ccxt.sessions import Network

__all__ = ["Opened"]


@dataclass(slots=True)
class Opened:
    """An open account."""

    options: Options
    credentials: Credentials
    venue: Venue
    abilities: Abilities
    network: "Network"
    maker: "Maker"
    orders: Any
    """The instance of ccxt's exchange for what changes something."""
    questions: Any
    """The one for what only asks."""
    stack: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def close(self) -> None:
        """Give back everything."""
        await self.stack.aclose()

    async def load_markets(self) -> None:
        """Load the markets anew."""
        await self.questions.load_markets(reload=True)
        self.orders.set_markets_from_exchange(self.questions)

    @property
    def markets(self) -> Mapping[str, Mapping[str, Any]]:
        """The markets by ccxt's symbols."""
        found: Mapping[str, Mapping[str, Any]] = self.questions.markets or {}
        return found
