"""The venue of the torture: a process of its own with a ledger on disk, whatever becomes of others.

    python -m tests.torture.venue LEDGER PORT READY SEED FAULTS

listens on the port (0 takes a free one), writes the port it has into the file READY, and goes on
with what the ledger holds. FAULTS is a JSON object of the rates that are not 0.
"""

import asyncio
import socket
import struct
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import msgspec

from tests.torture.book import Book, VenueOrder
from tests.torture.faults import NO_FAULTS, Dice, Faults
from tests.torture.ledger import Arrived, Injected, Ledger, Started, read_ledger
from tests.torture.market import Market, can_be_replaced
from tests.torture.reports import Reports
from tests.torture.wire import (
    Answer,
    Cancel,
    Fills,
    Heal,
    Hold,
    Lookup,
    New,
    OpenOrders,
    Ping,
    Positions,
    Quiet,
    Replace,
    Request,
    Stream,
    decoded,
    encoded,
)

HIDDEN_SECONDS: Final = 0.4
"""How long a lookup may miss an order that is there. The plugin declares more."""
SLOW_SECONDS: Final = (0.05, 0.8)
EARLY_SECONDS: Final = 0.03
_RESET: Final = struct.pack("ii", 1, 0)


class Held:
    """The next request of a kind is done and not answered until it is released."""

    def __init__(self) -> None:
        self.arrived: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.released = asyncio.Event()

    async def keep(self) -> None:
        """Say that it is there, and return once it is released."""
        self.arrived.set_result("there")
        await self.released.wait()


