"""The plugin as fillgate uses it, against a real service on a socket."""

import asyncio
import json
from decimal import Decimal
from typing import Any

import pytest

from fillgate.domain.errors import ConfigurationError, NotSent, Rejected, Unknown
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.market import MarketData
from fillgate.domain.orders import OrderType, TimeInForce
from fillgate.domain.reports import ExecutionResult
from fillgate.plugins.base import ExecutionPlugin
from fillgate.plugins.ccxt_http import CcxtHttpPlugin, ServiceFailure
from fillgate.testing import RecordingLogger, VirtualClock, plugin_context
from tests.plugins.ccxt_http.conftest import an_order, config_of
from tests.plugins.ccxt_http.service import SECRET, Service, answer, send_and_close

pytestmark = pytest.mark.anyio


async def test_an_order_from_end_to_end(service: Service) -> None:
    clock = VirtualClock(start=1_800_000_000_999_999)
    plugin = CcxtHttpPlugin("acme", plugin_context(clock=clock))
    await plugin.init(config_of(service, exchange="kraken", testnet=True))
    result = await plugin.execute_order(an_order(order_type=OrderType.LIMIT, price=Decimal("99.5")))
    await plugin.close()
    assert result == ExecutionResult(
        success=True,
        order_id="venue-1",
        filled_quantity=Decimal("0.5"),
        average_price=Decimal("99.5"),
        timestamp=1_800_000_000_999,
        status=OrderStatus.FILLED,
    )
    (order,) = service.orders
    assert (order.method, order.target) == ("POST", "/webhook/tradingview")
    assert order.headers["content-type"] == "application/json"
    assert service.is_signed(order)
    assert json.loads(order.body) == {
        "timestamp": 1_800_000_000,
        "symbol": "BTC/USDT",
        "action": "buy",
        "order_type": "limit",
        "quantity": 0.5,
        "price": 99.5,
        "stop_loss": None,
        "take_profit": None,
        "confidence": None,
        "exchange": "kraken",
        "testnet": True,
        "client_order_id": "fgtest000000100",
    }


async def test_another_secret_is_rejected_by_the_service(
    service: Service, plugin: CcxtHttpPlugin
) -> None:
    await plugin.init(config_of(service, webhook_secret="another"))
    with pytest.raises(Rejected) as caught:
        await plugin.execute_order(an_order())
    assert caught.value.code == "BAD_SIGNATURE"


async def test_a_path_in_the_base_url_is_kept(service: Service, plugin: CcxtHttpPlugin) -> None:
    await plugin.init(config_of(service, base_url=service.url + "/ccxt/v1/"))
    await plugin.execute_order(an_order())
    await plugin.fetch_data("BTC/USDT")
    assert [request.target for request in service.requests] == [
        "/ccxt/v1/health",
        "/ccxt/v1/webhook/tradingview",
        "/ccxt/v1/ticker/BTC%2FUSDT",
    ]


async def test_a_quote(service: Service, plugin: CcxtHttpPlugin) -> None:
    await plugin.init(config_of(service))
    assert await plugin.fetch_data("BTC/USDT") == MarketData(
        symbol="BTC/USDT",
        bid=Decimal("99.5"),
        ask=Decimal("100.5"),
        last=Decimal("100.25"),
        volume=Decimal(12),
        timestamp=1_767_225_600_000,
    )


