"""The commands of every page, run in their order as a reader would."""

import re
from itertools import pairwise
from pathlib import Path

import pytest

from tests.docs.pages import PAGES, Block, Page
from tests.docs.terminals import Failed, Reader
from tests.tools import needed

CONSOLE = {
    "docs/how-to/connect-an-exchange.md": "an exchange, or packages that the clone's .venv lacks",
    "docs/how-to/connect-tradingview.md": "a web server with a public name and a certificate",
    "docs/how-to/run-the-bridge.md": "an exchange, and an environment outside of the clone",
    "docs/how-to/run-as-a-service.md": "changes the machine: users, folders and units of systemd",
}
"""The pages with commands that no test can run, and why not."""

WITH_COMMANDS = [page for page in PAGES if any(block.kind == "sh" for block in page.blocks)]


def follow(page: Page, folder: Path) -> None:
    """Make the page's files and type its commands, in the page's order."""
    needed(*(name for name in ("curl", "openssl") if name in _commands(page)))
    with Reader(folder) as reader:
        for block, following in pairwise((*page.blocks, None)):
            assert block is not None
            if block.file is not None:
                reader.write(block)
            elif block.kind == "sh":
                printed = following if following and following.kind == "output" else None
                reader.type(block, printed)
        reader.leave()


def _commands(page: Page) -> str:
    return "".join(block.text for block in page.blocks if block.kind == "sh")


@pytest.mark.parametrize("page", WITH_COMMANDS, ids=str)
def test_a_page_does_what_it_says(page: Page, tmp_path: Path) -> None:
    follow(page, tmp_path)


def test_what_cannot_be_run_is_on_the_list() -> None:
    assert {page.path for page in PAGES for block in page.blocks if block.kind == "console"} == (
        CONSOLE.keys()
    )


def test_what_is_printed_stands_behind_the_command_that_prints_it() -> None:
    for page in PAGES:
        kinds = ["", *(block.kind for block in page.blocks)]
        assert all(former == "sh" for former, kind in pairwise(kinds) if kind == "output"), page


def made_up(*blocks: tuple[str, str]) -> Page:
    return Page(
        "made-up.md",
        "",
        tuple(
            Block("made-up.md", line, info, f"{text}\n") for line, (info, text) in enumerate(blocks)
        ),
    )


@pytest.mark.parametrize(
    "blocks",
    [
        [("sh", "echo first\nfalse\necho last")],
        [("sh", "false | cat")],
        [("sh", "echo $neither")],
        [("sh", "make neither")],
        [("sh exit=1", "true")],
        [("sh exit=1", "(exit 2)")],
        [("sh", "echo one two"), ("output", "one three")],
        [("sh", "echo one two"), ("output", "one")],
        [("sh", "printf '1\\n2\\n'"), ("output", "2\n1")],
        [("sh serves=8006", "echo soon")],
        [("sh serves=8006", "kept=1; python3 -m http.server 8006"), ("sh", "echo $kept")],
        [("sh", "fillgate serve --neither")],
        [("sh", "fillgate serve; fillgate serve --neither")],
    ],
)
def test_a_page_that_is_wrong_is_found(blocks: list[tuple[str, str]], tmp_path: Path) -> None:
    with pytest.raises(Failed):
        follow(made_up(*blocks), tmp_path)


def test_a_page_that_is_right_is_followed(tmp_path: Path) -> None:
    page = made_up(
        ("sh", "kept=1"),
        ("python", "# folder/program.py\nprint('a', 'file')"),
        ("sh", "echo $kept; python3 folder/program.py"),
        ("output", "1\na ..."),
        ("sh", "make demo"),
        ("output", "...fillgate demo"),
        ("sh exit=3", "(exit 3)"),
        ("sh serves=8006", "python3 -m http.server 8006"),
        ("sh again", "curl -so there http://127.0.0.1:8006; wc -l <there"),
        ("output", "..."),
    )
    follow(page, tmp_path)
    assert not re.search(r"\d{4}", (tmp_path / "clone/folder/program.py").read_text())
