"""A reader at work: terminals in a new clone, into which a page's commands are typed.

Invariants:

1. A terminal is one shell: what it sets it still knows in the next block, other terminals do not.
2. What goes on (a service) has its terminal to itself; the next block is typed into another.
3. Nothing that a page started outlives it.

The reader differs from a real one in three ways. The ports are free ones. `make` says what it would
do, for its targets run the tests. And pip puts packages into the reader's folder.
"""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Final, Self

from tests.docs.pages import ROOT, Block
from tests.patience import wait_for

__all__ = ["Failed", "Reader"]

_PORTS: Final = ("8005", "8006", "8010")
"""The ports that pages speak of."""
_SERVE: Final = re.compile(r"fillgate serve(?![^\n]*&\s*$)[^\n]*\n\Z")
_SHELL: Final = """
set -u -o pipefail
# The group is told to stop; the shell has to note how what ran in it ended.
trap : TERM
trap 'echo "$? $BASH_COMMAND" >>"$failed"' ERR
make() { command make --no-print-directory -C "$clone" -n "$@"; }
"""
_PATIENCE: Final = 60.0


class Failed(AssertionError):
    """A block did not do what its page says."""


class _Terminal:
    """One shell in a folder."""

    def __init__(self, folder: Path, notes: Path, environment: Mapping[str, str]) -> None:
        self._notes = notes
        self._typed = 0
        self.port: int | None = None
        """Where what is served in it listens."""
        self._shell = subprocess.Popen(
            ["bash", "--norc"],
            cwd=folder,
            env=environment,
            stdin=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self._write(_SHELL + f"clone={ROOT}\n")

    def _write(self, text: str) -> None:
        assert self._shell.stdin is not None
        self._shell.stdin.write(text)
        self._shell.stdin.flush()

    def _note(self, kind: str) -> Path:
        return self._notes.with_name(f"{self._notes.name}-{self._typed}.{kind}")

    def start(self, commands: str) -> None:
        """Type commands in; `is_idle` tells when they have ended."""
        self._typed += 1
        self._note("sh").write_text(f"{commands}\n:\n")
        self._note("failed").touch()
        self._write(
            f"failed={self._note('failed')}\n"
            f"source {self._note('sh')} </dev/null >{self._note('out')} 2>&1\n"
            f"touch {self._note('done')}\n"
        )

    @property
    def is_idle(self) -> bool:
        """Whether the last commands have ended."""
        return self._shell.poll() is not None or not self._typed or self._note("done").exists()

    @property
    def output(self) -> str:
        """What the last commands printed."""
        out = self._note("out")
        return out.read_text(errors="replace") if out.exists() else ""

    @property
    def failures(self) -> list[str]:
        """Of the last commands those that failed: the exit code, and how each began."""
        ended = self._shell.poll()
        died = [] if self._note("done").exists() else [f"{ended} the shell itself"]
        return self._note("failed").read_text().splitlines() + died

    def close(self) -> None:
        """Stop what runs, in good order; once more does nothing."""
        assert self._shell.stdin is not None
        try:
            if self._shell.poll() is None:
                os.killpg(self._shell.pid, signal.SIGTERM)
                wait_for(lambda: self.is_idle, "what a page started stops when it is told to")
        finally:
            self._shell.stdin.close()
            if not self.is_idle:
                os.killpg(self._shell.pid, signal.SIGKILL)
            self._shell.wait(timeout=_PATIENCE)


class Reader:
    """Follows a page in a folder; a context manager."""

    def __init__(self, folder: Path) -> None:
        """Sit down before a new clone."""
        self._folder = folder / "clone"
        self._notes = folder / "notes"
        self._ports = {port: str(_free_port()) for port in _PORTS}
        self._terminals: list[_Terminal] = []
        self._environment = _environment(self._folder, self._ports)

    def __enter__(self) -> Self:
        self._folder.mkdir()
        self._notes.mkdir()
        for path in ROOT.iterdir():
            # A configuration of one's own is no part of a new clone.
            if not path.name.startswith(".") and path.name != "fillgate.toml":
                (self._folder / path.name).symlink_to(path)
        (self._folder / ".venv").symlink_to(Path(sys.prefix))
        return self

    def __exit__(self, *_: object) -> None:
        with ExitStack() as closing:
            for terminal in self._terminals:
                closing.callback(terminal.close)

    def leave(self) -> None:
        """Stop what still serves.

        Raises:
            Failed: a fillgate did not stop in good order.
        """
        for terminal in self._terminals:
            terminal.close()
            failed = [line for line in terminal.failures if "fillgate serve" in line]
            if terminal.port is not None and failed:
                raise Failed(f"it did not stop in good order: {failed}\n{terminal.output}")

    def write(self, block: Block) -> None:
        """Make the file that a block is."""
        assert block.file is not None
        path = self._folder / block.file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self._adapted(block.text))

    def type(self, block: Block, output: Block | None) -> None:
        """Type a block into a terminal.

        Args:
            block: an `sh` block.
            output: what it prints.

        Raises:
            Failed: it did something else.
        """
        if "serves" in block.options or _SERVE.search(block.text):
            self._serve(block)
        elif "again" in block.options:
            assert output is not None, f"{block}: again until what is printed?"
            wait_for(lambda: self._fits(block, output), f"{output} comes true", seconds=_PATIENCE)
        else:
            said = self._run(block)
            if output is not None:
                _check_output(said, output)

    def _fits(self, block: Block, output: Block) -> bool:
        try:
            _check_output(self._run(block), output)
        except Failed:
            return False
        return True

    def _run(self, block: Block) -> str:
        terminal = self._terminal()
        terminal.start(self._adapted(block.text))
        wait_for(lambda: terminal.is_idle, f"{block} ends", seconds=_PATIENCE)
        codes = [line.partition(" ")[0] for line in terminal.failures]
        expected = [block.options["exit"]] if "exit" in block.options else []
        if codes != expected:
            failed = "\n".join(terminal.failures)
            raise Failed(f"{block}: exit codes {codes}\n{failed}\n{terminal.output}")
        return terminal.output

    def _serve(self, block: Block) -> None:
        port = int(self._ports[block.options.get("serves", "8005")])
        terminal = self._terminal_that_serves(port)
        terminal.start(self._adapted(block.text))
        wait_for(lambda: terminal.is_idle or _listens(port), f"{block} listens")
        if terminal.is_idle:
            raise Failed(f"{block}: it ended\n{terminal.output}")

    def _terminal_that_serves(self, port: int) -> _Terminal:
        """Return the terminal that served this port before, else a free one."""
        for former in self._terminals:
            if former.port == port:
                # The page has ended what served there; its shell may still have to notice.
                wait_for(lambda: former.is_idle, f"port {port} is free", seconds=_PATIENCE)  # noqa: B023 - called here only
                return former
        terminal = self._terminal()
        terminal.port = port
        return terminal

    def _terminal(self) -> _Terminal:
        """Return a free terminal in which nothing has served."""
        for terminal in self._terminals:
            if terminal.is_idle and terminal.port is None:
                return terminal
        notes = self._notes / str(len(self._terminals))
        self._terminals.append(_Terminal(self._folder, notes, self._environment))
        return self._terminals[-1]

    def _adapted(self, text: str) -> str:
        for port, free in self._ports.items():
            text = re.sub(rf"\b{port}\b", free, text)
        listen = f"--listen 127.0.0.1:{self._ports['8005']}"
        return re.sub(r"(?<=fillgate serve)\b", f" {listen}", text)