async def test_health(service: Service, plugin: CcxtHttpPlugin) -> None:
    await plugin.init(config_of(service))
    assert await plugin.health_check()
    service.on_health = answer({"status": "down", "message": "no exchange"})
    with pytest.raises(ServiceFailure, match="status down no exchange"):
        await plugin.health_check()
    service.on_health = send_and_close(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")
    with pytest.raises(ServiceFailure, match=r"GET http://localhost:\d+/health: RemoteProtocol"):
        await plugin.health_check()


async def test_init_fails_with_the_reason_and_may_be_called_again(
    service: Service, plugin: CcxtHttpPlugin
) -> None:
    service.on_health = answer({"message": "starting"}, status=503)
    for _ in range(3):
        with pytest.raises(ServiceFailure, match="HTTP 503 starting"):
            await plugin.init(config_of(service))
        with pytest.raises(NotSent, match="NOT_READY"):
            await plugin.execute_order(an_order())
    service.on_health = None
    await plugin.init(config_of(service))
    await plugin.init(config_of(service))
    assert (await plugin.execute_order(an_order())).success
    assert service.connections == 6, "three failures, two more inits, one order"


async def test_no_connection_is_left_behind(service: Service, plugin: CcxtHttpPlugin) -> None:
    service.keeps_open = True
    closed: list[asyncio.Task[None]] = []
    await plugin.init(config_of(service))
    closed += service._tasks
    await plugin.init(config_of(service))
    service.on_health = answer({}, status=500)
    closed += service._tasks
    with pytest.raises(ServiceFailure):
        await plugin.init(config_of(service))
    closed += service._tasks
    # Each ends when its client has closed the connection.
    async with asyncio.timeout(30):
        await asyncio.gather(*closed)
    assert service.connections == 3


async def test_a_service_that_is_not_there_keeps_the_account_down(plugin: CcxtHttpPlugin) -> None:
    async with Service() as service:
        config = config_of(service)
    with pytest.raises(ServiceFailure, match=r"GET http://localhost:\d+/health: ConnectError"):
        await plugin.init(config)


async def test_a_cancelled_init_leaves_nothing_open(
    service: Service, plugin: CcxtHttpPlugin
) -> None:
    service.on_health = service.silence
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await plugin.init(config_of(service))
    assert plugin._service is None
    service.released.set()
    await asyncio.gather(*service._tasks)


async def test_a_wrong_setting_is_a_configuration_error_and_asks_nobody(
    service: Service, plugin: CcxtHttpPlugin
) -> None:
    with pytest.raises(ConfigurationError, match=r"`accounts\.acme\.connect_timeout`"):
        await plugin.init(config_of(service, connect_timeout=0))
    assert service.connections == 0


async def test_before_init_and_after_close_nothing_is_sent(
    service: Service, plugin: CcxtHttpPlugin
) -> None:
    await plugin.close()
    for _ in range(2):
        with pytest.raises(NotSent, match="NOT_READY"):
            await plugin.execute_order(an_order())
        with pytest.raises(ServiceFailure, match="not been initialised"):
            await plugin.fetch_data("BTC/USDT")
        with pytest.raises(ServiceFailure, match="not been initialised"):
            await plugin.health_check()
        await plugin.init(config_of(service))
        await plugin.close()
    assert service.orders == []


async def test_an_order_that_cannot_be_asked_for_is_not_sent(
    service: Service, plugin: CcxtHttpPlugin
) -> None:
    await plugin.init(config_of(service))
    with pytest.raises(NotSent, match=r"NOT_SUPPORTED: .*leverage=2"):
        await plugin.execute_order(an_order(leverage=Decimal(2)))
    assert service.orders == []


async def test_capabilities_are_what_the_service_is_known_to_honour(
    service: Service, plugin: CcxtHttpPlugin
) -> None:
    plain = CcxtHttpPlugin.capabilities
    assert plain.order_types == {
        OrderType.MARKET,
        OrderType.LIMIT,
        OrderType.STOP,
        OrderType.STOP_LIMIT,
    }
    assert plain.attached_stops
    assert not plain.fetch_order
    await plugin.init(config_of(service))
    assert plugin.capabilities == plain
    await plugin.init(config_of(service, time_in_force=["IOC"], reduce_only=True, post_only=True))
    able = plugin.capabilities
    assert able.time_in_force == frozenset({TimeInForce.IOC})
    assert able.reduce_only
    assert able.post_only
    assert CcxtHttpPlugin.capabilities == plain


async def test_what_is_declared_is_there_and_nothing_else() -> None:
    methods = {"fetch_order", "cancel_order", "replace_order", "open_orders", "fills"}
    methods |= {"positions", "balances", "instruments", "stream_reports", "stream_data"}
    for name in methods:
        declared = getattr(CcxtHttpPlugin.capabilities, name)
        written = getattr(CcxtHttpPlugin, name) is not getattr(ExecutionPlugin, name)
        assert declared == written, name


async def test_a_service_known_to_be_exact(service: Service, plugin: CcxtHttpPlugin) -> None:
    service.on_order = answer({"status": "error", "message": "it did not work"})
    await plugin.init(config_of(service))
    with pytest.raises(Unknown, match="NO_DEFINITE_REASON: it did not work"):
        await plugin.execute_order(an_order())
    await plugin.init(config_of(service, error_means_rejected=True))
    with pytest.raises(Rejected, match="ERROR: it did not work"):
        await plugin.execute_order(an_order())


ECHO = f"signature mismatch, expected with {SECRET} " + "x" * 600
# The secret stands where the text is cut off.
CUT = "x" * (500 - len(SECRET) // 2) + SECRET


@pytest.mark.parametrize(
    ("status", "content"),
    [
        (200, {"status": "error", "message": ECHO}),
        (200, {"status": SECRET, "message": ECHO}),
        (401, {"detail": ECHO}),
        (401, {"detail": CUT}),
        (500, {"detail": ECHO}),
        (200, {"status": "ok", "order_id": None, "message": ECHO}),
    ],
)
async def test_the_secret_is_in_no_log_and_no_error(
    service: Service, status: int, content: dict[str, Any]
) -> None:
    logger = RecordingLogger()
    plugin = CcxtHttpPlugin("acme", plugin_context(logger=logger))
    service.on_order = answer(content, status=status)
    await plugin.init(config_of(service))
    with pytest.raises((Rejected, Unknown)) as caught:
        await plugin.execute_order(an_order())
    shown = f"{caught.value!r} {caught.value} {plugin._service!r} {logger.entries!r}"
    await plugin.close()
    assert SECRET not in shown
    assert SECRET[:5] not in shown
    assert len(caught.value.text) <= 500


async def test_many_orders_at_once_arrive_once_each(
    service: Service, plugin: CcxtHttpPlugin
) -> None:
    await plugin.init(config_of(service, max_connections=4, pool_timeout=60))
    ids = [f"fgtest{number:07}00" for number in range(40)]
    results = await asyncio.gather(
        *(plugin.execute_order(an_order(client_order_id=each)) for each in ids)
    )
    assert len({result.order_id for result in results}) == len(ids)
    assert sorted(order.fields["client_order_id"] for order in service.orders) == ids
