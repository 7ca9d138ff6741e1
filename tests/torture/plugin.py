"""A plugin as somebody else would write it: it speaks to the venue of the torture.

It needs of fillgate only `fillgate.domain` and `fillgate.plugins.base`, and keeps to the four
endings to the letter: Rejected for what the venue refused in words, NotSent for a refused
connection, and Unknown for all else.
"""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec

from fillgate.domain.capabilities import Capabilities
from fillgate.domain.errors import NotSent, Rejected, Unknown
from fillgate.domain.fills import Fee, Fill
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.market import MarketData
from fillgate.domain.options import read_options
from fillgate.domain.orders import Order, OrderType, Side
from fillgate.domain.reports import ExecutionReport, ExecutionResult, Found, Lookup, NotFound
from fillgate.domain.settings import Setting
from fillgate.plugins.base import ExecutionPlugin, VenueFill, VenuePosition
from tests.torture import wire
from tests.torture.wire import Answer, Request, Told, ToldFill, decoded, encoded

__all__ = ["AFTER_ANSWER", "BEFORE_SEND", "STABBED", "TorturePlugin", "dagger_of", "die_if"]

BEFORE_SEND: Final = "before-send"
AFTER_ANSWER: Final = "after-answer"
STABBED: Final = "TORTURE_DAGGERS"
"""The environment's name for the folder of the daggers, for plugins that have no setting for it."""


class TortureOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What can be set for an account of the type `torture`."""

    port: Annotated[int, Setting("Where the venue listens on this machine.", least=1, most=65535)]
    settle_seconds: Annotated[
        float, Setting("How long the venue may hide an order.", least=0, most=60)
    ] = 1.0
    daggers: Annotated[
        str | None,
        Setting("A folder; a file in it named for a moment ends this process at that moment."),
    ] = None


def _capabilities(settle_seconds: float) -> Capabilities:
    return Capabilities(
        order_types=frozenset({OrderType.MARKET, OrderType.LIMIT}),
        fetch_order=True,
        settle_seconds=settle_seconds,
        cancel_order=True,
        replace_order=True,
        open_orders=True,
        fills=True,
        positions=True,
        stream_reports=True,
    )


class TorturePlugin(ExecutionPlugin):
    """An account at the venue of the torture."""

    capabilities = _capabilities(1.0)
    options = TortureOptions
    _options: TortureOptions

    async def init(self, config: Mapping[str, Any]) -> None:
        self._options = read_options(TortureOptions, config, f"accounts.{self.name}")
        self.capabilities = _capabilities(self._options.settle_seconds)
        await self._ask(wire.Ping())

    async def health_check(self) -> bool:
        return (await self._ask(wire.Ping())).ok

    async def fetch_data(self, symbol: str) -> MarketData:
        now = self.context.clock.now() // 1000
        return MarketData(symbol=symbol, last=Decimal(100), timestamp=now)

    async def execute_order(self, order: Order) -> ExecutionResult:
        told = await self._request(
            wire.New(
                client_order_id=order.client_order_id,
                symbol=order.symbol,
                side=order.side,
                order_type=order.order_type,
                quantity=order.quantity,
                price=order.price,
            )
        )
        return ExecutionResult(
            success=True,
            order_id=told.order_id,
            filled_quantity=told.filled,
            average_price=told.average_price,
            timestamp=told.at,
            status=OrderStatus(told.status),
            fills=tuple(map(_fill, told.fills)),
        )

    async def cancel_order(
        self, *, client_order_id: str, order_id: str | None = None, symbol: str, request_id: str
    ) -> ExecutionReport:
        cancel = wire.Cancel(original=client_order_id, request=request_id)
        return _report(await self._request(cancel))

    async def replace_order(
        self, *, client_order_id: str, order_id: str | None = None, order: Order
    ) -> ExecutionReport:
        return _report(
            await self._request(
                wire.Replace(
                    original=client_order_id,
                    request=order.client_order_id,
                    quantity=order.quantity,
                    price=order.price,
                )
            )
        )

    async def fetch_order(
        self,
        *,
        client_order_id: str,
        order_id: str | None = None,
        symbol: str,
        since: int | None = None,
    ) -> Lookup:
        answer = await self._ask(wire.Lookup(client_order_id=client_order_id))
        if answer.ok and answer.order is not None:
            return Found(_report(answer.order))
        if answer.code == "NOT_FOUND":
            return NotFound()
        raise Unknown("NO_ANSWER", f"the venue answered {answer}")

    async def open_orders(self, symbol: str | None = None) -> Sequence[ExecutionReport]:
        answer = await self._ask(wire.OpenOrders())
        return [_report(told) for told in answer.orders if symbol in {None, told.symbol}]

    async def fills(self, *, symbol: str | None = None, since: int) -> Sequence[VenueFill]:
        answer = await self._ask(wire.Fills(since=since))
        return [_venue_fill(told) for told in answer.fills if symbol in {None, told.symbol}]

    async def positions(self) -> Sequence[VenuePosition]:
        held = (await self._ask(wire.Positions())).positions
        return [VenuePosition(symbol=symbol, quantity=held[symbol]) for symbol in held]

    async def stream_reports(self) -> AsyncIterator[ExecutionReport]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._options.port)
        try:
            writer.write(encoded(wire.Stream()))
            while True:
                yield _report(decoded(await reader.readline(), Told))
        finally:
            writer.close()

    async def _request(self, request: Request) -> Told:
        """Send what changes an order, once; the endings are those of `execute_order`."""
        kind = type(request).__name__.lower()
        self._die_if(BEFORE_SEND, kind)
        try:
            answer = await self._ask(request)
        except ConnectionRefusedError as error:
            raise NotSent("CONNECTION_REFUSED", str(error)) from None
        except (OSError, EOFError, msgspec.DecodeError) as error:
            raise Unknown("NO_ANSWER", f"{type(error).__name__}: {error}") from None
        self._die_if(AFTER_ANSWER, kind)
        if not answer.ok and answer.code and answer.text:
            raise Rejected(answer.code, answer.text)
        if answer.order is None:
            raise Unknown("NO_ORDER_ID", f"the venue said: {answer.text}")
        return answer.order

    async def _ask(self, request: Request) -> Answer:
        return await wire.ask("127.0.0.1", self._options.port, request)

    def _die_if(self, moment: str, kind: str) -> None:
        """End this process as a power cut would, if somebody has asked for it at this moment."""
        if self._options.daggers is not None:
            die_if(Path(self._options.daggers), moment, kind)


def die_if(daggers: Path, moment: str, kind: str) -> None:
    """End this process as a power cut would, if there is a dagger for this moment."""
    dagger = daggers / dagger_of(moment, kind)
    if dagger.exists():
        dagger.unlink()
        os.kill(os.getpid(), signal.SIGKILL)


def dagger_of(moment: str, kind: str) -> str:
    """Return the name of the file that ends the process at a moment of a request of this kind."""
    return f"{moment}-{kind}"


def _report(told: Told) -> ExecutionReport:
    return ExecutionReport(
        client_order_id=told.client_order_id,
        order_id=told.order_id,
        symbol=told.symbol,
        side=Side(told.side),
        quantity=told.quantity,
        price=told.price,
        status=OrderStatus(told.status),
        filled_quantity=told.filled,
        average_price=told.average_price,
        fills=tuple(map(_fill, told.fills)),
        created=told.created,
        timestamp=told.at,
    )


def _fill(told: ToldFill) -> Fill:
    return Fill(
        fill_id=told.fill_id,
        quantity=told.quantity,
        price=told.price,
        fees=(Fee("USDT", told.fee),),
        timestamp=told.at,
    )


def _venue_fill(told: ToldFill) -> VenueFill:
    return VenueFill(
        order_id=told.order_id,
        client_order_id=told.client_order_id,
        symbol=told.symbol,
        side=Side(told.side),
        fill=_fill(told),
    )
