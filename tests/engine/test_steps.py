"""The log tells each step of a signal and its order, with the same ids everywhere."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fillgate.domain.errors import Rejected
from fillgate.domain.events import (
    EVENT_TYPES,
    AccountCameUp,
    AccountWentDown,
    Event,
    OrderEvent,
)
from fillgate.domain.life_cycle import OrderStatus
from fillgate.engine.sampler import MOST
from fillgate.engine.steps import LEVELS, REPLAYED
from fillgate.testing.context import RecordingLogger
from tests.engine.conftest import House, open_house
from tests.engine.venue import raises, report, resting

IDS = ("signal", "client_order_id", "account", "symbol")


class Log(RecordingLogger):
    """Keeps the lines of a level and above."""

    def __init__(self, level: int = logging.DEBUG) -> None:
        super().__init__()
        self.level = level

    def is_enabled_for(self, level: int) -> bool:
        return level >= self.level

    def steps(self) -> list[tuple[str, str]]:
        """Return level and name of the lines of steps."""
        return [(line.level, line.event) for line in self.entries if line.event in LEVELS]

    def of(self, event: str) -> list[dict[str, Any]]:
        return [dict(line.fields) for line in self.entries if line.event == event]


@asynccontextmanager
async def logged(
    folder: Path, level: int = logging.DEBUG, **options: Any
) -> AsyncIterator[tuple[House, Log]]:
    log = Log(level)
    async with open_house(folder, logger=log, **options) as house:
        yield house, log


async def test_an_order_is_told_step_by_step(tmp_path: Path) -> None:
    async with logged(tmp_path) as (house, log):
        state = await house.send(symbol="BTC/USDT")
        assert log.steps() == [
            ("info", "signal-accepted"),
            ("debug", "order-intended"),
            ("info", "submission-answered"),
        ]
        ids = {
            "signal": state.signal,
            "client_order_id": state.order.client_order_id,
            "account": "main",
            "symbol": "BTC/USDT",
        }
        for event in ("order-intended", "submission-answered"):
            (line,) = log.of(event)
            assert {name: line[name] for name in IDS} == ids
        (line,) = log.of("submission-answered")
        assert (line["status"], line["filled_quantity"]) == (OrderStatus.FILLED, "1")
        assert line["order_id"] == state.order_id
        (line,) = log.of("signal-accepted")
        assert line == {
            "signal": state.signal,
            "source": "test",
            "account": "main",
            "symbol": "BTC/USDT",
        }


async def test_refusals_of_the_venue_and_missing_answers_say_why(tmp_path: Path) -> None:
    async with logged(tmp_path) as (house, log):
        house.venue.answers["R/USDT"] = raises(Rejected("NO_MONEY", "no\nmoney"))
        house.venue.answers["U/USDT"] = raises(ValueError("broken"))
        await house.send(symbol="R/USDT")
        unknown = await house.send(symbol="U/USDT")
        (line,) = log.of("order-rejected")
        assert (line["code"], line["text"], line["status"]) == ("NO_MONEY", "no\nmoney", "REJECTED")
        (line,) = log.of("order-unanswered")
        assert line["code"] == "PLUGIN_ERROR"
        assert {name: line[name] for name in IDS}["client_order_id"] == (
            unknown.order.client_order_id
        )
        await house.until(lambda: bool(log.of("order-absent")))
        assert ("error", "order-absent") in log.steps()


async def test_what_does_not_fit_is_a_warning(tmp_path: Path) -> None:
    async with logged(tmp_path) as (house, log):
        house.venue.answers["R/USDT"] = resting
        state = await house.send(symbol="R/USDT")
        identity = state.order.client_order_id
        house.venue.found[identity] = report(state.order, OrderStatus.FILLED, "1", symbol="X/USDT")
        await house.until(lambda: bool(log.of("order-anomalous")))
        assert ("warning", "order-anomalous") in log.steps()


async def test_repeats_are_sampled_and_orders_never(tmp_path: Path) -> None:
    async with logged(tmp_path) as (house, log):
        for number in range(MOST * 4):
            await house.send(symbol=f"S{number}/USDT")
        for _ in range(MOST * 4):
            await house.accept("a-key", symbol="K/USDT")
            await house.accept(fingerprint=True, symbol="F/USDT")
        assert len(log.of("signal-accepted")) == MOST * 4 + 2
        await house.until(lambda: len(log.of("submission-answered")) == MOST * 4 + 2)
        replayed, suspected = log.of(REPLAYED), log.of("duplicate-suspected")
        assert len(replayed) == len(suspected) == MOST
        assert {line["source"] for line in (*replayed, *suspected)} == {"test"}
        assert {line["duplicate_of"] for line in suspected} == {MOST * 4 + 2}
        assert len({line["signal"] for line in suspected}) == MOST
    assert [line["suppressed"] for line in log.of(REPLAYED)[MOST:]] == [MOST * 4 - 1 - MOST]


async def test_below_its_level_nothing_is_put_together(tmp_path: Path) -> None:
    async with logged(tmp_path, logging.WARNING) as (house, log):
        house.venue.answers["U/USDT"] = raises(ValueError("broken"))
        await house.send(symbol="BTC/USDT")
        await house.send(symbol="U/USDT")
        await house.accept("a-key")
        await house.accept("a-key")
        assert log.steps() == [("warning", "order-unanswered")]


def test_every_event_of_signals_orders_and_accounts_has_a_level() -> None:
    def has_a_line(kind: type[Event]) -> bool:
        if kind in {AccountCameUp, AccountWentDown}:
            return False  # written by `accounts`
        fields = {"signal", "account"} & set(kind.__struct_fields__)
        return issubclass(kind, OrderEvent) or bool(fields)

    told = {kind.kind for kind in EVENT_TYPES if has_a_line(kind)}
    assert told | {REPLAYED} == set(LEVELS)
    assert set(LEVELS.values()) <= {"debug", "info", "warning", "error"}
