"""fillgate as it is, which ends its own process at the moments that the killer asks for.

    python -m tests.torture.stabbing serve ...

For accounts of plugins that have no such setting.
"""

import os
from pathlib import Path

from fillgate.domain.orders import Order
from fillgate.domain.reports import ExecutionResult
from fillgate.plugins.registry import PluginRegistry
from tests.torture.plugin import AFTER_ANSWER, BEFORE_SEND, STABBED, die_if

__all__: list[str] = []


def _plant() -> None:
    real, daggers = PluginRegistry.execute_order, Path(os.environ[STABBED])

    async def execute_order(
        self: PluginRegistry, order: Order, account: str | None = None
    ) -> ExecutionResult:
        die_if(daggers, BEFORE_SEND, "new")
        result = await real(self, order, account)
        die_if(daggers, AFTER_ANSWER, "new")
        return result

    vars(PluginRegistry)["execute_order"]  # It must be there.
    setattr(PluginRegistry, "execute_order", execute_order)  # noqa: B010 - mypy knows no other way


if __name__ == "__main__":
    from fillgate.cli import app

    _plant()
    app()
