"""The whole service but for its sockets: doors, engine, a journal on disk, a scripted venue."""

import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, Final

import pytest

from fillgate.config import Configuration, ServiceConfig
from fillgate.engine.settings import EngineSettings
from fillgate.service.app import Application
from fillgate.service.assembly import application as _application
from fillgate.service.auth import sign
from fillgate.service.events import EventFeed, StreamLimits
from tests.engine.conftest import SETTINGS, House, open_house
from tests.engine.venue import Venue
from tests.service.asgi import Response, call

SECRET: Final = "a made-up-secret/with+signs"
WEBHOOK: Final = "/webhook/tradingview"
ORDERS: Final = "/api/v1/orders"


class Lines:
    """A logger that keeps its lines."""

    def __init__(self) -> None:
        self.kept: list[tuple[str, str, dict[str, Any]]] = []

    def is_enabled_for(self, level: int) -> bool:
        return True

    def debug(self, event: str, **fields: Any) -> None:
        self.kept.append(("debug", event, fields))

    def info(self, event: str, **fields: Any) -> None:
        self.kept.append(("info", event, fields))

    def warning(self, event: str, **fields: Any) -> None:
        self.kept.append(("warning", event, fields))

    def error(self, event: str, **fields: Any) -> None:
        self.kept.append(("error", event, fields))

    def of(self, event: str) -> list[dict[str, Any]]:
        return [fields for _, name, fields in self.kept if name == event]


@dataclass
class Desk:
    """An application over an engine, and what its callers say."""

    house: House
    app: Application
    feed: EventFeed
    log: Lines = field(default_factory=Lines)

    @property
    def venue(self) -> Venue:
        return self.house.venue

    async def alert(
        self,
        fields: Mapping[str, Any] | bytes = b"",
        *,
        sign_with: str | None = SECRET,
        token: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """Post an alert: these fields, or exactly these bytes."""
        body = fields if isinstance(fields, bytes) else alert(**fields)
        given = encoded(headers or {})
        if sign_with is not None:
            given.append((b"x-webhook-signature", sign(sign_with, body).encode()))
        return await call(self.app, "POST", WEBHOOK + token, headers=given, body=body)

    async def order(
        self, fields: Mapping[str, Any] | bytes, headers: Mapping[str, str] | None = None
    ) -> Response:
        """Post an order request."""
        body = fields if isinstance(fields, bytes) else order(**fields)
        return await call(self.app, "POST", ORDERS, headers=encoded(headers or {}), body=body)

    async def get(self, target: str, headers: Mapping[str, str] | None = None) -> Response:
        return await call(self.app, "GET", target, headers=encoded(headers or {}))

    async def post(self, target: str, fields: Mapping[str, Any] | bytes) -> Response:
        body = fields if isinstance(fields, bytes) else json.dumps(fields).encode()
        return await call(self.app, "POST", target, body=body)

    async def delete(self, target: str, headers: Mapping[str, str] | None = None) -> Response:
        return await call(self.app, "DELETE", target, headers=encoded(headers or {}))

    async def patch(
        self,
        target: str,
        fields: Mapping[str, Any] | bytes,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        body = fields if isinstance(fields, bytes) else json.dumps(fields).encode()
        return await call(self.app, "PATCH", target, headers=encoded(headers or {}), body=body)

    async def signals(self, query: str = "") -> list[dict[str, Any]]:
        """Return what the API lists of signals."""
        found = (await self.get(f"/api/v1/signals?limit=500{query}")).json["signals"]
        assert isinstance(found, list)
        return found


def problem_of(response: Response) -> tuple[int, str]:
    """Return the status and the code of a problem document."""
    return response.status, response.json["code"]


_numbers = count(1)


def numbered() -> dict[str, Any]:
    """Return fields of an alert or order that no other has."""
    number = next(_numbers)
    return {"quantity": number, "symbol": f"S{number}/USDT"}


def encoded(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    pairs = headers.items()
    return [(name.lower().encode(), value.encode("latin-1")) for name, value in pairs]


def alert(**fields: Any) -> bytes:
    plain = {"symbol": "BTC/USDT", "action": "buy", "quantity": "1"}
    return json.dumps(plain | fields).encode()


def order(**fields: Any) -> bytes:
    plain = {"symbol": "BTC/USDT", "side": "buy", "quantity": "1"}
    return json.dumps(plain | fields).encode()


@asynccontextmanager
async def open_desk(
    folder: Path,
    *,
    api_key: str | None = None,
    wait: float = 2.0,
    settings: EngineSettings = SETTINGS,
    prepare: Callable[[Venue], None] = lambda venue: None,
    limits: StreamLimits = StreamLimits(),  # noqa: B008 - never changed
) -> AsyncIterator[Desk]:
    """Run the service over the journal in `folder`."""
    configuration = Configuration(
        service=ServiceConfig(wait=wait),
        accounts={},
        default_account="main",
        api_key=api_key,
    )
    log = Lines()
    async with open_house(folder, settings=settings, prepare=prepare, logger=log) as house:
        feed = EventFeed(house.engine, house.clock, limits)
        app = _application(house.engine, configuration, SECRET, house.clock, feed)
        yield Desk(house, app, feed, log)
        feed.stop()


@pytest.fixture(scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    """A service whose venue fills everything, shared by the tests of a file."""
    async with open_desk(tmp_path_factory.mktemp("desk")) as opened:
        yield opened
