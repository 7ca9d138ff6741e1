"""The stream of reports: one JSON line each, and a sign of life in every pause.

Invariants:

1. Each reader has a stream of the plugin's to itself, which is closed when either side ends.
2. A stream that breaks says why in its last line; what was told meanwhile has to be asked for.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Final

import msgspec

from fillgate.bridge.telling import Telling
from fillgate.domain.reports import ExecutionReport
from fillgate.plugins.base import ExecutionPlugin
from fillgate.plugins.ccxt_http.protocol import ReportLine
from fillgate.service.http import Receive, Send

__all__ = ["SIGN_OF_LIFE_SECONDS", "ReportStreams"]

SIGN_OF_LIFE_SECONDS: Final = 1.5
"""The longest pause between two lines."""

_HEAD: Final = {
    "type": "http.response.start",
    "status": 200,
    "headers": [(b"content-type", b"application/x-ndjson"), (b"cache-control", b"no-store")],
}


class ReportStreams:
    """All streams that are read now."""

    def __init__(self, telling: Telling) -> None:
        """Stream until `stop`, what may be told."""
        self._telling = telling
        self._stopped = asyncio.Event()

    def stop(self) -> None:
        """End all streams, and those that are opened from now on."""
        self._stopped.set()

    async def send(self, plugin: ExecutionPlugin, receive: Receive, send: Send) -> None:
        """Send a plugin's reports to one reader until either side ends."""
        await send(_HEAD)
        ends = {
            asyncio.create_task(self._pump(plugin, send)),
            asyncio.create_task(_hung_up(receive)),
            asyncio.create_task(self._stopped.wait()),
        }
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in ends:
                task.cancel()
            await asyncio.gather(*ends, return_exceptions=True)
        with suppress(OSError):
            await send({"type": "http.response.body", "body": b""})

    async def _pump(self, plugin: ExecutionPlugin, send: Send) -> None:
        reports: AsyncIterator[ExecutionReport] | None = None
        try:
            reports = plugin.stream_reports()
            await self._send_all(reports, send)
            broken = "the stream ended"
        except Exception as error:  # noqa: BLE001 - whatever a plugin raises ends its stream
            broken = f"{type(error).__name__}: {error}"
        finally:
            close = getattr(reports, "aclose", None)
            if close is not None:
                with suppress(Exception):
                    await close()
        with suppress(Exception):
            await self._send(send, ReportLine(broken=self._telling.text(broken)))

    async def _send_all(self, reports: AsyncIterator[ExecutionReport], send: Send) -> None:
        await self._send(send, ReportLine())
        coming = asyncio.ensure_future(anext(reports))
        try:
            while True:
                done, _ = await asyncio.wait({coming}, timeout=SIGN_OF_LIFE_SECONDS)
                if not done:
                    await self._send(send, ReportLine())
                    continue
                try:
                    report = coming.result()
                except StopAsyncIteration:
                    return
                coming = asyncio.ensure_future(anext(reports))
                await self._send(send, ReportLine(report=report))
        finally:
            coming.cancel()
            await asyncio.gather(coming, return_exceptions=True)

    async def _send(self, send: Send, line: ReportLine) -> None:
        body = self._telling.body(msgspec.json.encode(line)) + b"\n"
        await send({"type": "http.response.body", "body": body, "more_body": True})


async def _hung_up(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
