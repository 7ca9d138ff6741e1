"""The examples are what their programs make."""

import runpy
from pathlib import Path

from fillgate.domain.numbers import decimal_text

DAY = Path(__file__).parent.parent / "examples" / "day"


def test_the_day_is_what_its_program_makes() -> None:
    made = runpy.run_path(str(DAY / "make.py"))
    day = list(made["bars"]())
    _, *lines = (DAY / "BTCUSDT.csv").read_text(encoding="utf-8").splitlines()
    assert [line.split(",")[1:] for line in lines] == [
        [decimal_text(value) for value in bar[1:]] for bar in day
    ]
    alerts = (DAY / "alerts.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(list(made["alerts"](day))) == len(alerts)
