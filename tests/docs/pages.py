"""The pages for people and the fenced blocks in them.

What the first word behind a fence says:

- `sh`: a user types it; it is run. `sh exit=1`: one of its commands ends so. `sh again`: to be
  repeated until it prints what the page shows. `sh serves=8006`: it goes on; ready when that port
  listens.
- `output`: what the `sh` block before it prints, line by line; `...` stands for anything
- `console`: commands that no test can run, each listed with its reason
- `toml`, `json`, `python`: checked; one that begins with a comment such as `# fillgate.toml` is the
  file of that name in the reader's folder
- others: pictures and other programs' settings
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

__all__ = ["KINDS", "PAGES", "ROOT", "Block", "Page"]

ROOT: Final = Path(__file__).parent.parent.parent

KINDS: Final = frozenset(
    {
        "sh",
        "output",
        "console",
        "toml",
        "json",
        "python",
        "text",
        "nginx",
        "caddyfile",
        "ini",
        "yaml",
    }
)
"""The first words that a fence may have."""

_FENCE: Final = re.compile(r" *(`{3,}|~{3,})(.*)")
_FILE: Final = re.compile(r"# ([\w./-]+\.(?:toml|py))\n")


@dataclass(frozen=True)
class Block:
    """A fenced block."""

    page: str
    line: int
    info: str
    """What stands behind the fence."""
    text: str

    @property
    def kind(self) -> str:
        """The first word behind the fence; empty if there is none."""
        return self.info.partition(" ")[0]

    @property
    def options(self) -> dict[str, str]:
        """The other words: `exit=1` as {"exit": "1"}."""
        words = (word.partition("=") for word in self.info.split()[1:])
        return {name: value for name, _, value in words}

    @property
    def file(self) -> str | None:
        """The file that the reader is to make of it, if it names one."""
        named = _FILE.match(self.text) if self.kind in {"toml", "python"} else None
        return named[1] if named else None

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


@dataclass(frozen=True)
class Page:
    """A page."""

    path: str
    """From the root of the repository."""
    prose: str
    """All that is not in a fenced block."""
    blocks: tuple[Block, ...]

    @classmethod
    def read(cls, path: Path) -> Self:
        """Take a page apart. A fence that is never closed is an error."""
        name = path.relative_to(ROOT).as_posix()
        prose: list[str] = []
        blocks: list[Block] = []
        lines = iter(enumerate(path.read_text(encoding="utf-8").splitlines(), start=1))
        for number, line in lines:
            fence = _FENCE.fullmatch(line)
            if fence is None:
                prose.append(line)
                continue
            body: list[str] = []
            for _, inner in lines:
                if inner.strip() == fence[1]:
                    break
                body.append(inner.removeprefix(line[: fence.start(1)]))
            else:
                raise ValueError(f"{name}:{number}: the fence is never closed")
            text = "".join(f"{inner}\n" for inner in body)
            blocks.append(Block(name, number, fence[2].strip(), text))
        return cls(name, "\n".join(prose), tuple(blocks))

    def __str__(self) -> str:
        return self.path


PAGES: Final = tuple(
    Page.read(path)
    for path in (
        *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")),
        *sorted((ROOT / "docs").rglob("*.md")),
    )
    if path.exists()
)
"""All pages, new ones too."""
