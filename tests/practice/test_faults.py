"""The faults, and the page that lists them."""

from pathlib import Path

from fillgate.practice.faults import KINDS

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "practice-exchange.md"


def test_the_page_lists_every_fault() -> None:
    text = PAGE.read_text(encoding="utf-8")
    listed = [line for line in text.splitlines() if any(f"| `{kind}` |" in line for kind in KINDS)]
    assert listed == [f"| `{kind}` | {manner.words} |" for kind, manner in KINDS.items()]
