"""The service that `fillgate demo` runs: a child process on a free port, with simulated venues.

Invariant: the child is ended, whatever happens to the demonstration.
"""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Final, Self

from fillgate.cli.demo_alerts import FLAKY, POOR

__all__ = ["LOG_FILE", "DemoFailed", "DemoService"]

LOG_FILE: Final = "service.log"
"""Name of the service's log in the demonstration's folder."""


_START_SECONDS: Final = 20.0
_STOP_SECONDS: Final = 20.0
_LOOK_SECONDS: Final = 0.02
_OURS: Final = ("FILLGATE_", "CCXT_BASE_URL")

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


class DemoFailed(Exception):
    """The demonstration cannot go on; the text says why."""


class DemoService:
    """A running service; use it as a context manager."""

    def __init__(self, folder: Path) -> None:
        """Prepare a service whose data are in `folder`."""
        self._folder = folder
        self._log = folder / LOG_FILE
        self.ledgers = {name: folder / f"venue-{name}.jsonl" for name in ("mock", POOR, FLAKY)}
        self.url = ""
        self._ready = folder / "ready.json"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        """Start the service and wait until it takes requests.

        Raises:
            DemoFailed: it did not start.
        """
        configuration = self._folder / "fillgate.toml"
        mock, poor, flaky = (json.dumps(str(path)) for path in self.ledgers.values())
        configuration.write_text(
            _CONFIGURATION.format(POOR=POOR, FLAKY=FLAKY, mock=mock, poor=poor, flaky=flaky),
            encoding="utf-8",
        )
        self._ready.unlink(missing_ok=True)
        command = [sys.executable, "-m", "fillgate", "serve", "--config", str(configuration)]
        command += ["--listen", "127.0.0.1:0", "--data", str(self._folder)]
        command += ["--ready-file", str(self._ready)]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603 - ourselves
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=_environment()
            )
        try:
            self._await_ready(self._process)
        except BaseException:
            self.__exit__()
            raise
        return self

    def _await_ready(self, process: "subprocess.Popen[bytes]") -> None:
        end = time.monotonic() + _START_SECONDS
        while not self._ready.exists():
            if process.poll() is not None:
                raise DemoFailed(f"the service ended at once with {process.returncode}")
            if time.monotonic() > end:
                raise DemoFailed(f"the service was not ready within {_START_SECONDS:g} s")
            time.sleep(_LOOK_SECONDS)
        self.url = json.loads(self._ready.read_text(encoding="utf-8"))["url"]

    def stop(self) -> int:
        """Ask the service to end, as an operating system does, and return its exit code.

        Raises:
            DemoFailed: it does not end.
        """
        if self._process is None:
            raise DemoFailed("the service was not started")
        self._process.send_signal(signal.SIGTERM)
        try:
            return self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            raise DemoFailed(f"the service did not end within {_STOP_SECONDS:g} s") from None

    def __exit__(self, *_failure: object) -> None:
        """End the service if it still runs."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(_STOP_SECONDS)
            except BaseException:
                self._process.kill()
                self._process.wait()
                raise


def _environment() -> dict[str, str]:
    """Return our environment without what would configure the service."""
    return {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
