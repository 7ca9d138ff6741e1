"""Sending the demonstration's alerts, as a charting site would, and learning how each ended."""

import json
import secrets
import time
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, NamedTuple, Self
from urllib.parse import quote

import httpx2

from fillgate.cli.child import ChildFailed
from fillgate.cli.demo_alerts import Ago, Alert, Door, Percent
from fillgate.domain.numbers import decimal_text
from fillgate.service.auth import sign

__all__ = ["Outcome", "Sender"]

_WEBHOOK: Final = "/webhook/tradingview"
_ACCEPTED: Final = 202
_UNDECIDED: Final = ("PENDING_NEW", "UNKNOWN")
_WORKING: Final = ("NEW", "PARTIALLY_FILLED")
_DECISION_SECONDS: Final = 15.0
_LOOK_SECONDS: Final = 0.05


class Outcome(NamedTuple):
    """How an alert ended."""

    ending: str
    http: int
    milliseconds: float
    """From the request's first byte to the answer's last."""
    client_order_id: str | None
    reason: str = ""
    """Code and text of what is wrong with it; empty for nothing."""


class Sender:
    """A client with the webhook's secret; use it as a context manager."""

    def __init__(self, url: str, secret: str) -> None:
        """Send to the service at `url`."""
        # Plain HTTP to this machine: certificates would be loaded for nothing.
        self._client = httpx2.Client(base_url=url, trust_env=False, timeout=10, verify=False)
        self._secret = secret
        self._prices: dict[str, Decimal] = {}

    def __enter__(self) -> Self:
        """Open no connection yet."""
        return self

    def __exit__(self, *_failure: object) -> None:
        """Close the connection."""
        self._client.close()

    def await_account(self, name: str) -> None:
        """Return once an account takes orders.

        Raises:
            ChildFailed: it does not within a while.
        """
        end = time.monotonic() + _DECISION_SECONDS
        while not self._takes_orders(name):
            if time.monotonic() > end:
                raise ChildFailed(f"the account {name!r} was not up within {_DECISION_SECONDS:g} s")
            time.sleep(_LOOK_SECONDS)

    def _takes_orders(self, name: str) -> bool:
        accounts = self._get("/api/v1/accounts")["accounts"]
        (account,) = (each for each in accounts if each["name"] == name)
        return bool(account["up"]) and not account["reconciliation"]["waiting"]

    def look_up_prices(self, alerts: Sequence[Alert]) -> None:
        """Ask for the last price of every symbol to which the alerts have a distance."""
        for symbol in sorted({str(alert.symbol) for alert in alerts if _has_distance(alert)}):
            quoted = self._get(f"/api/v1/ticker/{quote(symbol)}")
            self._prices[symbol] = Decimal(quoted["last"])

    def send(self, alert: Alert) -> Outcome:
        """Send an alert and return how it ended; waits until that is definite."""
        body = self._body(alert)
        path = f"{_WEBHOOK}/{self._secret}" if alert.door == Door.TOKEN else _WEBHOOK
        headers = {"content-type": "application/json"}
        if alert.door in {Door.SIGNATURE, Door.FORGED}:
            forged = alert.door == Door.FORGED
            secret = secrets.token_urlsafe() if forged else self._secret
            headers["x-webhook-signature"] = sign(secret, body)
        if alert.key is not None:
            headers["idempotency-key"] = alert.key
        started = time.perf_counter()
        response = self._asked("POST", path, content=body, headers=headers)
        milliseconds = (time.perf_counter() - started) * 1000
        answer = response.json()
        return Outcome(
            self._ending(response.status_code, answer),
            response.status_code,
            milliseconds,
            answer.get("client_order_id"),
            _reason(answer),
        )

    def cancel(self, client_order_id: str) -> Outcome:
        """Cancel an order and return how it ended."""
        path = f"/api/v1/orders/{quote(client_order_id)}"
        started = time.perf_counter()
        response = self._asked("DELETE", path)
        milliseconds = (time.perf_counter() - started) * 1000
        end = time.monotonic() + _DECISION_SECONDS
        while (status := self._get(path)["status"]) in _WORKING and time.monotonic() < end:
            time.sleep(_LOOK_SECONDS)
        return Outcome(status, response.status_code, milliseconds, client_order_id)

    def positions(self) -> list[dict[str, Any]]:
        """Return the positions that the service knows."""
        found: list[dict[str, Any]] = self._get("/api/v1/positions")["positions"]
        return found

    def costs(self, by: Sequence[str]) -> list[dict[str, Any]]:
        """Return what trading cost, by groups."""
        path = f"/api/v1/reports/costs?by={','.join(by)}"
        found: list[dict[str, Any]] = self._get(path)["groups"]
        return found

    def _asked(self, method: str, path: str, **request: Any) -> httpx2.Response:
        try:
            return self._client.request(method, path, **request)
        except httpx2.HTTPError as error:
            words = str(error) or type(error).__name__
            raise ChildFailed(f"the service does not answer: {words}") from None

    def _get(self, path: str) -> Any:
        response = self._asked("GET", path)
        if not response.is_success:
            raise ChildFailed(f"{path} answered {response.status_code}: {response.text}")
        return response.json()

    def _body(self, alert: Alert) -> bytes:
        if not isinstance(alert.body, Mapping):
            return alert.body
        members = {name: self._value(alert, value) for name, value in alert.body.items()}
        if alert.door == Door.SECRET:
            members["secret"] = self._secret
        return json.dumps(members).encode()

    def _value(self, alert: Alert, value: object) -> object:
        match value:
            case Percent(distance=distance):
                price = self._prices[alert.symbol or ""] * (100 + distance) / 100
                return decimal_text(round(price, 4 - price.adjusted()))
            case Ago(seconds=seconds):
                return int((time.time() - seconds) * 1000)
        return value

    def _ending(self, http: int, answer: Mapping[str, Any]) -> str:
        if http == _ACCEPTED and answer.get("client_order_id"):
            return self._decided(answer["client_order_id"], answer["status"])
        if answer.get("code") == "SUSPECTED_DUPLICATE":
            return "SUSPECTED_DUPLICATE"
        status = answer.get("order_status") or answer.get("status")
        if not isinstance(status, str):
            return str(answer.get("code"))
        return f"{status}, replayed" if answer["replayed"] else status

    def _decided(self, identity: str, status: str) -> str:
        """Return what an order becomes whose outcome was open when we were answered."""
        end = time.monotonic() + _DECISION_SECONDS
        seen = ["UNKNOWN"] if status == "UNKNOWN" else []
        while status in _UNDECIDED and time.monotonic() < end:
            time.sleep(_LOOK_SECONDS)
            status = self._get(f"/api/v1/orders/{quote(identity)}")["status"]
        return ", ".join([*seen, status])


def _has_distance(alert: Alert) -> bool:
    values = alert.body.values() if isinstance(alert.body, Mapping) else ()
    return any(isinstance(value, Percent) for value in values)


def _reason(answer: Mapping[str, Any]) -> str:
    parts = (answer.get("code"), answer.get("text") or answer.get("detail"))
    return ": ".join(str(part) for part in parts if part)
