"""The plugin: sends orders to a CCXT service and asks it for quotes and its health.

Invariants:

1. What a service can do beyond that is what its `/health` said last: declared, and there, and not
   declared and not there.
2. An answer is read by the protocol of the bridge only if it names an ending by itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from fillgate.domain.capabilities import Capabilities
from fillgate.domain.errors import CodedError, NotSent
from fillgate.domain.market import MarketData
from fillgate.domain.orders import Order
from fillgate.domain.reports import ExecutionResult
from fillgate.plugins.base import ExecutionPlugin
from fillgate.plugins.ccxt_http.bridged import METHODS, BridgedAccount, redacted
from fillgate.plugins.ccxt_http.endings import names_an_ending, told_result
from fillgate.plugins.ccxt_http.options import AccountOptions, Options, read_settings, tls_context
from fillgate.plugins.ccxt_http.orders import ORDER_TYPES, encode_order, encode_whole
from fillgate.plugins.ccxt_http.protocol import HEALTH, WEBHOOK, place_text
from fillgate.plugins.ccxt_http.quotes import check_health, market_data, spoken, ticker_path
from fillgate.plugins.ccxt_http.signing import Signer
from fillgate.plugins.ccxt_http.verdict import Submitted, result_of
from fillgate.plugins.ccxt_http.wire import Answer, ServiceFailure, Timeouts, Wire, ending_of

__all__ = ["CcxtHttpPlugin"]

_QUESTIONS_AT_ONCE: Final = 16
_LARGEST_LIST: Final = 64 * 1024 * 1024
"""Bytes of the longest list that is taken: all symbols of an exchange, all fills of a while."""
_STREAMS_AT_ONCE: Final = 2
"""The next may be opened before the last is closed."""
_SILENCE_SECONDS: Final = 5.0
"""How long a stream of reports may be silent: several times the pause between signs of life."""


@dataclass(frozen=True, slots=True)
class _Service:
    """An account's service: how to reach it, once for orders and once for questions."""

    options: Options
    signer: Signer
    orders: Wire
    questions: Wire
    more: BridgedAccount
    """What can be done if the service speaks the protocol of the bridge."""

    async def close(self) -> None:
        await self.orders.close()
        await self.questions.close()
        await self.more.close()


