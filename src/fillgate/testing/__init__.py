"""What plugin authors test with. Public: it changes only with a word in the changelog.

- `clock`: `VirtualClock`, which goes when it is told to
- `context`: `plugin_context`, a `PluginContext` for tests, with what it records
"""

from fillgate.testing.clock import VirtualClock
from fillgate.testing.context import LogEntry, RecordingLogger, TaskCollector, plugin_context

__all__ = ["LogEntry", "RecordingLogger", "TaskCollector", "VirtualClock", "plugin_context"]
