"""The futures as a part of the application: opened, and reached."""

from collections.abc import Mapping, Sequence
from typing import Final

from starlette.routing import BaseRoute, WebSocketRoute

from fillgate.domain.clock import Clock
from fillgate.market.feeds.recordings import Recording
from fillgate.market.feeds.synthetic import SyntheticTerms
from fillgate.practice.faults import Faults
from fillgate.practice.futures.endpoints import FUTURES_ENDPOINTS
from fillgate.practice.futures.exchange import Futures
from fillgate.practice.futures.protocol.events import FUTURES
from fillgate.practice.futures.symbols import PERPETUALS
from fillgate.practice.futures.user_streams import UserStreams
from fillgate.practice.gate import Gate
from fillgate.practice.hub import Hub
from fillgate.practice.prices import Prices
from fillgate.practice.rate_limits import Limits, RateLimits
from fillgate.practice.receipts import Receipts
from fillgate.practice.rest import Surface
from fillgate.practice.streams import MarketStreams
from fillgate.practice.symbols import Symbols
from fillgate.practice.users import Users

__all__ = ["FUTURES_LIMITS", "FuturesSide"]

FUTURES_LIMITS: Final = Limits(weight=2_400, orders=300, minute_orders=1_200, daily_orders=None)
"""What Binance allows."""
_MARKETS: Final = ("/public", "/market")
"""Where market streams are; each has all of them."""


class FuturesSide:
    """The futures exchange with its ways in."""

    prefix = "/fapi/"
    """How the paths of its requests begin."""
    symbols: Final = Symbols(PERPETUALS)
    """What is listed."""

    def __init__(
        self,
        clock: Clock,
        users: Users,
        receipts: Receipts,
        faults: Faults,
        *,
        prices: SyntheticTerms,
        recordings: Mapping[str, Recording] | None,
        limits: Limits = FUTURES_LIMITS,
    ) -> None:
        """Open it.

        Args:
            clock: tells the time.
            users: who may trade.
            receipts: take in all requests for orders.
            faults: what goes wrong.
            prices: how made prices go.
            recordings: that are played instead, by symbol.
            limits: how much may be asked.
        """
        made = Prices(self.symbols, prices, recordings, clock.now())
        self.exchange = Futures(clock, users, made, symbols=self.symbols, receipts=receipts)
        self.hub = Hub(self.exchange, faults, FUTURES)
        self.surface = Surface(Gate(self.exchange, RateLimits(limits)), FUTURES_ENDPOINTS)
        self._clock = clock

    @property
    def routes(self) -> Sequence[BaseRoute]:
        """Its WebSockets."""
        markets = MarketStreams(self.hub, self.symbols)
        users = UserStreams(self.hub, self.exchange, self._clock)
        paths = [f"{at}{end}" for at in _MARKETS for end in ("/ws", "/ws/{names:path}", "/stream")]
        return [
            *(WebSocketRoute(path, markets.serve) for path in paths),
            WebSocketRoute("/private/ws", users.serve),
            WebSocketRoute("/private/ws/{key}", users.serve),
        ]
