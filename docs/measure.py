"""Measures this machine and puts the figures into the page about them: `make bench`."""

import subprocess
import sys
from pathlib import Path
from typing import Final

__all__ = ["BEGIN", "END", "PAGE", "with_figures"]

PAGE: Final = Path(__file__).parent / "reference" / "benchmark.md"
BEGIN: Final = "<!-- made by `make bench` -->\n"
END: Final = "<!-- end -->\n"


def with_figures(page: str, figures: str) -> str:
    """Return a page with these figures in the place of those that it has."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    assert begin, "the page has no place for figures"
    assert end, "the place for figures has no end"
    return f"{before}{BEGIN}\n{figures.strip()}\n\n{END}{after}"


if __name__ == "__main__":
    command = [sys.executable, "-m", "fillgate", "bench", "--markdown", *sys.argv[1:]]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603 - ourselves
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(with_figures(page, done.stdout), encoding="utf-8")
