"""What an account can do at a service that speaks the protocol of the bridge.

Invariants:

1. Every request is signed with its method, target and time, and no two have the same time.
2. A question that was not answered as it should be is no answer.
3. An order, a cancel or a replace is sent once, on a connection of its own.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from typing import Any, Final

import msgspec

from fillgate.domain.clock import Clock
from fillgate.domain.errors import CodedError
from fillgate.domain.orders import Order
from fillgate.domain.reports import ExecutionReport, Found, Lookup, NotFound
from fillgate.plugins.base import Balance, Instrument, VenueFill, VenuePosition
from fillgate.plugins.ccxt_http.answers import BrokenAnswer, read_object, words_of
from fillgate.plugins.ccxt_http.endings import report_of
from fillgate.plugins.ccxt_http.protocol import (
    ACTS,
    PLACE,
    QUESTIONS,
    REPORTS,
    SIGNATURE,
    SIGNED_AT,
    CancelAsked,
    FillsAsked,
    NothingAsked,
    OrderAsked,
    ReplaceAsked,
    ReportLine,
    SymbolAsked,
    decode,
    encode_query,
    signed_bytes,
)
from fillgate.plugins.ccxt_http.signing import Signer
from fillgate.plugins.ccxt_http.wire import Answer, ServiceFailure, Wire, ending_of

__all__ = ["METHODS", "BridgedAccount", "redacted"]

METHODS: Final = (
    *(question.method for question in QUESTIONS.values()),
    *(act.method for act in ACTS.values()),
    "stream_reports",
)
"""The methods of `ExecutionPlugin` that are here."""

_PATHS: Final = {
    **{question.method: path for path, question in QUESTIONS.items()},
    **{act.method: path for path, act in ACTS.items()},
}
_OK: Final = 200
_LONGEST_TEXT: Final = 500


class BridgedAccount:
    """The methods beyond the four that any service can do; see `ExecutionPlugin` for each."""

    def __init__(
        self,
        *,
        acts: Wire,
        questions: Wire,
        reports: Wire,
        signer: Signer,
        place: str,
        clock: Clock,
    ) -> None:
        """Ask and act over these connections; opens none yet.

        Args:
            acts: for what acts, as orders do.
            questions: for what asks.
            reports: for the stream.
            signer: has the secret.
            place: the exchange and network that is meant, see `place_text`.
            clock: its time is signed.
        """
        self._acts = acts
        self._questions = questions
        self._reports = reports
        self._signer = signer
        self._place = place
        self._clock = clock
        self._last = 0

    async def close(self) -> None:
        """Close the connections that are its own."""
        await self._questions.close()
        await self._reports.close()

    async def fetch_order(
        self,
        *,
        client_order_id: str,
        order_id: str | None = None,
        symbol: str,
        since: int | None = None,
    ) -> Lookup:
        """Look up one order."""
        asked = OrderAsked(
            client_order_id=client_order_id, order_id=order_id, symbol=symbol, since=since
        )
        found: ExecutionReport | None = await self._ask("fetch_order", asked)
        return NotFound() if found is None else Found(found)

    async def open_orders(self, symbol: str | None = None) -> Sequence[ExecutionReport]:
        """Return all orders working at the venue."""
        found: list[ExecutionReport] = await self._ask("open_orders", SymbolAsked(symbol=symbol))
        return found

    async def fills(self, *, symbol: str | None = None, since: int) -> Sequence[VenueFill]:
        """Return all of the account's fills since a time."""
        asked = FillsAsked(symbol=symbol, since=since)
        found: list[VenueFill] = await self._ask("fills", asked)
        return found

    async def positions(self) -> Sequence[VenuePosition]:
        """Return the account's positions."""
        found: list[VenuePosition] = await self._ask("positions", NothingAsked())
        return found

    async def balances(self) -> Sequence[Balance]:
        """Return what the account holds."""
        found: list[Balance] = await self._ask("balances", NothingAsked())
        return found

    async def instruments(self) -> Sequence[Instrument]:
        """Return the rules of the symbols."""
        found: list[Instrument] = await self._ask("instruments", NothingAsked())
        return found

    async def cancel_order(
        self, *, client_order_id: str, order_id: str | None = None, symbol: str, request_id: str
    ) -> ExecutionReport:
        """Cancel an order, once."""
        asked = CancelAsked(
            client_order_id=client_order_id, order_id=order_id, symbol=symbol, request_id=request_id
        )
        return await self._act("cancel_order", asked)

    async def replace_order(
        self, *, client_order_id: str, order_id: str | None = None, order: Order
    ) -> ExecutionReport:
        """Replace an order, once."""
        asked = ReplaceAsked(client_order_id=client_order_id, order_id=order_id, order=order)
        return await self._act("replace_order", asked)

    async def stream_reports(self) -> AsyncIterator[ExecutionReport]:
        """Give the account's reports as they come; a service that falls silent ends it.

        Raises:
            ServiceFailure: the stream broke; the text says why.
        """
        headers = self.signed_headers("GET", REPORTS)
        async with aclosing(self._reports.lines(REPORTS, headers)) as lines:
            async for line in lines:
                told = _line(line)
                if told.broken is not None:
                    raise ServiceFailure(f"GET {REPORTS}: {told.broken}")
                if told.report is not None:
                    yield told.report

    async def _ask(self, method: str, asked: msgspec.Struct) -> Any:
        path = _PATHS[method]
        target = path + encode_query(asked)
        answer = await self._questions.get(target, self.signed_headers("GET", target))
        if answer.status != _OK:
            words = self._signer.redact(_words(answer))[:_LONGEST_TEXT]
            raise ServiceFailure(f"GET {path}: HTTP {answer.status} {words}".rstrip())
        try:
            return decode(QUESTIONS[path].answer, answer.body).answer
        except BrokenAnswer as error:
            raise ServiceFailure(f"GET {path}: {error}") from None

    async def _act(self, method: str, asked: msgspec.Struct) -> ExecutionReport:
        path, body = _PATHS[method], msgspec.json.encode(asked)
        headers = self.signed_headers("POST", path, body) | {"Content-Type": "application/json"}
        try:
            answer = await self._acts.post(path, body, headers)
        except Exception as error:
            raise ending_of(error) from error
        try:
            return report_of(answer)
        except CodedError as ending:
            raise redacted(ending, self._signer) from None

    def signed_headers(self, method: str, target: str, body: bytes = b"") -> dict[str, str]:
        """Return the headers that sign a request; `target` is its path and query."""
        self._last = max(self._clock.now(), self._last + 1)
        signed_at = str(self._last)
        signed = signed_bytes(
            method,
            target.encode(),
            signed_at=signed_at.encode(),
            place=self._place.encode(),
            body=body,
        )
        return {
            SIGNED_AT: signed_at,
            PLACE: self._place,
            SIGNATURE: self._signer.signature(signed),
        }


def redacted(ending: CodedError, signer: Signer) -> CodedError:
    """Return an ending without the secret, and with a text that is not too long."""
    return type(ending)(ending.code, signer.redact(ending.text)[:_LONGEST_TEXT])


def _line(line: bytes) -> ReportLine:
    try:
        return decode(ReportLine, line)
    except BrokenAnswer as error:
        raise ServiceFailure(f"GET {REPORTS}: {error}") from None


def _words(answer: Answer) -> str:
    try:
        return "; ".join(words_of(read_object(answer.body)))
    except BrokenAnswer:
        return ""
