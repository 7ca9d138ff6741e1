"""The service and the echo that are measured, each a child process."""

import asyncio
import http.client
import json
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from fillgate.cli.child import Child, ChildFailed
from fillgate.service.files import JOURNAL_FILE
from fillgate.service.offline import JournalUnavailable, back_up_file, count_orders
from fillgate.service.secret_file import SECRET_FILE

__all__ = ["EchoServer", "MeasuredService"]

_PATIENCE: Final = 10.0


class EchoServer(Child):
    """The bare echo."""

    def __init__(self, folder: Path) -> None:
        """Keep its files in `folder`."""
        ready = folder / "echo-ready.json"
        super().__init__(
            "fillgate.cli.bench.echo", [str(ready)], ready=ready, log=folder / "echo.log"
        )


class MeasuredService(Child):
    """`fillgate serve` as it comes: one account, `mock`, and no setting but address and folder."""

    def __init__(self, folder: Path) -> None:
        """Keep journal, secret and log in `folder`."""
        self._folder = folder
        configuration = folder / "fillgate.toml"
        configuration.write_text("# As it comes.\n", encoding="utf-8")
        ready = folder / "ready.json"
        arguments = ["serve", "--config", str(configuration), "--listen", "127.0.0.1:0"]
        arguments += ["--data", str(folder), "--ready-file", str(ready)]
        super().__init__("fillgate", arguments, ready=ready, log=folder / "service.log")

    def go_on_from(self, journal: Path) -> dict[str, int]:
        """Begin with a copy of a journal; return how many orders it has in each status.

        Raises:
            ChildFailed: it is no journal.
        """
        try:
            asyncio.run(back_up_file(journal, self.journal))
        except JournalUnavailable as error:
            raise ChildFailed(f"--journal: {error}") from None
        return self.orders()

    @property
    def secret(self) -> str:
        """The webhook's secret, made at the first start."""
        return (self._folder / SECRET_FILE).read_text(encoding="utf-8").strip()

    @property
    def journal(self) -> Path:
        """The journal's file."""
        return self._folder / JOURNAL_FILE

    def is_busy(self) -> bool:
        """Tell whether a signal waits or an order's outcome is open.

        Raises:
            ChildFailed: it does not answer.
        """
        if self._get("/health")["waiting_signals"]:
            return True
        return bool(self._get("/api/v1/orders?limit=1&status=PENDING_NEW")["orders"])

    def _get(self, path: str) -> Any:
        parts = urlsplit(self.url)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=_PATIENCE)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            return json.loads(response.read())
        except (OSError, http.client.HTTPException) as error:
            raise ChildFailed(f"the service does not answer: {error}") from None
        finally:
            connection.close()

    def orders(self) -> dict[str, int]:
        """Return how many orders the journal has in each status; call it after `stop`.

        Raises:
            ChildFailed: the journal cannot be read.
        """
        try:
            return asyncio.run(count_orders(self._folder))
        except JournalUnavailable as error:
            raise ChildFailed(f"the journal cannot be read: {error}") from None
