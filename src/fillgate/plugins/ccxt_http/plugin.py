"""The plugin: sends orders to a CCXT service and asks it for quotes and its health."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from fillgate.domain.capabilities import Capabilities
from fillgate.domain.errors import CodedError, NotSent
from fillgate.domain.market import MarketData
from fillgate.domain.orders import Order
from fillgate.domain.reports import ExecutionResult
from fillgate.plugins.base import ExecutionPlugin
from fillgate.plugins.ccxt_http.options import AccountOptions, Options, read_settings, tls_context
from fillgate.plugins.ccxt_http.orders import ORDER_TYPES, encode_order
from fillgate.plugins.ccxt_http.quotes import check_health, market_data, ticker_path
from fillgate.plugins.ccxt_http.signing import Signer
from fillgate.plugins.ccxt_http.verdict import Submitted, result_of
from fillgate.plugins.ccxt_http.wire import Answer, ServiceFailure, Timeouts, Wire, ending_of

__all__ = ["CcxtHttpPlugin"]

_WEBHOOK: Final = "/webhook/tradingview"
_HEALTH: Final = "/health"
_QUESTIONS_AT_ONCE: Final = 16
_LONGEST_TEXT: Final = 500


@dataclass(frozen=True, slots=True)
class _Service:
    """An account's service: how to reach it, once for orders and once for questions."""

    options: Options
    signer: Signer
    orders: Wire
    questions: Wire

    async def close(self) -> None:
        await self.orders.close()
        await self.questions.close()


class CcxtHttpPlugin(ExecutionPlugin):
    """An account at an exchange that an external CCXT service trades on.

    What the service answers is read as `verdict` says. It hears our client order id but cannot be
    asked for an order by it, so what it leaves unanswered stays UNKNOWN until a person decides.
    """

    capabilities = Capabilities(order_types=ORDER_TYPES, attached_stops=True)
    options = AccountOptions
    _service: _Service | None = None

    async def init(self, config: Mapping[str, Any]) -> None:
        """Read the settings (`Options` and `webhook_secret`) and ask the service for its health.

        Raises:
            ConfigurationError: a setting is wrong.
            ServiceFailure: the service does not answer or is not well; the text says why.
        """
        await self.close()
        service = self._open(config)
        try:
            check_health(await service.questions.get(_HEALTH))
        except BaseException:
            await service.close()
            raise
        self.capabilities = _capabilities(service.options)
        self._service = service

    def _open(self, config: Mapping[str, Any]) -> _Service:
        where = f"accounts.{self.name}"
        options, signer = read_settings(config, where)
        tls = tls_context(options, where)
        return _Service(
            options,
            signer,
            orders=Wire(
                options.base_url,
                tls,
                _timeouts(options, options.answer_timeout),
                connections=options.max_connections,
                keep=0,
            ),
            questions=Wire(
                options.base_url,
                tls,
                _timeouts(options, options.data_timeout),
                connections=_QUESTIONS_AT_ONCE,
                keep=1,
            ),
        )

    async def execute_order(self, order: Order) -> ExecutionResult:
        """Send the order, once, and return what the service answered; see the base class."""
        service = self._service
        if service is None:
            raise NotSent("NOT_READY", "the account has not been initialised")
        answer = await self._post(service, order)
        submitted = Submitted(
            order=order,
            timestamp=self.context.clock.now() // 1000,
            error_means_rejected=service.options.error_means_rejected,
        )
        try:
            return result_of(submitted, answer)
        except CodedError as ending:
            text = service.signer.redact(ending.text)[:_LONGEST_TEXT]
            raise type(ending)(ending.code, text) from None

    async def _post(self, service: _Service, order: Order) -> Answer:
        options = service.options
        body = encode_order(
            order,
            timestamp=self.context.clock.now() // 1_000_000,
            exchange=options.exchange,
            testnet=options.testnet,
        )
        headers = {
            "Content-Type": "application/json",
            "X-Webhook-Signature": service.signer.signature(body),
        }
        try:
            return await service.orders.post(_WEBHOOK, body, headers)
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
        """Return True if the service says that it is well.

        Raises:
            ServiceFailure: it does not; the text says why.
        """
        check_health(await self._ready().questions.get(_HEALTH))
        return True

    async def close(self) -> None:
        """Close all connections. May be called again."""
        service, self._service = self._service, None
        if service is not None:
            await service.close()

    def _ready(self) -> _Service:
        if self._service is None:
            raise ServiceFailure(f"the account {self.name!r} has not been initialised")
        return self._service


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
