"""What the environment of these tests has to hold."""

import subprocess
import sys


def test_fillgate_imports_no_ccxt_by_itself() -> None:
    program = "import sys, fillgate.cli, fillgate.service.host; print('ccxt' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "False\n"
