"""The practice exchange in a process, as `fillgate venue` has it; a service with accounts there."""

import json
import os
import re
import ssl
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from fillgate.practice.control import KEY_HEADER
from tests.e2e.process import PATIENCE, WEBHOOK, Service, alert, until
from tests.e2e.sender import Reply, request, send_at_once

__all__ = [
    "ENGINE",
    "VenueProcess",
    "became",
    "order_of",
    "place_of",
    "send",
    "service_at",
    "venue",
    "was_received_once",
]


@dataclass
class VenueProcess:
    """The process and its folder of keys."""

    folder: Path
    port: int = 0
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def ca(self) -> Path:
        return self.folder / "ca.pem"

    @property
    def keys(self) -> Path:
        return self.folder / "keys"

    def key(self, name: str) -> str:
        return (self.keys / name).read_text().strip()

    @property
    def log(self) -> str:
        return (self.folder / "venue.log").read_text()

    def start(self) -> None:
        arguments = ["venue", "--port", "0", "--ca", str(self.ca), "--keys", str(self.keys)]
        kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
        with (self.folder / "venue.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-u", "-m", "fillgate", *arguments],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**kept, "PYTHONDONTWRITEBYTECODE": "1"},
            )
        process = self.process
        until(lambda: "CA " in self.log or process.poll() is not None, "the venue listens")
        found = re.search(r"listens on https://127\.0\.0\.1:(\d+)", self.log)
        assert found is not None, self.log
        self.port = int(found[1])

    def finish(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(PATIENCE)

    def control(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Ask as the venue's owner."""
        context = ssl.create_default_context(cafile=self.ca)
        context.check_hostname = False
        with httpx2.Client(verify=context, trust_env=False, timeout=PATIENCE) as client:
            answer = client.request(
                method,
                f"https://127.0.0.1:{self.port}/practice/{path}",
                headers={KEY_HEADER: self.key("control-key")},
                content=None if body is None else json.dumps(body).encode(),
            )
        return answer.raise_for_status().json()

    def price(self, price: str, market: str = "spot") -> None:
        """Let BTC be at a price from now on."""
        self.control("POST", "price", {"symbol": "BTCUSDT", "price": price, "market": market})

    def receipts(self) -> dict[str, dict[str, Any]]:
        """Return what it received of each order, by client order id."""
        return {each["clientOrderId"]: each for each in self.control("GET", "orders")}

    def fails(self, **fault: Any) -> None:
        """Let something go wrong with orders; see `Fault`."""
        self.control("POST", "faults", fault)


@contextmanager
def venue(folder: Path) -> Iterator[VenueProcess]:
    folder.mkdir(parents=True, exist_ok=True)
    process = VenueProcess(folder)
    try:
        process.start()
        for market in ("spot", "futures"):
            process.price("50000", market)
        yield process
    finally:
        process.finish()


ENGINE = {
    "submit_deadline": 3.0,
    "poll_interval": 0.1,
    "lookup_deadline": 2.0,
    "health_interval": 0.5,
}


def place_of(there: VenueProcess, market_type: str = "spot") -> dict[str, Any]:
    """Return the settings of an account of type ccxt there, without keys."""
    return {
        "type": "ccxt",
        "exchange": "binance",
        "market_type": market_type,
        "practice": f"127.0.0.1:{there.port}",
        "practice_ca": str(there.ca),
        "request_interval": 0.001,
    }


def service_at(there: VenueProcess, folder: Path, market_type: str = "spot") -> Service:
    """Return a service, not started, with three accounts.

    `main` trades there, `eyes` has no keys, and `paper` is simulated on the prices of `eyes`.
    """
    place = place_of(there, market_type)
    # One by the environment, one by file.
    keys = {"api_key": "env:THE_KEY", "secret": f"file:{there.keys / 'practice-secret'}"}
    settings: dict[str, Any] = {
        "accounts.main": {**place, **keys, "answer_timeout": 1.0},
        "accounts.eyes": place,
        "accounts.paper": {"type": "mock", "prices_from": "eyes"},
        "engine": ENGINE,
        "service": {"wait": 5.0},
    }
    service = Service(folder, settings, {"THE_KEY": there.key("practice-key")})
    service.top = 'default_account = "main"\n'
    return service


async def send(service: Service, **fields: Any) -> Reply:
    """Send an alert for a little of BTCUSDT, if the fields say nothing else."""
    body = alert(**({"symbol": "BTCUSDT", "quantity": "0.01"} | fields))
    return (await send_at_once(service.url, [request(WEBHOOK, body, service.signed(body))]))[0]


def order_of(service: Service, name: str) -> dict[str, Any]:
    """Return an order as the service tells it."""
    return service.get(f"/api/v1/orders/{name}")


def became(service: Service, name: str, status: str) -> dict[str, Any]:
    """Return an order once it has a status."""
    until(lambda: _status_of(service, name) == status, f"{name} is {status}")
    return order_of(service, name)


def _status_of(service: Service, name: str) -> str | None:
    """Return an order's status; None while it waits in its lane."""
    with service.client() as client:
        told = client.get(f"/api/v1/orders/{name}").json()["status"]
    return told if isinstance(told, str) else None


def was_received_once(there: VenueProcess, name: str) -> None:
    """Check that the exchange received an order once, and took it."""
    receipt = there.receipts()[name]
    assert (receipt["received"], receipt["taken"]) == (1, 1)
