"""Runs the demo and draws what it printed: `make picture`."""

import os
import re
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.text import Text

__all__ = ["PICTURE", "drawn"]

PICTURE: Final = Path(__file__).parent / "demo.svg"
_WIDTH: Final = 100
_FONTS: Final = "ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace"


def drawn(printed: str, title: str) -> str:
    """Return an SVG of what a program printed on a terminal; it loads nothing from elsewhere."""
    screen = Console(record=True, width=_WIDTH, file=StringIO())
    screen.print(Text.from_ansi(printed))
    picture = screen.export_svg(title=title, unique_id="demo")
    picture = re.sub(r" *(@font-face \{.*?\n    \}|<!--.*?-->)\n", "", picture, flags=re.DOTALL)
    return re.sub(
        r"[ \t]+$", "", picture.replace("Fira Code, monospace", _FONTS), flags=re.MULTILINE
    )


def _shown() -> str:
    command = [sys.executable, "-m", "fillgate", "demo"]
    environment = os.environ | {"FORCE_COLOR": "1", "COLUMNS": str(_WIDTH)}
    done = subprocess.run(  # noqa: S603 - ourselves
        command, stdout=subprocess.PIPE, text=True, check=True, env=environment
    )
    return re.sub(r"(?<=are in ).*", "/tmp/fillgate-demo", done.stdout)  # noqa: S108 - only shown


if __name__ == "__main__":
    PICTURE.write_text(drawn(_shown(), "make demo"), encoding="utf-8")