class CcxtHttpPlugin(ExecutionPlugin):
    """An account at an exchange that an external CCXT service trades on.

    A service that speaks the protocol of the bridge (`protocol`) is asked for all that its account
    can do, lookups among it. What any other answers is read as `verdict` says; it hears our client
    order id but cannot be asked for an order by it, so what it leaves unanswered stays UNKNOWN
    until a person decides.
    """

    capabilities = Capabilities(order_types=ORDER_TYPES, attached_stops=True)
    options = AccountOptions
    _service: _Service | None = None
    _told: Capabilities | None = None
    """What the service's account can do by the protocol of the bridge; None if it speaks it not."""

    async def init(self, config: Mapping[str, Any]) -> None:
        """Read the settings (`Options` and `webhook_secret`) and ask the service for its health.

        Raises:
            ConfigurationError: a setting is wrong.
            ServiceFailure: the service does not answer or is not well; the text says why.
        """
        await self.close()
        service = self._open(config)
        try:
            told = await _health(service)
        except BaseException:
            await service.close()
            raise
        self._service = service
        self._take(service, told)

    def _take(self, service: _Service, told: Capabilities | None) -> None:
        """Declare, and have, what the service says that it can do."""
        if told != self._told:
            self.context.logger.info(
                "service-capabilities", account=self.name, has_protocol=told is not None
            )
        self._told = told
        self.capabilities = _capabilities(service.options) if told is None else told
        for name in METHODS:
            vars(self).pop(name, None)
            if getattr(self.capabilities, name):
                setattr(self, name, getattr(service.more, name))

    def _open(self, config: Mapping[str, Any]) -> _Service:
        where = f"accounts.{self.name}"
        options, signer = read_settings(config, where)
        tls = tls_context(options, where)

        def wire(answer: float, **limits: int) -> Wire:
            return Wire(options.base_url, tls, _timeouts(options, answer), **limits)

        orders = wire(options.answer_timeout, connections=options.max_connections, keep=0)
        questions = wire(options.data_timeout, connections=_QUESTIONS_AT_ONCE, keep=1)
        more = BridgedAccount(
            acts=orders,
            questions=wire(
                options.data_timeout,
                connections=_QUESTIONS_AT_ONCE,
                keep=1,
                largest=_LARGEST_LIST,
            ),
            reports=wire(_SILENCE_SECONDS, connections=_STREAMS_AT_ONCE, keep=0),
            signer=signer,
            place=place_text(options.exchange, testnet=options.testnet),
            clock=self.context.clock,
        )
        return _Service(options, signer, orders, questions, more)

    async def execute_order(self, order: Order) -> ExecutionResult:
        """Send the order, once, and return what the service answered; see the base class."""
        service = self._service
        if service is None:
            raise NotSent("NOT_READY", "the account has not been initialised")
        answer = await self._post(service, order)
        try:
            return self._result(service, order, answer)
        except CodedError as ending:
            raise redacted(ending, service.signer) from None

    def _result(self, service: _Service, order: Order, answer: Answer) -> ExecutionResult:
        if self._told is not None and names_an_ending(answer):
            return told_result(answer)
        submitted = Submitted(
            order=order,
            timestamp=self.context.clock.now() // 1000,
            error_means_rejected=service.options.error_means_rejected,
        )
        return result_of(submitted, answer)

    def _body(self, options: Options, order: Order) -> bytes:
        now, exchange, testnet = self.context.clock.now(), options.exchange, options.testnet
        if self._told is not None:
            return encode_whole(order, now=now, exchange=exchange, testnet=testnet)
        return encode_order(order, timestamp=now // 1_000_000, exchange=exchange, testnet=testnet)

    async def _post(self, service: _Service, order: Order) -> Answer:
        body = self._body(service.options, order)
        headers = {
            "Content-Type": "application/json",
            "X-Webhook-Signature": service.signer.signature(body),
        }
        try:
            return await service.orders.post(WEBHOOK, body, headers)
        except Exception as error:
            raise ending_of(error) from error

    async def fetch_data(self, symbol: str) -> MarketData:
        """Return the service's ticker of a symbol.

        Raises:
            ServiceFailure: the service could not be asked, or answered no sound quote.
        """
        answer = await self._ready().questions.get(ticker_path(symbol))
        return market_data(symbol, answer, self.context.clock.now() // 1000)

    async def health_check(self) -> bool:
        """Return True if the service says that it is well, and heed what else it says.

        It may be another one than before: what it can do counts from now on.

        Raises:
            ServiceFailure: it does not; the text says why.
        """
        service = self._ready()
        self._take(service, await _health(service))
        return True

    async def close(self) -> None:
        """Close all connections. May be called again."""
        service, self._service = self._service, None
        for name in METHODS:
            vars(self).pop(name, None)
        if service is not None:
            await service.close()

    def _ready(self) -> _Service:
        if self._service is None:
            raise ServiceFailure(f"the account {self.name!r} has not been initialised")
        return self._service


async def _health(service: _Service) -> Capabilities | None:
    # Signed, so that a bridge tells of a wrong secret or clock before there is an order.
    answer = await service.questions.get(HEALTH, service.more.signed_headers("GET", HEALTH))
    check_health(answer)
    return spoken(answer)


def _timeouts(options: Options, answer: float) -> Timeouts:
    pool, connect = options.pool_timeout, options.connect_timeout
    # The connection's time-out counts once for TCP and once for TLS.
    return Timeouts(pool=pool, connect=connect, answer=answer, whole=pool + 2 * connect + answer)


def _capabilities(options: Options) -> Capabilities:
    """What the account can do, with what the settings know of its service."""
    return Capabilities(
        order_types=ORDER_TYPES,
        attached_stops=True,
        time_in_force=options.time_in_force,
        reduce_only=options.reduce_only,
        post_only=options.post_only,
    )
