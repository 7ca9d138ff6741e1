"""Rows of a journal's index that no event tells of."""

from collections.abc import AsyncIterator

from fillgate.domain.events import OrderEvent
from fillgate.engine.verification.findings import Findings
from fillgate.engine.verification.replay import Replay
from fillgate.engine.verification.source import Source
from fillgate.journal.index import OrderQuery, OrderRow, SignalQuery, SignalRow
from fillgate.journal.many import Counts

__all__ = ["find_spares"]

_PAGE = 1000


async def find_spares(source: Source, replay: Replay, findings: Findings, counts: Counts) -> None:
    """Look for rows without events, where there are more rows than events planned or took.

    Args:
        source: the journal.
        replay: all its events, replayed.
        findings: where to note what is found.
        counts: how many rows there are with the last of these events.
    """
    if counts.orders > replay.planned:
        async for order in _orders(source, findings):
            if not await _is_planned(order, source, findings):
                text = f"the index has it as {order.status}, no event planned it"
                findings.add("ORDER_ROW_SPARE", f"order {order.client_order_id}", text)
    if counts.signals > replay.taken:
        async for signal in _signals(source, findings):
            if not await findings.answer(source.story(signal.number)):
                text = f"the index has it as {signal.state}, no event tells of it"
                findings.add("SIGNAL_ROW_SPARE", f"signal {signal.number}", text)


async def _is_planned(row: OrderRow, source: Source, findings: Findings) -> bool:
    story = await findings.answer(source.story(row.signal)) or ()
    told = (record.event for record in story if isinstance(record.event, OrderEvent))
    return any(event.client_order_id == row.client_order_id for event in told)


async def _orders(source: Source, findings: Findings) -> AsyncIterator[OrderRow]:
    query: OrderQuery | None = OrderQuery(limit=_PAGE)
    while query is not None:
        page = await findings.answer(source.orders(query))
        query = None
        for row in page.rows if page else ():
            yield row
        if page and page.more:
            last = page.rows[-1]
            query = OrderQuery(before=(last.signal, last.leg), limit=_PAGE)


async def _signals(source: Source, findings: Findings) -> AsyncIterator[SignalRow]:
    query: SignalQuery | None = SignalQuery(limit=_PAGE)
    while query is not None:
        page = await findings.answer(source.signals(query))
        query = None
        for row in page.rows if page else ():
            yield row
        if page and page.more:
            query = SignalQuery(before=page.rows[-1].number, limit=_PAGE)
