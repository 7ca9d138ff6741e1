"""What the log looks like, whoever writes to it."""

import json
import logging
import os
import time
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from fillgate.engine.sampler import MOST, SECONDS
from fillgate.service import logs
from fillgate.service.logs import configure_logs, flush_logs, hide_in_logs, logger
from fillgate.service.redaction import HIDDEN, Redaction

SECRET = "made-up-secret-0123456789"


class Log:
    """The other end of the log."""

    def __init__(self, reading: int) -> None:
        self._reading = reading

    def text(self) -> str:
        """Return what was written so far."""
        flush_logs()
        os.set_blocking(self._reading, False)
        try:
            return os.read(self._reading, 1 << 16).decode()
        except BlockingIOError:
            return ""

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text().splitlines()]


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[Log]:
    """A log in a pipe; `configure` sets it up."""
    monkeypatch.setattr(logs, "_redaction", Redaction())
    root = logging.getLogger()
    kept = (root.level, root.handlers[:])
    reading, writing = os.pipe()
    monkeypatch.setattr(logs, "STANDARD_ERROR", writing)
    yield Log(reading)
    flush_logs()
    logs._outputs.clear()
    root.setLevel(kept[0])
    root.handlers[:] = kept[1]
    logging.captureWarnings(False)
    structlog.reset_defaults()
    os.close(reading)
    os.close(writing)


def configure(level: str = "info", style: str = "json") -> None:
    configure_logs(level=level, style=style, descriptor=logs.STANDARD_ERROR)


def test_json_lines_with_level_and_time(written: Log) -> None:
    configure()
    logger(account="a").info("account-came-up", attempts=2)
    logger().debug("not-shown")
    (line,) = written.lines()
    assert line.pop("timestamp").endswith("Z")
    assert line == {"account": "a", "event": "account-came-up", "attempts": 2, "level": "info"}


def test_for_people_there_are_words(written: Log) -> None:
    configure("warning", "console")
    logger().warning("account-went-down", reason="no route")
    logger().info("not-shown")
    told = written.text()
    assert "account-went-down" in told
    assert "no route" in told
    assert "not-shown" not in told
    assert not told.startswith("{")


def test_without_a_terminal_auto_means_json(written: Log) -> None:
    configure(style="auto")
    logger().error("journal-commit-failed", exc_info=OSError("full"))
    (line,) = written.lines()
    assert (line["level"], line["error"]) == ("error", "OSError: full")


def test_on_a_terminal_auto_means_words(written: Log) -> None:
    leader, follower = os.openpty()
    configure_logs(level="info", style="auto", descriptor=follower)
    logger().info("service-started")
    flush_logs()
    told = os.read(leader, 1000)
    assert b"service-started" in told
    assert not told.startswith(b"{")
    for descriptor in (leader, follower):
        os.close(descriptor)


@pytest.mark.parametrize("level", ["debug", "info", "warning", "error"])
def test_lines_below_the_level_are_not_made(level: str, written: Log) -> None:
    configure(level)
    bound = logger()
    names = ["debug", "info", "warning", "error"]
    for name in names:
        getattr(bound, name)("step")
    shown = names[names.index(level) :]
    assert [line["level"] for line in written.lines()] == shown
    enabled = [bound.is_enabled_for(getattr(logging, name.upper())) for name in names]
    assert enabled == [name in shown for name in names]


def test_libraries_are_heard_only_when_they_warn_and_like_everybody(written: Log) -> None:
    configure("debug")
    logging.getLogger("uvicorn.access").info("GET /webhook/tradingview/secret")
    assert written.text() == ""
    logging.getLogger("uvicorn").warning("heard %s", "this")
    logging.getLogger("asyncio").error("failed", exc_info=OSError("full"))
    first, second = written.lines()
    assert (first["level"], first["event"], first["logger"]) == ("warning", "heard this", "uvicorn")
    assert (second["level"], second["error"]) == ("error", "OSError: full")


def test_a_library_whose_words_do_not_fit_is_heard_all_the_same(written: Log) -> None:
    configure()
    logging.getLogger("other").warning("%d of %d", "one")  # noqa: PLE1206 - see name
    assert [line["event"] for line in written.lines()] == ["%d of %d"]


def test_pythons_warnings_are_lines_too(written: Log) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        configure()
        warnings.warn("old ways", DeprecationWarning, stacklevel=1)
        logging.captureWarnings(False)
    (line,) = written.lines()
    assert "old ways" in line["event"]
    assert line["logger"] == "py.warnings"


def test_a_flood_of_a_library_is_a_few_lines(written: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    configure()
    uvicorn = logging.getLogger("uvicorn.error")
    for number in range(1000):
        uvicorn.warning("Invalid HTTP request received. %d", number)
    assert len(written.lines()) == MOST
    now = SECONDS
    uvicorn.warning("Invalid HTTP request received. %d", 1000)
    summary, line = written.lines()
    assert (summary["suppressed"], summary["logger"]) == (1000 - MOST, "uvicorn.error")
    assert line["event"] == "Invalid HTTP request received. 1000"


@pytest.mark.parametrize("style", ["json", "console"])
def test_a_configured_credential_is_in_no_line(style: str, written: Log) -> None:
    configure("debug", style)
    hide_in_logs([SECRET, ""])
    try:
        raise RuntimeError(SECRET)  # noqa: TRY301 - for its traceback
    except RuntimeError as error:
        logger(account="a").error(
            "plugin-failed", symbol=SECRET, text=f"no: {SECRET}", exc_info=error
        )
        logging.getLogger("uvicorn.error").exception("could not serve %s", SECRET)
    told = written.text()
    assert SECRET not in told
    assert told.count(HIDDEN) >= 5


def test_lines_that_are_lost_are_told_as_a_line(written: Log) -> None:
    configure()
    logs._outputs[0]._lose(7)
    logger().info("step")
    first, second = written.lines()
    assert (first["event"], first["lines"], second["event"]) == ("log-lines-lost", 7, "step")
