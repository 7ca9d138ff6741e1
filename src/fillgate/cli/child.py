"""A server that a command runs beside itself: fillgate, or what it is compared with.

Invariant: the child is ended, whatever happens to the command.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Self

__all__ = ["Child", "ChildFailed", "end_on_signals", "tell_ready"]

_START_SECONDS: Final = 20.0
_STOP_SECONDS: Final = 20.0
_LOOK_SECONDS: Final = 0.02
_TERMINATED: Final = 128 + signal.SIGTERM
_OURS: Final = ("FILLGATE_", "CCXT_BASE_URL")


class ChildFailed(Exception):
    """A child did not start, does not answer as it should, or does not end; the text says why."""


class Child:
    """A Python module run as a server; use it as a context manager."""

    def __init__(self, module: str, arguments: Sequence[str], *, ready: Path, log: Path) -> None:
        """Prepare it.

        Args:
            module: what `python -m` runs.
            arguments: of the module.
            ready: the file that it writes once it listens: JSON with its `url`.
            log: where its output goes.
        """
        self._command = [sys.executable, "-m", module, *arguments]
        self._ready = ready
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None
        self.url = ""
        """Where it listens."""

    @property
    def pid(self) -> int:
        """Its process id; 0 before it was started."""
        return 0 if self._process is None else self._process.pid

    def __enter__(self) -> Self:
        """Start it and wait until it listens.

        Raises:
            ChildFailed: it did not start.
        """
        self._ready.unlink(missing_ok=True)
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603 - ourselves
                self._command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=_environment()
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
                raise ChildFailed(f"the service ended at once with {process.returncode}")
            if time.monotonic() > end:
                raise ChildFailed(f"the service was not ready within {_START_SECONDS:g} s")
            time.sleep(_LOOK_SECONDS)
        self.url = json.loads(self._ready.read_text(encoding="utf-8"))["url"]

    def stop(self) -> int:
        """Ask it to end, as an operating system does, and return its exit code.

        Raises:
            ChildFailed: it was not started, or does not end.
        """
        if self._process is None:
            raise ChildFailed("the service was not started")
        self._process.send_signal(signal.SIGTERM)
        try:
            return self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            raise ChildFailed(f"the service did not end within {_STOP_SECONDS:g} s") from None

    def __exit__(self, *_failure: object) -> None:
        """End it if it still runs."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(_STOP_SECONDS)
            except BaseException:
                self._process.kill()
                self._process.wait()
                raise


def end_on_signals() -> None:
    """Let SIGTERM and Ctrl-C unwind the command, so that its children end with it."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(_TERMINATED))
    # Shells start what runs in their background with this one ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)


def tell_ready(path: Path, url: str) -> None:
    """Write the file that whoever started us waits for."""
    partial = path.with_name(f"{path.name}.{os.getpid()}")
    partial.write_text(json.dumps({"url": url, "pid": os.getpid()}), encoding="utf-8")
    partial.replace(path)


def _environment() -> dict[str, str]:
    """Return our environment without what would configure the service."""
    return {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
