"""What monitors ask: does the process live, does it take signals, is all well.

Open to all who can reach the service. It tells names of accounts and numbers, nothing of what is
traded.
"""

from collections.abc import Mapping
from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response

from fillgate import __version__
from fillgate.domain.life_cycle import OrderStatus
from fillgate.engine.engine import Engine
from fillgate.service.plain import plain

__all__ = ["Health", "HealthApi", "Live", "Ready", "Unready"]

_Ok = Annotated[str, Meta(extra_json_schema={"enum": ["ok"]})]


class Live(msgspec.Struct, frozen=True, kw_only=True):
    """The process answers."""

    status: _Ok = "ok"


class Ready(msgspec.Struct, frozen=True, kw_only=True):
    """Signals are taken."""

    status: _Ok = "ok"


class Unready(msgspec.Struct, frozen=True, kw_only=True):
    """No signals are taken."""

    status: Annotated[str, Meta(extra_json_schema={"enum": ["unavailable"]})] = "unavailable"
    code: str
    """Why not: the code that signals are answered with."""


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """How the service is."""

    status: Annotated[str, Meta(extra_json_schema={"enum": ["ok", "degraded"]})]
    """`ok`: signals are taken, all accounts are up and shared with no other fillgate, and no order
    is UNKNOWN."""
    version: str
    """Version of fillgate."""
    accepting: bool
    """Whether signals are taken."""
    reason: str | None
    """Why not: the code that signals are answered with; null while they are taken."""
    shared_accounts: tuple[str, ...]
    """Accounts on which orders of another fillgate were seen since the start."""
    accounts: Mapping[str, bool]
    """For each account whether it is up."""
    unknown_orders: int
    """How many orders may or may not be at their venue."""
    waiting_signals: int
    """How many accepted signals wait in their lanes."""


class HealthApi:
    """Handlers over one engine."""

    def __init__(self, engine: Engine) -> None:
        """Tell how `engine` is."""
        self._engine = engine

    async def live(self, request: Request) -> Live:
        """Tell that the process lives."""
        return Live()

    async def ready(self, request: Request) -> Ready | Response:
        """Tell whether signals are taken."""
        unavailable = self._engine.intake.unavailable
        if unavailable is None:
            return Ready()
        answer = msgspec.json.encode(plain(Unready(code=unavailable.code)))
        return Response(answer, 503, media_type="application/json")

    async def health(self, request: Request) -> Health:
        """Tell how the service is, in one look."""
        unavailable = self._engine.intake.unavailable
        accounts = {account.name: account.up for account in self._engine.accounts}
        unknown = sum(
            state.status is OrderStatus.UNKNOWN for state in self._engine.blotter.open_orders()
        )
        shared = [name for name, tags in self._engine.foreign.installations.items() if tags]
        well = unavailable is None and all(accounts.values()) and not unknown and not shared
        return Health(
            status="ok" if well else "degraded",
            version=__version__,
            accepting=unavailable is None,
            reason=None if unavailable is None else unavailable.code,
            shared_accounts=tuple(shared),
            accounts=accounts,
            unknown_orders=unknown,
            waiting_signals=self._engine.dispatcher.lanes.waiting,
        )
