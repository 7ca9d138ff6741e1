"""The interpreter's settings for a server; in a process of its own, for they would stay."""

import json
import subprocess
import sys

PROGRAM = """
import asyncio, gc, json, sys
from fillgate.service.interpreter import run_server, settle_memory

async def server():
    settle_memory()
    loop = type(asyncio.get_running_loop()).__module__
    print(json.dumps([loop, sys.getswitchinterval(), gc.get_freeze_count(), gc.get_threshold()[0]]))

run_server(server())
"""


def test_a_server_has_a_quick_loop_quick_switches_and_a_patient_collector() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, timeout=60
    )
    loop, switch, frozen, threshold = json.loads(done.stdout)
    assert loop.startswith("uvloop")
    # The default of 5 ms lets the loop keep the journal's thread waiting.
    assert switch <= 0.001
    assert frozen > 1000
    assert threshold > 700
