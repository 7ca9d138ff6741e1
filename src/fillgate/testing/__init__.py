"""What plugin authors test with. Public: it changes only with a word in the changelog.

- `clock`: `VirtualClock`, which goes when it is told to
- `SimulatedLoop`, an event loop in virtual time, whose order is chosen from outside
- `context`: `plugin_context`, a `PluginContext` for tests, with what it records
"""

from fillgate.testing.clock import VirtualClock
from fillgate.testing.context import LogEntry, RecordingLogger, TaskCollector, plugin_context
from fillgate.virtual_time import (
    Deadlock,
    LoopClock,
    NeverEnds,
    Process,
    Schedule,
    SimulatedLoop,
)

__all__ = [
    "Deadlock",
    "LogEntry",
    "LoopClock",
    "NeverEnds",
    "Process",
    "RecordingLogger",
    "Schedule",
    "SimulatedLoop",
    "TaskCollector",
    "VirtualClock",
    "plugin_context",
]
