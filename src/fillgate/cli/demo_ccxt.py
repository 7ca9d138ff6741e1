"""What `fillgate demo --ccxt` runs: a practice exchange, and a service with an account there.

Invariant: the account reaches nothing but the practice exchange, and that listens on this machine.
"""

import json
import ssl
from collections import Counter
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import httpx2

from fillgate.cli.child import Child, ChildFailed
from fillgate.cli.demo_ccxt_alerts import BROKEN, CCXT_ALERTS

__all__ = ["ACCOUNT", "PracticeExchange", "configuration_of", "missing_packages"]

ACCOUNT: Final = "practice"
"""Name of the account, at the exchange as here."""

_NEEDED: Final = ("ccxt", "trustme", "websockets")
_EXCHANGE_LOG: Final = "exchange.log"
_CONTROL: Final = "X-Practice-Key"
_LATE_MS: Final = 800

_CONFIGURATION: Final = """\
# The configuration of a demonstration: an account of type ccxt, whose Binance is a practice
# exchange on this machine.
default_account = "{ACCOUNT}"

[accounts.{ACCOUNT}]
type = "ccxt"
exchange = "binance"
practice = {practice}
practice_ca = {ca}
api_key = {key}
secret = {secret}
"""


def missing_packages() -> list[str]:
    """Return what has to be installed first."""
    return [name for name in _NEEDED if find_spec(name) is None]


class PracticeExchange(Child):
    """A running practice exchange; use it as a context manager."""

    def __init__(self, folder: Path) -> None:
        """Keep keys, certificate and log in `folder`."""
        self.folder = folder
        self.keys = folder / "exchange-keys"
        self.ca = folder / "exchange-ca.pem"
        ready = folder / "exchange-ready.json"
        arguments = ["venue", "--port", "0", "--ca", str(self.ca), "--keys", str(self.keys)]
        arguments += ["--account", ACCOUNT, "--ready-file", str(ready)]
        super().__init__("fillgate", arguments, ready=ready, log=folder / _EXCHANGE_LOG)

    def break_one_answer(self) -> None:
        """Cut off the answer to the order of alert `BROKEN`, so that it has to be looked up.

        The report stream is refused, which else may tell of the order before it is missed, and
        lookups are late.
        """
        before = sum(alert.arrives for alert in CCXT_ALERTS[: BROKEN - 1])
        self._ask("POST", "faults", {"fault": "truncate", "skip": before})
        stream = {"method": "WS", "path": "userDataStream.subscribe.signature", "times": None}
        self._ask("POST", "faults", {"fault": "refuse", **stream})
        self._ask("POST", "lookups", {"late_ms": _LATE_MS})

    def received(self) -> Counter[str]:
        """Return how often an order came under each client order id."""
        rows = self._ask("GET", "orders")
        return Counter({row["clientOrderId"]: row["received"] for row in rows})

    def _ask(self, method: str, path: str, document: Any = None) -> Any:
        key = (self.keys / "control-key").read_text(encoding="utf-8").strip()
        context = ssl.create_default_context(cafile=str(self.ca))
        try:
            with httpx2.Client(base_url=self.url, verify=context, trust_env=False) as client:
                headers = {_CONTROL: key}
                answer = client.request(method, f"/practice/{path}", headers=headers, json=document)
                return answer.raise_for_status().json()
        except httpx2.HTTPError as error:
            raise ChildFailed(f"the practice exchange does not answer: {error}") from None


def configuration_of(exchange: PracticeExchange) -> str:
    """Return the configuration of a service that trades there."""
    values = {
        "practice": urlsplit(exchange.url).netloc,
        "ca": str(exchange.ca),
        "key": f"file:{exchange.keys / f'{ACCOUNT}-key'}",
        "secret": f"file:{exchange.keys / f'{ACCOUNT}-secret'}",
    }
    quoted = {name: json.dumps(value) for name, value in values.items()}
    return _CONFIGURATION.format(ACCOUNT=ACCOUNT, **quoted)
