"""A sender: a process of its own that runs one load after another.

    python -m fillgate.cli.bench.sender

Over its standard input and output, each message a line: `Job` -> "ready" -> "go" -> `Sent`. It ends
with its input. If a load cannot be made ready, the answer is a line that says why.
"""

import signal
import sys

import msgspec

from fillgate.cli.bench.load import Job, Load

__all__ = ["GO", "READY", "main"]

READY = b"ready\n"
GO = b"go\n"


def main() -> None:
    """Run loads until the input ends."""
    # Ctrl-C reaches all processes of a terminal: whoever started us ends us.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while line := sys.stdin.buffer.readline():
        try:
            load = Load(msgspec.json.decode(line, type=Job))
        except OSError as error:
            _tell(f"cannot connect: {error}\n".encode())
            continue
        _tell(READY)
        if sys.stdin.buffer.readline() != GO:
            return
        _tell(msgspec.json.encode(load.run()) + b"\n")


def _tell(line: bytes) -> None:
    sys.stdout.buffer.write(line)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
