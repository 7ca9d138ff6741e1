"""A practice exchange at work, for tests: a real server on a real socket."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from fillgate.engine.clock import SystemClock
from fillgate.market.feeds.synthetic import SyntheticTerms
from fillgate.practice.app import Practice, Settings
from fillgate.practice.certificates import server_context
from fillgate.practice.server import listening, running
from fillgate.practice.users import User

__all__ = ["ALICE", "BOB", "CONTROL", "STILL", "Served", "opened", "served"]

CONTROL = "control"
ALICE = User(name="alice", key="alice-key", secret="alice-secret")
BOB = User(name="bob", key="bob-key", secret="bob-secret")
STILL = SyntheticTerms(volatility=Decimal(0), activity=Decimal(0))
"""Prices that stand still until somebody moves them."""


class Served(NamedTuple):
    practice: Practice
    port: int
    ca: Path


def opened(clock: Any, **more: Any) -> Practice:
    """Return an exchange whose prices stand still; it is not served."""
    settings: dict[str, Any] = {"users": (ALICE, BOB), "control_key": CONTROL, "prices": STILL}
    return Practice(Settings(**settings | more), clock)


@asynccontextmanager
async def served(folder: Path, clock: Any = None, **more: Any) -> AsyncIterator[Served]:
    """Serve an exchange whose prices stand still, by TLS."""
    clock = clock or SystemClock()
    practice = opened(clock, **more)
    listener = listening("127.0.0.1", 0)
    ca = folder / "ca.pem"
    context = server_context(ca)
    port = listener.getsockname()[1]
    async with running(practice, listener, clock, context):
        yield Served(practice, port, ca)
