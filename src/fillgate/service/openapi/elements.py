"""HTML by hand: elements of which every text is escaped."""

import re
from collections.abc import Iterable
from html import escape
from typing import Final

__all__ = ["Html", "el", "joined", "prose", "words"]

_VOID: Final = frozenset({"meta", "wbr"})
_CODE: Final = re.compile(r"`([^`]+)`")


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


def el(name: str, /, *content: str, **attributes: str) -> Html:
    """Return an element. What is no `Html` is escaped; `class_` is `class`."""
    told = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"'
        for key, value in attributes.items()
    )
    if name in _VOID:
        return Html(f"<{name}{told}>")
    return Html(f"<{name}{told}>{joined(content)}</{name}>")


def joined(content: Iterable[str]) -> Html:
    """Return several pieces as one."""
    return Html("".join(part if isinstance(part, Html) else escape(part) for part in content))


def words(text: str) -> Html:
    """Return a line of text, its `code` in elements of their own."""
    parts = _CODE.split(text)
    return joined(el("code", part) if odd % 2 else part for odd, part in enumerate(parts))


def prose(text: str) -> Html:
    """Return paragraphs and lists, written as Markdown."""
    blocks = (block.strip() for block in re.split(r"\n\s*\n", text))
    return joined(_block(block) for block in blocks if block)


def _block(text: str) -> Html:
    lines = text.splitlines()
    if all(line.startswith("- ") for line in lines):
        return el("ul", *(el("li", words(line[2:])) for line in lines))
    return el("p", words(" ".join(line.strip() for line in lines)))
