"""All of it as one application: the spot and the futures exchange, and their owner's side."""

import secrets
from pathlib import Path

import msgspec
from starlette.applications import Starlette
from starlette.routing import Mount, WebSocketRoute

from fillgate.domain.clock import Clock
from fillgate.domain.errors import ConfigurationError
from fillgate.market.feeds.recordings import BadRecording, Recording
from fillgate.market.feeds.synthetic import SyntheticTerms
from fillgate.market.listings import BadSymbol
from fillgate.practice.absence import Absence
from fillgate.practice.breaking import Hanging
from fillgate.practice.control import Control
from fillgate.practice.endpoints import ENDPOINTS
from fillgate.practice.errors import Refused
from fillgate.practice.exchange import Rules
from fillgate.practice.faults import Faults
from fillgate.practice.futures.side import FUTURES_LIMITS, FuturesSide
from fillgate.practice.gate import Gate
from fillgate.practice.hub import Hub
from fillgate.practice.prices import Prices, recordings_of
from fillgate.practice.rate_limits import Limits, RateLimits
from fillgate.practice.rest import Rest, Surface
from fillgate.practice.spot import Spot
from fillgate.practice.streams import MarketStreams
from fillgate.practice.symbols import Symbols
from fillgate.practice.users import User, Users
from fillgate.practice.ws_api import WsApi

__all__ = ["Practice", "Settings"]


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """How an exchange is to be."""

    users: tuple[User, ...]
    control_key: str = msgspec.field(default_factory=lambda: secrets.token_hex(16))
    seed: int = 0
    """Chooses the made prices."""
    recording: Path | None = None
    """A file, or a folder of files, that is played instead."""
    prices: SyntheticTerms = SyntheticTerms()
    """How made prices go."""
    limits: Limits = Limits()
    """Of the spot exchange."""
    futures_limits: Limits = FUTURES_LIMITS


class Practice:
    """An exchange with its ways in."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        """Open it.

        Args:
            settings: how it is to be.
            clock: tells the time.

        Raises:
            ConfigurationError: the recording cannot be read, or is of a symbol that is not listed.
            ValueError: two users have one name or one key.
        """
        symbols = Symbols()
        terms = msgspec.structs.replace(settings.prices, seed=settings.seed)
        recordings = _recordings(settings.recording, symbols, terms)
        prices = Prices(symbols, terms, recordings, clock.now())
        self.exchange = Spot(
            clock, Users(settings.users), prices, symbols=symbols, rules=Rules(prices=terms)
        )
        self.faults = Faults()
        self.hub = Hub(self.exchange, self.faults)
        self.hanging = Hanging()
        self.absence = Absence()
        self.futures = self._made_futures(settings, terms, clock)
        self.hubs = (self.hub, self.futures.hub)
        """Of both exchanges."""
        gate = Gate(self.exchange, RateLimits(settings.limits))
        control = Control(settings.control_key, self.faults, self.hubs, self.absence)
        ws_api = WsApi(gate, self.hub, self.faults, clock)
        streams = MarketStreams(self.hub, symbols)
        surfaces = {self.futures.prefix: self.futures.surface, "": Surface(gate, ENDPOINTS)}
        self.app = Starlette(
            routes=[
                *control.routes,
                *self.futures.routes,
                WebSocketRoute("/ws-api/v3", ws_api.serve),
                WebSocketRoute("/stream", streams.serve),
                WebSocketRoute("/ws", streams.serve),
                WebSocketRoute("/ws/{names:path}", streams.serve),
                Mount("/", Rest(surfaces, self.faults, self.hanging, clock)),
            ]
        )
        """Serves HTTP and WebSockets; for any ASGI server."""

    def _made_futures(self, settings: Settings, terms: SyntheticTerms, clock: Clock) -> FuturesSide:
        listed = FuturesSide.symbols
        return FuturesSide(
            clock,
            self.exchange.users,
            self.exchange.receipts,
            self.faults,
            prices=terms,
            recordings=_recordings(settings.recording, listed, terms, listed_only=True),
            limits=settings.futures_limits,
        )


def _recordings(
    path: Path | None, symbols: Symbols, terms: SyntheticTerms, *, listed_only: bool = False
) -> dict[str, Recording] | None:
    try:
        if path is None:
            return None
        return recordings_of(path, symbols, terms, listed_only=listed_only)
    except (BadRecording, BadSymbol, OSError) as error:
        raise ConfigurationError(str(error)) from None
    except Refused:
        known = ", ".join(symbols.by_name)
        text = f"{path}: expected recordings named after symbols that are listed: {known}"
        raise ConfigurationError(text) from None
