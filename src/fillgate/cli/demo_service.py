"""The service that `fillgate demo` runs: a child process on a free port, with simulated venues."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from fillgate.cli.child import Child
from fillgate.cli.demo_alerts import FLAKY, POOR

__all__ = ["LOG_FILE", "DemoService", "ledgers_of", "simulated"]

LOG_FILE: Final = "service.log"
"""Name of the service's log in the demonstration's folder."""


_CONFIGURATION: Final = """\
# The configuration of a demonstration: one account that works, one whose venue refuses all, one
# whose venue takes all and answers nothing.
default_account = "mock"

[engine]
submit_deadline = 0.4

[accounts.mock]
type = "mock"
seed = 7
ledger_path = {mock}

[accounts.{POOR}]
type = "mock"
seed = 7
reject_rate = 1
ledger_path = {poor}

[accounts.{FLAKY}]
type = "mock"
seed = 7
unknown_rate = 1
ledger_path = {flaky}
"""


def ledgers_of(folder: Path) -> Mapping[str, Path]:
    """Return the files of the simulated venues' own books, by account."""
    return {name: folder / f"venue-{name}.jsonl" for name in ("mock", POOR, FLAKY)}


def simulated(folder: Path) -> str:
    """Return the configuration with simulated venues."""
    mock, poor, flaky = (json.dumps(str(path)) for path in ledgers_of(folder).values())
    return _CONFIGURATION.format(POOR=POOR, FLAKY=FLAKY, mock=mock, poor=poor, flaky=flaky)


class DemoService(Child):
    """A running service; use it as a context manager."""

    def __init__(self, folder: Path, text: str) -> None:
        """Write the configuration, `text`, of a service whose data are in `folder`."""
        configuration = folder / "fillgate.toml"
        configuration.write_text(text, encoding="utf-8")
        ready = folder / "ready.json"
        arguments = ["serve", "--config", str(configuration), "--listen", "127.0.0.1:0"]
        arguments += ["--data", str(folder), "--ready-file", str(ready)]
        super().__init__("fillgate", arguments, ready=ready, log=folder / LOG_FILE)
