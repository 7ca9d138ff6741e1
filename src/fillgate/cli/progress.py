"""How far a long command is, on standard error, where that is a terminal."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console

__all__ = ["progress"]


@contextmanager
def progress(what: str) -> Iterator[Callable[[int], None]]:
    """Show a count while something goes on; the function that is handed out tells it."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    with Console(stderr=True).status(f"0 {what}") as status:
        yield lambda count: status.update(f"{count:,} {what}")
