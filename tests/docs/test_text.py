"""The prose of every page: links lead somewhere, and what it calls a command is one."""

import re
import tomllib
from typing import Any

import pytest
import typer

from fillgate.cli import app
from fillgate.config import settings, variable_of
from tests.docs.pages import PAGES, ROOT, Page

LINK = re.compile(r"\[[^]]*\]\(([^)\s]+)\)", re.DOTALL)
COMMAND = re.compile(r"`(?:\.venv/bin/)?fillgate((?: [^`]+)?)`")
SOURCE = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py"))


def anchors(text: str) -> set[str]:
    """Return the anchors that headings get."""
    headings = re.findall(r"^#+ (.*)$", text, flags=re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_links_lead_somewhere(page: Page) -> None:
    folder = (ROOT / page.path).parent
    for target in LINK.findall(page.prose):
        if target.startswith(("http:", "https:")):
            continue
        place, _, anchor = target.partition("#")
        path = (folder / place).resolve() if place else ROOT / page.path
        assert path.exists(), target
        assert path.is_relative_to(ROOT), target
        if anchor:
            assert anchor in anchors(path.read_text(encoding="utf-8")), target


def reachable() -> set[str]:
    """Return the pages that links lead to from the README."""
    found, waiting = {"README.md"}, ["README.md"]
    by_path = {page.path: page for page in PAGES}
    while waiting:
        path = waiting.pop()
        for target in LINK.findall(by_path[path].prose) if path in by_path else []:
            place = ((ROOT / path).parent / target.partition("#")[0]).resolve()
            name = place.relative_to(ROOT).as_posix() if place.is_relative_to(ROOT) else ""
            if name not in found:
                found.add(name)
                waiting.append(name)
    return found


def test_every_page_is_found_from_the_readme() -> None:
    decisions = "docs/decisions/"
    assert {page.path for page in PAGES if not page.path.startswith(decisions)} <= reachable()


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_commands_in_the_text_exist(page: Page) -> None:
    for words in COMMAND.findall(page.prose):
        check_command(words.split())


def check_command(words: list[str]) -> None:
    command: Any = typer.main.get_command(app)
    for word in words:
        options = {name for option in command.params for name in option.opts} | {"--help"}
        if word.startswith("--"):
            assert word.partition("=")[0] in options, words
        elif word != "..." and getattr(command, "commands", None):
            assert word in command.commands, words
            command = command.commands[word]


@pytest.mark.parametrize("words", [["demmo"], ["order", "shown"], ["serve", "--lissten", "x"]])
def test_a_command_that_does_not_exist_is_found(words: list[str]) -> None:
    with pytest.raises(AssertionError):
        check_command(words)


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_targets_in_the_text_exist(page: Page) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"`make ([a-z]+)[^`]*`", page.prose):
        assert re.search(rf"^{target}:", makefile, flags=re.MULTILINE), target


def test_the_rooms_are_those_of_the_contracts() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = {
        room.removeprefix("fillgate."): [name.removeprefix("fillgate.") for name in importers]
        for contract in project["tool"]["importlinter"]["contracts"]
        if (importers := contract.get("allowed_importers")) and importers != ["fillgate.__main__"]
        for room in contract["protected_modules"]
    }
    text = next(page.prose for page in PAGES if page.path == "CONTRIBUTING.md")
    told = dict(re.findall(r"^\| (\w+) \| ([a-z, ]+) \|$", text, flags=re.MULTILINE))
    assert {room: told[room].split(", ") for room in contracts} == contracts


VARIABLES = " ".join(variable_of(key) for key in settings())
NAME = re.compile(r"`([A-Z][A-Z0-9_]{2,})`")


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_codes_and_variables_in_the_text_exist(page: Page) -> None:
    shown = " ".join(block.text for block in page.blocks)
    known = SOURCE + VARIABLES + shown
    assert [name for name in NAME.findall(page.prose) if name not in known] == []
