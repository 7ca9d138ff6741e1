"""fillgate as it is, which ends its own process at the moments that the killer asks for.

    python -m tests.torture.stabbing serve ...

For accounts of plugins that have no such setting. While there is a file `NAMELESS`, the plugin of
ccxt finds no address of its exchange.
"""

import os
import socket
from collections.abc import Awaitable
from pathlib import Path
from typing import Any, Final

from fillgate.domain.orders import Order
from fillgate.domain.reports import ExecutionReport, ExecutionResult
from fillgate.engine.requests.sender import Sender
from fillgate.engine.requests.verdict import Asked
from fillgate.plugins.ccxt.hosts import LoopbackResolver
from fillgate.plugins.registry import PluginRegistry
from tests.torture.plugin import AFTER_ANSWER, BEFORE_SEND, STABBED, die_if

__all__ = ["NAMELESS", "plant"]

NAMELESS: Final = "nameless"
"""The name of the file, in the folder of the daggers."""


def plant() -> None:
    """Watch for daggers from now on."""
    daggers = Path(os.environ[STABBED])
    _stab_orders(daggers)
    _stab_cancels(daggers)
    _lose_names(daggers / NAMELESS)


def _stab_orders(daggers: Path) -> None:
    real = PluginRegistry.execute_order

    async def execute_order(
        self: PluginRegistry, order: Order, account: str | None = None
    ) -> ExecutionResult:
        die_if(daggers, BEFORE_SEND, "new")
        result = await real(self, order, account)
        die_if(daggers, AFTER_ANSWER, "new")
        return result

    _put(PluginRegistry, execute_order)


def _stab_cancels(daggers: Path) -> None:
    real = Sender._call

    def _call(self: Sender, asked: Asked) -> Awaitable[ExecutionReport]:
        async def call() -> ExecutionReport:
            die_if(daggers, BEFORE_SEND, "cancel")
            report = await real(self, asked)
            die_if(daggers, AFTER_ANSWER, "cancel")
            return report

        return call()

    _put(Sender, _call)


def _lose_names(nameless: Path) -> None:
    real = LoopbackResolver.resolve

    async def resolve(
        self: LoopbackResolver, host: str, *place: Any, **more: Any
    ) -> list[dict[str, Any]]:
        if os.path.exists(nameless):  # noqa: ASYNC240, PTH110 - a moment
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        return await real(self, host, *place, **more)

    _put(LoopbackResolver, resolve)


def _put(owner: type, method: Any) -> None:
    vars(owner)[method.__name__]  # It must be there.
    setattr(owner, method.__name__, method)


if __name__ == "__main__":
    from fillgate.cli import app

    plant()
    app()