class Caller:
    """The other end of a connection."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, held: Held | None
    ) -> None:
        self.reader = reader
        self.writer = writer
        self.held = held

    async def answer(self, answer: Answer) -> None:
        if self.held is not None:
            await self.held.keep()
        self.writer.write(encoded(answer))

    def truncate(self, answer: Answer) -> None:
        line = encoded(answer)
        self.writer.write(line[: len(line) // 2])

    def reset(self) -> None:
        sock = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self.writer.transport.abort()

    async def gone(self) -> None:
        """Return once it has hung up."""
        await self.reader.read()


class Venue:
    """Serves requests and does wrong what the dice say."""

    def __init__(self, ledger: Path, seed: str, faults: Faults) -> None:
        book = Book.of(read_ledger(ledger))
        self._dice = Dice(f"{seed}:{book.starts}", faults)
        self._reports = Reports(self._dice)
        self._market = Market(Ledger(ledger), book, self._dice, self._publish)
        self._hidden: dict[str, float] = {}
        self._held: dict[str, Held] = {}
        self._market.write(Started())
        self._market.resume()
        self._handlers: dict[type[Request], Callable[[Any, Caller], Awaitable[None]]] = {
            New: self._new,
            Cancel: self._cancel,
            Replace: self._replace,
            Lookup: self._lookup,
            OpenOrders: self._open_orders,
            Fills: self._fills,
            Positions: self._positions,
            Stream: self._stream,
            Ping: self._ping,
            Hold: self._hold,
            Heal: self._heal,
            Quiet: self._quiet,
        }

    async def close(self) -> None:
        """Do nothing any more."""
        await self._market.close()

    async def serve_one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve a connection."""
        try:
            # Who hangs up halfway has asked for nothing.
            with suppress(OSError, EOFError, msgspec.DecodeError):
                request: Request = decoded(await reader.readline(), Request)
                held = self._held.pop(type(request).__name__.lower(), None)
                await self._handlers[type(request)](request, Caller(reader, writer, held))
        finally:
            writer.close()

    def _publish(self, told: Any) -> None:
        self._reports.publish(told)
        while self._reports.lost:
            self._market.write(Injected(fault=f"report: {self._reports.lost.pop()}"))

    def _happens(self, fault: str) -> bool:
        happens = self._dice.happens(fault)
        if happens:
            self._market.write(Injected(fault=f"question: {fault}"))
        return happens

    def _arrived(self, request: str, client_order_id: str, caller: Caller) -> str:
        """Note a request; return what goes wrong with it, which is nothing if it is held."""
        fault = "" if caller.held else self._dice.fault_of(request)
        self._market.write(Arrived(request=request, client_order_id=client_order_id, fault=fault))
        return fault

    # Orders

    async def _new(self, new: New, caller: Caller) -> None:
        fault = self._arrived("new", new.client_order_id, caller)
        if fault == "dropped":
            caller.reset()
        elif fault == "refused":
            self._market.refuse(new, "NO_FUNDS")
            await caller.answer(Answer(ok=False, code="NO_FUNDS", text="there is not enough"))
        else:
            order = self._market.accept(new)
            if self._happens("hidden"):
                seconds = self._dice.between(0, HIDDEN_SECONDS)
                self._hidden[order.order_id] = time.monotonic() + seconds
            await self._answer_badly(fault, order, caller)

    async def _answer_badly(self, fault: str, order: VenueOrder, caller: Caller) -> None:
        """Answer an accepted order as the fault has it."""
        match fault:
            case "lost_answer":
                await caller.gone()
                return
            case "reset":
                caller.reset()
                return
            case "truncated":
                caller.truncate(Answer(ok=True, order=order.told()))
                return
            case "nameless":
                await caller.answer(Answer(ok=True, text="taken"))
                return
            case "slow":
                await asyncio.sleep(self._dice.between(*SLOW_SECONDS))
            case "early_report":
                await asyncio.sleep(EARLY_SECONDS)
        await caller.answer(Answer(ok=True, order=order.told()))

    async def _cancel(self, cancel: Cancel, caller: Caller) -> None:
        fault = self._arrived("cancel", cancel.request, caller)
        order = self._known_now(cancel.original)
        if fault == "cancel_dropped":
            caller.reset()
        elif order is None or fault == "cancel_not_found":
            await caller.answer(_not_found(cancel.original))
        elif not order.is_open:
            await caller.answer(Answer(ok=False, code="TOO_LATE", text="it is over"))
        elif fault == "cancel_late":
            self._market.cancel_late(order, cancel)
            caller.reset()
        else:
            self._market.cancel(order, cancel)
            await self._answer_or_not(fault == "cancel_lost", order, caller)

    async def _replace(self, replace: Replace, caller: Caller) -> None:
        fault = self._arrived("replace", replace.request, caller)
        order = self._known_now(replace.original)
        if fault == "replace_dropped":
            caller.reset()
        elif order is None:
            await caller.answer(_not_found(replace.original))
        elif not can_be_replaced(order, replace):
            await caller.answer(Answer(ok=False, code="TOO_LATE", text="it is over"))
        elif fault == "replace_refused":
            await caller.answer(Answer(ok=False, code="NOT_NOW", text="the price is too far away"))
        elif fault == "replace_late":
            self._market.replace_late(order, replace)
            caller.reset()
        else:
            self._market.replace(order, replace)
            await self._answer_or_not(fault == "replace_lost", order, caller)

    async def _answer_or_not(self, lost: bool, order: VenueOrder, caller: Caller) -> None:
        if lost:
            await caller.gone()
        else:
            await caller.answer(Answer(ok=True, order=order.told()))

    # Questions

    def _known(self, client_order_id: str) -> VenueOrder | None:
        """Return an order unless it is hidden for now."""
        order = self._market.book.find(client_order_id)
        return None if order is None or self._is_hidden(order) else order

    def _known_now(self, client_order_id: str) -> VenueOrder | None:
        """Return the order that has this id now; what had it before a replace is not found."""
        order = self._known(client_order_id)
        return order if order is not None and order.client_ids[-1] == client_order_id else None

    def _is_hidden(self, order: VenueOrder) -> bool:
        return self._hidden.get(order.order_id, 0) > time.monotonic()

    async def _lookup(self, lookup: Lookup, caller: Caller) -> None:
        if self._happens("lookup_failed"):
            caller.reset()
            return
        order = self._known(lookup.client_order_id)
        if order is None:
            await caller.answer(_not_found(lookup.client_order_id))
        else:
            await caller.answer(Answer(ok=True, order=order.told()))

    async def _open_orders(self, _: OpenOrders, caller: Caller) -> None:
        if self._happens("list_failed"):
            caller.reset()
            return
        orders = [order for order in self._market.working() if not self._is_hidden(order)]
        await caller.answer(Answer(ok=True, orders=tuple(order.told() for order in orders)))

    async def _fills(self, fills: Fills, caller: Caller) -> None:
        if self._happens("list_failed"):
            caller.reset()
            return
        told = [
            order.told_fill(fill)
            for order in self._market.book.orders.values()
            for fill in order.fills
            if fill.at >= fills.since
        ]
        told.sort(key=lambda fill: fill.at)
        await caller.answer(Answer(ok=True, fills=tuple(told)))

    async def _positions(self, _: Positions, caller: Caller) -> None:
        if self._happens("list_failed"):
            caller.reset()
            return
        await caller.answer(Answer(ok=True, positions=self._market.book.positions))

    async def _stream(self, _: Stream, caller: Caller) -> None:
        await self._reports.follow(caller.reader, caller.writer)

    # For who runs the torture

    async def _ping(self, _: Ping, caller: Caller) -> None:
        await caller.answer(Answer(ok=True))

    async def _hold(self, hold: Hold, caller: Caller) -> None:
        held = self._held[hold.request] = Held()
        await caller.answer(Answer(ok=True, text="waiting"))
        await caller.answer(Answer(ok=True, text=await held.arrived))
        await caller.gone()
        held.released.set()

    async def _heal(self, _: Heal, caller: Caller) -> None:
        self._dice.faults = NO_FAULTS
        self._hidden.clear()
        await caller.answer(Answer(ok=True))

    async def _quiet(self, _: Quiet, caller: Caller) -> None:
        await self._market.quiet()
        await caller.answer(Answer(ok=True))


def _not_found(client_order_id: str) -> Answer:
    return Answer(ok=False, code="NOT_FOUND", text=f"there is no order {client_order_id}")


async def run(ledger: Path, port: int, ready: Path, seed: str, faults: Faults) -> None:
    """Serve until the process is ended."""
    venue = Venue(ledger, seed, faults)
    server = await asyncio.start_server(venue.serve_one, "127.0.0.1", port)
    partial_file = ready.with_suffix(".partial")
    partial_file.write_text(str(server.sockets[0].getsockname()[1]))
    partial_file.replace(ready)
    async with server:
        await server.serve_forever()


def main() -> None:
    ledger, port, ready, seed, faults = sys.argv[1:]
    rates = msgspec.json.decode(faults, type=Faults)
    asyncio.run(run(Path(ledger), int(port), Path(ready), seed, rates))


if __name__ == "__main__":
    main()