def _environment(folder: Path, ports: Mapping[str, str]) -> dict[str, str]:
    kept = ("LANG", "LC_ALL", "TMPDIR")
    packages = str(folder / "packages")
    return {name: os.environ[name] for name in kept if name in os.environ} | {
        "PATH": f"{Path(sys.prefix) / 'bin'}:{os.environ['PATH']}",
        "HOME": str(folder),
        "FILLGATE_URL": f"http://127.0.0.1:{ports['8005']}",
        "PYTHONPATH": packages,
        "PIP_TARGET": packages,
        "PIP_NO_INDEX": "1",
        "PIP_NO_DEPS": "1",
        "PIP_NO_BUILD_ISOLATION": "0",  # pip reads this one the wrong way round
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_CACHE_DIR": "1",
    }


def _check_output(said: str, output: Block) -> None:
    """Check that the lines of `output` are printed, in their order and not one less."""
    rest = said
    for line in filter(str.strip, output.text.splitlines()):
        words = r"\s+".join(map(re.escape, line.split()))
        pattern = words.replace(re.escape("..."), r"[^\n]*?")
        found = re.search(rf"^[^\S\n]*{pattern}[^\S\n]*$", rest, flags=re.MULTILINE)
        if found is None:
            raise Failed(f"{output}: the line {line!r} is not printed here:\n{said}")
        rest = rest[found.end() :]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
