"""The plugin as an installed package: a folder with what an installer would have put there.

fillgate finds it as it finds every plugin: by the entry point that the package's metadata names.
"""

from pathlib import Path
from typing import Final

__all__ = ["ROOT", "install"]

ROOT: Final = Path(__file__).parents[2]
"""Where the plugin's own code lies: the folder of `tests`."""

_METADATA: Final = """\
Metadata-Version: 2.1
Name: fillgate-torture
Version: 1.0
"""
_ENTRY_POINTS: Final = """\
[fillgate.plugins]
torture = tests.torture.plugin:TorturePlugin
"""


def install(folder: Path) -> str:
    """Install the plugin into a folder and return the PYTHONPATH that makes it found."""
    metadata = folder / "fillgate_torture-1.0.dist-info"
    metadata.mkdir(parents=True, exist_ok=True)
    (metadata / "METADATA").write_text(_METADATA)
    (metadata / "entry_points.txt").write_text(_ENTRY_POINTS)
    return f"{folder}:{ROOT}:{ROOT / 'src'}"
