"""Measures a journal of a million orders: `make growth`, or `python -m tests.growth.measure`.

It takes some minutes and two gigabytes of disk, and is no test: it prints what the numbers are.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from tests.growth.history import History, grow
from tests.growth.load import cost_of

_PAGES = ("", "?account=mock", "?symbol=S3/USDT", "?symbol=nothing", "?status=UNKNOWN")
_REPEATS = 21


def main() -> None:
    """Grow a journal and measure it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=1_000_000)
    parser.add_argument("--port", type=int, default=8745)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fillgate-growth-") as folder:
        large, empty = Path(folder, "large"), Path(folder, "empty")
        began = time.monotonic()
        grow(large / "journal.db", options.orders, History())
        # It was written without a flush; who flushes first would wait for all of it.
        os.sync()
        say(f"{options.orders} orders in {time.monotonic() - began:.0f} s")
        say(f"{(large / 'journal.db').stat().st_size / 2**20:.0f} MiB")
        measure_service(large, options.port)
        measure_verify(large)
        # Its orders begin with flat positions: after it the journal is not whole any more.
        measure_costs(large, empty, options.orders)


def say(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def measure_service(folder: Path, port: int) -> None:
    """Start a service on a journal, and read from it."""
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "fillgate", "serve", "--data", str(folder)]
    began = time.monotonic()
    with subprocess.Popen(
        [*command, "--listen", f"127.0.0.1:{port}"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as service:
        try:
            while not answers(f"{url}/ready"):
                assert service.poll() is None
            say(f"ready after {time.monotonic() - began:.2f} s")
            say(f"memory after the start: {resident(service.pid):.0f} MiB")
            for query in _PAGES:
                say(f"GET /api/v1/orders{query}: {median(f'{url}/api/v1/orders{query}'):.1f} ms")
            say(f"memory then: {resident(service.pid):.0f} MiB")
        finally:
            service.terminate()


def answers(url: str) -> bool:
    """Tell whether something answers there."""
    try:
        with urlopen(url, timeout=30) as response:
            return bool(response.read())
    except (URLError, ConnectionError):
        time.sleep(0.01)
        return False


def resident(pid: int) -> float:
    """Return the memory of a process in MiB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


def median(url: str) -> float:
    """Return the median time of an answer, in milliseconds."""
    times = []
    for _ in range(_REPEATS):
        began = time.monotonic()
        answers(url)
        times.append(1000 * (time.monotonic() - began))
    return sorted(times)[_REPEATS // 2]


def measure_costs(large: Path, empty: Path, orders: int) -> None:
    """Compare what orders cost at the end of a long history and in a new journal."""
    warm = 10_000
    grow(empty / "journal.db", warm, History())
    for run, size in enumerate((1, 8, 32, 128)):
        costs = []
        for folder, before in ((empty, warm), (large, orders)):
            first = before + 1 + run * 10_000
            history = History(first=first, start=1_800_000_000_000_000 + first * 1000, step=1000)
            path = folder / "journal.db"
            costs.append(cost_of(path, history, size=size, batches=6400 // size))
        few, many = costs
        say(
            f"batches of {size}: {many.bytes_a_commit / few.bytes_a_commit:.3f} times the bytes"
            f" ({many.bytes_a_commit / 1024:.0f} KiB a commit),"
            f" {many.microseconds_an_order / few.microseconds_an_order:.3f} times the CPU"
            f" ({many.microseconds_an_order:.0f} us an order)"
        )


def measure_verify(folder: Path) -> None:
    """Check the whole journal."""
    began = time.monotonic()
    command = [sys.executable, "-m", "fillgate", "journal", "verify", "--data", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    say(f"verify: {time.monotonic() - began:.0f} s; {done.stdout.strip().splitlines()[-1]}")


if __name__ == "__main__":
    main()
