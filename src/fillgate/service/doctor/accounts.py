"""The accounts: opened and asked for their health, side by side; no order is ever placed."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from fillgate.config import AccountConfig
from fillgate.domain.errors import ConfigurationError
from fillgate.engine.tasks import Tasks
from fillgate.plugins.base import ExecutionPlugin
from fillgate.plugins.mock import MockLedger
from fillgate.plugins.registry import PluginRegistry
from fillgate.service.account_context import account_context
from fillgate.service.doctor.diagnosis import Diagnosis, fine, problem
from fillgate.service.doctor.locks import holder_of
from fillgate.service.doctor.patient import Patient
from fillgate.service.plugin_types import plugin_type

__all__ = ["check_accounts"]

_DEADLINE: Final = 10.0
_LEDGER: Final = "ledger_path"
_ADVICE: Final = "see that what the account talks to runs, and that its settings name it rightly"


class _Silent:
    """A logger that says nothing: what goes wrong is told by the diagnosis."""

    def is_enabled_for(self, level: int) -> bool:
        return False

    def debug(self, event: str, **fields: Any) -> None: ...

    def info(self, event: str, **fields: Any) -> None: ...

    def warning(self, event: str, **fields: Any) -> None: ...

    def error(self, event: str, **fields: Any) -> None: ...


async def check_accounts(patient: Patient) -> Sequence[Diagnosis]:
    """Ask each account whether orders could be sent; a running service tells of its own."""
    running = {} if patient.running is None else {a["name"]: a for a in patient.running.accounts}
    tasks = {name: Tasks(_Silent()) for name in patient.configuration.accounts}
    registry = _registered(patient, tasks)
    asked = [
        _asked(registry.get(name), account, tasks[name])
        for name, account in patient.configuration.accounts.items()
        if name not in running
    ]
    return [*map(_told, running.values()), *await asyncio.gather(*asked)]


def _registered(patient: Patient, tasks: Mapping[str, Tasks]) -> PluginRegistry:
    """Return the plugins of all accounts, not opened: some ask for others by their names."""
    registry = PluginRegistry()
    for name, account in patient.configuration.accounts.items():
        context = account_context(patient.clock, tasks[name], _Silent(), registry)
        registry.register(plugin_type(account.type, f"accounts.{name}")(name, context))
    return registry


def _told(account: Mapping[str, Any]) -> Diagnosis:
    name, reason = account["name"], account.get("reason")
    if account.get("up"):
        return fine(f"{name} is up, says the running service")
    return problem(f"{name} is down, says the running service: {reason}", _ADVICE)


async def _asked(plugin: ExecutionPlugin, account: AccountConfig, tasks: Tasks) -> Diagnosis:
    name = plugin.name
    fault: str | None
    try:
        async with asyncio.timeout(_DEADLINE):
            fault = await _fault_of(plugin, account)
    except TimeoutError:
        fault = f"no answer within {_DEADLINE:g} seconds"
    except Exception as error:  # noqa: BLE001 - somebody else's code: whatever it is, it is told
        fault = str(error) or type(error).__name__
    finally:
        await _close(plugin, tasks)
    if fault is None:
        return fine(f"{name} ({account.type}) is well")
    return problem(f"{name} ({account.type}): {fault}", _ADVICE)


async def _fault_of(plugin: ExecutionPlugin, account: AccountConfig) -> str | None:
    options = dict(account.options)
    if account.type == "mock" and options.get(_LEDGER) is not None:
        # To open a ledger is to make it and to lock it.
        fault = _fault_of_ledger(Path(options.pop(_LEDGER)))
        if fault is not None:
            return fault
    await plugin.init(options)
    return None if await plugin.health_check() else "it says that orders cannot be sent now"


def _fault_of_ledger(path: Path) -> str | None:
    holder = holder_of(path)
    if holder is not None:
        return f"its ledger {path} is in use by the process {holder}"
    if not path.exists():
        return None if path.parent.is_dir() else f"there is no folder {path.parent} for its ledger"
    try:
        MockLedger.read(path)
    except (OSError, ConfigurationError) as error:
        return f"its ledger cannot be read: {error}"
    return None


async def _close(plugin: ExecutionPlugin, tasks: Tasks) -> None:
    try:
        async with asyncio.timeout(_DEADLINE):
            await plugin.close()
    except Exception:  # noqa: BLE001, S110 - it is given up with this process
        pass
    await tasks.cancel_all()
