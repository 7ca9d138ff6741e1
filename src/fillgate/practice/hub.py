"""Who listens to what: market streams by name, orders and balances by account.

Invariants:

1. Each change is told once to each who listens then, in the order in which it happened; unless a
   fault that was set loses it.
2. Nobody who does not listen costs anything.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final, NamedTuple

from fillgate.practice.connections import Connection
from fillgate.practice.errors import Refused
from fillgate.practice.exchange import Exchange, ListNews, News
from fillgate.practice.faults import REPORT, WS, FaultKind, Faults
from fillgate.practice.protocol.events import (
    account_position,
    book_ticker_event,
    execution_reports,
    list_status,
    mini_ticker_event,
    ticker_event,
    trade_event,
)
from fillgate.practice.protocol.market_data import Ticker
from fillgate.practice.spot import Spot
from fillgate.practice.tickers import ticker_of
from fillgate.practice.trades import Trade

__all__ = ["SPOT", "Hub", "Speech"]

_EVERY: Final = 1_000_000
"""Microseconds between two tickers of a symbol."""

_Event = dict[str, Any]


class Speech(NamedTuple):
    """How an exchange's streams speak."""

    of_order: Callable[[Exchange, News], list[_Event]]
    """What is told to its owner of an order that changed."""
    to_user: Callable[[int, _Event], _Event]
    """How that is wrapped, with the number of the subscription."""
    tickers: Mapping[str, Callable[[Ticker], _Event]]
    book_ticker: Callable[[Ticker, int], _Event]
    trades: str
    """The name of the stream of trades."""
    trade: Callable[[Trade], _Event]

    @property
    def streams(self) -> frozenset[str]:
        """What there is of each symbol: `<symbol>@<this>`."""
        return frozenset({*self.tickers, "bookTicker", self.trades})


def _of_order(exchange: Exchange, news: News) -> list[_Event]:
    told = execution_reports(
        news.view, news.executions, is_new=news.is_new, cancel_id=news.cancel_id
    )
    assert isinstance(exchange, Spot)
    told.append(account_position(exchange.holdings_of(news.view), news.view.held.updated // 1000))
    return told


SPOT: Final = Speech(
    of_order=_of_order,
    to_user=lambda number, event: {"subscriptionId": number, "event": event},
    tickers={"miniTicker": mini_ticker_event, "ticker": ticker_event},
    book_ticker=book_ticker_event,
    trades="trade",
    trade=trade_event,
)
"""That of Binance's spot exchange."""


class _Listener(NamedTuple):
    connection: Connection
    is_combined: bool


class Hub:
    """All who listen."""

    def __init__(self, exchange: Exchange, faults: Faults, speech: Speech = SPOT) -> None:
        """Nobody so far; hears what happens at the exchange, and loses what faults say."""
        self.connections: set[Connection] = set()
        """All that are open."""
        self.speech = speech
        self.exchange = exchange
        self._faults = faults
        self._users: dict[str, dict[tuple[int, int], Connection]] = {}
        self._streams: dict[str, dict[int, _Listener]] = {}
        self._touches: dict[str, tuple[Any, ...]] = {}
        self._ticked = 0
        self._subscriptions = 0
        exchange.hear(self._hear)

    # Who listens

    def listen_to_user(self, account: str, connection: Connection) -> int:
        """Let a connection hear of an account; return the number of its subscription."""
        number, self._subscriptions = self._subscriptions, self._subscriptions + 1
        self._users.setdefault(account, {})[id(connection), number] = connection
        return number

    def leave_user(self, connection: Connection, number: int | None = None) -> None:
        """Let a connection hear no more of one account, or of all."""
        for listeners in self._users.values():
            for key in [key for key in listeners if key[0] == id(connection)]:
                if number in {None, key[1]}:
                    del listeners[key]

    def listen(self, stream: str, connection: Connection, *, is_combined: bool) -> None:
        """Let a connection hear of a market stream."""
        listener = _Listener(connection, is_combined)
        self._streams.setdefault(stream, {})[id(connection)] = listener

    def leave(self, stream: str, connection: Connection) -> None:
        """Let a connection hear no more of a market stream."""
        listeners = self._streams.get(stream, {})
        listeners.pop(id(connection), None)
        if not listeners:
            self._streams.pop(stream, None)

    def listened(self, connection: Connection) -> list[str]:
        """Return the market streams that a connection hears of."""
        return [stream for stream, found in self._streams.items() if id(connection) in found]

    def forget(self, connection: Connection) -> None:
        """Let go of a connection that has ended."""
        self.connections.discard(connection)
        self.leave_user(connection)
        for stream in self.listened(connection):
            self.leave(stream, connection)

    def drop_all(self) -> int:
        """Reset all connections; return how many there were."""
        found = tuple(self.connections)
        for connection in found:
            connection.drop()
        return len(found)

    # What is told

    def _hear(self, news: News | ListNews) -> None:
        if isinstance(news, ListNews):
            self._tell_account(news.view.held.account, lambda: [list_status(news.view)])
        else:
            account = news.view.held.order.account
            if not self._is_lost(account):
                self._tell_account(account, lambda: self.speech.of_order(self.exchange, news))
            self._tell_trades()

    def _is_lost(self, account: str) -> bool:
        """Tell whether a fault befalls what is told of an order, and let it."""
        listeners = self._users.get(account)
        fault = self._faults.draw(WS, REPORT) if listeners else None
        if fault is None or not listeners:
            return False
        if fault.fault is FaultKind.RESET:
            for connection in tuple(listeners.values()):
                connection.drop()
        return True

    def _tell_account(self, account: str, events: Callable[[], list[_Event]]) -> None:
        listeners = self._users.get(account)
        if not listeners:
            return
        told = events()
        for (_, number), connection in tuple(listeners.items()):
            for event in told:
                connection.tell(self.speech.to_user(number, event))

    def _tell_trades(self) -> None:
        trades, self.exchange.trades.news = self.exchange.trades.news, []
        for trade in trades:
            name = f"{trade.symbol.lower()}@{self.speech.trades}"
            self._tell(name, partial(self.speech.trade, trade))

    def _tell(self, stream: str, event: Callable[[], dict[str, Any]]) -> None:
        listeners = self._streams.get(stream)
        if not listeners:
            return
        told = event()
        for connection, is_combined in tuple(listeners.values()):
            connection.tell({"stream": stream, "data": told} if is_combined else told)

    def beat(self, *, at_once: bool = False) -> None:
        """Bring the market up to date, and tell prices that are due.

        Args:
            at_once: tell tickers also before their time.
        """
        now = self.exchange.advance()
        due = at_once or now - self._ticked >= _EVERY
        if due:
            self._ticked = now
        for symbol in {stream.partition("@")[0].upper() for stream in self._streams}:
            try:
                ticker = ticker_of(self.exchange, symbol)
            except Refused:
                # It is closed.
                continue
            self._tell_prices(ticker, due=due)

    def _tell_prices(self, ticker: Ticker, *, due: bool) -> None:
        name = ticker.symbol.lower()
        touch = (ticker.bid, ticker.ask)
        if self._touches.get(name) != touch:
            self._touches[name] = touch
            update = self.exchange.now()
            self._tell(f"{name}@bookTicker", partial(self.speech.book_ticker, ticker, update))
        for kind, event in self.speech.tickers.items() if due else ():
            self._tell(f"{name}@{kind}", partial(event, ticker))
