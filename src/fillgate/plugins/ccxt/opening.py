"""Opening an account: sessions, ccxt's instances, markets.

This module imports ccxt: it is only to be imported when an account is opened.

Invariants:

1. What was opened is closed again if the rest fails.
2. In practice it is made sure before the first request that the exchange's hosts lead to this
   machine, and that no other host leads anywhere.
"""

from contextlib import AsyncExitStack
from typing import Any, Final

from fillgate.domain.clock import Clock
from fillgate.domain.errors import AccountDown, ConfigurationError
from fillgate.plugins.ccxt.abilities import abilities_of
from fillgate.plugins.ccxt.clients import (
    Maker,
    close,
    exchange_class,
    fee_attached,
    hosts_of,
)
from fillgate.plugins.ccxt.credentials import Credentials
from fillgate.plugins.ccxt.hosts import LoopbackResolver
from fillgate.plugins.ccxt.opened import Opened
from fillgate.plugins.ccxt.options import Options, practice_place, tls_context
from fillgate.plugins.ccxt.sessions import Network
from fillgate.plugins.ccxt.turns import Nonces, Turns
from fillgate.plugins.ccxt.venue_time import VenueTime
from fillgate.plugins.ccxt.venues import Venue, market_types_of, venue_of

__all__ = ["open_account"]

_ELSEWHERE: Final = ("example.com", "fillgate.invalid")


async def open_account(
    options: Options, credentials: Credentials, clock: Clock, time: VenueTime, where: str
) -> Opened:
    """Open an account and load its markets.

    Raises:
        ConfigurationError: a setting is wrong.
        Exception: what ccxt raises when the exchange does not answer.
    """
    venue = _venue(options, where)
    maker = Maker(
        kind=exchange_class(options.exchange, where),
        options=options,
        credentials=credentials,
        venue=venue,
        clock=clock,
        time=time,
        turns=Turns(),
        nonces=Nonces(),
    )
    async with AsyncExitStack() as stack:
        opened = await _connected(maker, _network(maker, where), where, stack)
        await opened.load_markets()
        opened.stack = stack.pop_all()
    return opened


def _venue(options: Options, where: str) -> Venue:
    types = market_types_of(options.exchange)
    if options.market_type not in types:
        known = ", ".join(sorted(types))
        msg = f"`{where}.market_type`: {options.exchange} is traded with {known}; found "
        raise ConfigurationError(msg + f"{options.market_type.value!r}")
    return venue_of(options.exchange, options.market_type)


def _network(maker: Maker, where: str) -> Network:
    options = maker.options
    practice = None if options.practice is None else practice_place(options.practice)
    return Network(
        tls=tls_context(options, where),
        connect_seconds=options.connect_timeout,
        practice=practice,
        hosts=frozenset() if practice is None else hosts_of(maker.make(None)),
    )


async def _connected(maker: Maker, network: Network, where: str, stack: AsyncExitStack) -> Opened:
    options = maker.options
    await _check_sealed(network)
    for_orders = network.for_orders(options.answer_timeout, options.max_connections)
    stack.push_async_callback(for_orders.close)
    for_questions = network.for_questions(options.data_timeout)
    stack.push_async_callback(for_questions.close)
    orders = maker.make(for_orders, for_orders=True)
    stack.push_async_callback(close, orders)
    questions = maker.make(for_questions)
    stack.push_async_callback(close, questions)
    _check_fees(questions, options, where)
    return Opened(
        options=options,
        credentials=maker.credentials,
        venue=maker.venue,
        abilities=abilities_of(maker.venue, options.market_type, questions.has, questions.features),
        network=network,
        maker=maker,
        orders=orders,
        questions=questions,
    )


def _check_fees(exchange: Any, options: Options, where: str) -> None:
    name = fee_attached(exchange)
    if name is not None and not options.accept_fees:
        raise ConfigurationError(
            f"`{where}.accept_fees`: ccxt's option {name!r} has orders pay a fee to others than "
            f"{options.exchange}; expected true if that is meant, found false"
        )


async def _check_sealed(network: Network) -> None:
    if network.practice is None:
        return
    resolver = LoopbackResolver(dict.fromkeys(network.hosts, network.practice))
    for host in network.hosts:
        await resolver.resolve(host)
    for host in _ELSEWHERE:
        try:
            await resolver.resolve(host)
        except OSError:
            continue
        raise AccountDown(f"{host} could be reached, though the account is for practice")
