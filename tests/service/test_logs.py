"""What the log looks like."""

import json
import logging

import pytest
import structlog

from fillgate.service.logs import configure_logs, logger


@pytest.fixture(autouse=True)
def _as_before() -> object:
    root = logging.getLogger()
    kept = (root.level, root.handlers[:])
    yield
    root.setLevel(kept[0])
    root.handlers[:] = kept[1]
    structlog.reset_defaults()


def test_json_lines_with_level_and_time(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(level="info", style="json")
    logger(account="a").info("account is up", attempts=2)
    logger().debug("not shown")
    (line,) = capsys.readouterr().err.splitlines()
    fields = json.loads(line)
    assert fields.pop("timestamp").endswith("Z")
    assert fields == {"account": "a", "event": "account is up", "attempts": 2, "level": "info"}


def test_for_people_there_are_words(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(level="warning", style="console")
    logger().warning("account is down", reason="no route")
    logger().info("not shown")
    told = capsys.readouterr().err
    assert "account is down" in told
    assert "no route" in told
    assert "not shown" not in told
    assert not told.startswith("{")


def test_without_a_terminal_auto_means_json(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(level="info", style="auto")
    logger().error("journal commit failed", exc_info=OSError("full"))
    assert json.loads(capsys.readouterr().err)["level"] == "error"


def test_libraries_are_heard_only_when_they_warn(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(level="debug", style="json")
    logging.getLogger("uvicorn.access").info("GET /webhook/tradingview/secret")
    assert capsys.readouterr().err == ""
    logging.getLogger("uvicorn").warning("heard")
    assert "heard" in capsys.readouterr().err
