"""The interpreter as a server needs it: event loop, thread switches, collector.

Whatever is compared with the service runs under these settings too.
"""

import asyncio
import gc
import sys
from collections.abc import Coroutine
from typing import Any, Final

import uvloop

__all__ = ["run_server", "settle_memory"]

# The default of 5 ms lets the event loop keep the journal's thread waiting for whole requests.
_SWITCH_SECONDS: Final = 0.0005

# The collector looks for cycles, and an order makes next to none: the default of 700 has it look at
# everything in memory many times a second.
_COLLECT_EVERY: Final = 20_000


def run_server(main: Coroutine[Any, Any, None]) -> None:
    """Run a server to its end, in an event loop of its own."""
    sys.setswitchinterval(_SWITCH_SECONDS)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main)


def settle_memory() -> None:
    """Call once all is built: what lives now lives to the end, and is not collected."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_COLLECT_EVERY)
