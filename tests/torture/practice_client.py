"""Asks the practice exchange, as the owner of the account and as the exchange's own."""

import hashlib
import hmac
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import httpx2

from fillgate.practice.control import KEY_HEADER
from fillgate.practice.key_files import CONTROL_FILE
from tests.e2e.process import PATIENCE, until

__all__ = ["PracticeClient"]

_ADDRESSES: Final = cycle([f"127.0.1.{number}" for number in range(1, 100)])
"""Where we ask from. Limits are by address: so none counts for the service, or is ever used up."""
_FAREWELL_SECONDS: Final = 0.1


@dataclass
class PracticeClient:
    """Speaks to one exchange; from several threads, too."""

    folder: Path
    """Of the exchange's keys and its certificate."""
    port: int = 0
    _there: Any = field(default_factory=threading.RLock)
    """Held while it is away, so that all else is asked before or after."""

    @property
    def keys(self) -> Path:
        return self.folder / "venue-keys"

    @property
    def ca(self) -> Path:
        return self.folder / "venue-ca.pem"

    def signed(self, method: str, path: str, **fields: Any) -> Any:
        """Ask as the account's owner."""
        secret = (self.keys / "practice-secret").read_bytes().strip()
        query = urlencode({**fields, "timestamp": time.time_ns() // 1_000_000})
        signature = hmac.new(secret, query.encode(), hashlib.sha256).hexdigest()
        key = (self.keys / "practice-key").read_text().strip()
        headers = {"X-MBX-APIKEY": key}
        return self.ask(method, f"{path}?{query}&signature={signature}", headers)

    def pages(self, path: str, symbol: str, start: str) -> list[Mapping[str, Any]]:
        """Return a whole list, page by page."""
        rows: list[Mapping[str, Any]] = []
        key = "orderId" if start == "orderId" else "id"
        while True:
            first = rows[-1][key] + 1 if rows else 0
            page = self.signed("GET", path, symbol=symbol, limit=1000, **{start: first})
            rows += page
            if len(page) < 1000:
                return rows

    def control(self, method: str, path: str, document: Any = None) -> Any:
        """Ask as the exchange's owner."""
        key = (self.keys / CONTROL_FILE).read_text().strip()
        return self.ask(method, f"/practice/{path}", {KEY_HEADER: key}, document)

    def ask(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str] | None = None,
        document: Any = None,
    ) -> Any:
        """Ask; return the document of a good answer."""
        with self._there, self._connected() as client:
            answer = client.request(method, path, headers=headers, json=document)
            return answer.raise_for_status().json()

    @contextmanager
    def _connected(self) -> Iterator[httpx2.Client]:
        context = ssl.create_default_context(cafile=str(self.ca))
        transport = httpx2.HTTPTransport(verify=context, local_address=next(_ADDRESSES))
        url = f"https://127.0.0.1:{self.port}"
        with httpx2.Client(base_url=url, transport=transport, timeout=PATIENCE) as client:
            yield client

    def send_away(self, seconds: float) -> None:
        """Let it be away; return once it is back."""
        with self._there:
            self.control("POST", "away", {"ms": int(seconds * 1000)})
            time.sleep(seconds + _FAREWELL_SECONDS)
            until(self._is_there, "the practice exchange is back")

    def _is_there(self) -> bool:
        try:
            return bool(self.ask("GET", "/api/v3/ping") == {})
        except httpx2.TransportError:
            return False
