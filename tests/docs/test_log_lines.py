"""The page on logs lists the lines that the code writes, all of them."""

from docs.generate import ROOT
from docs.log_lines import LINES, logged_names
from fillgate.domain.events import AccountCameUp, AccountWentDown, HoldReleased, ServiceStarted
from fillgate.engine.steps import LEVELS

BY_NAME_OF_AN_EVENT = {
    AccountCameUp.kind,
    AccountWentDown.kind,
    HoldReleased.kind,
    ServiceStarted.kind,
}
ELSEWHERE = {"log-lines-lost", "lines-of-many-kinds"}
"""Lines that are not written by a logger's method with a literal."""


def test_the_table_of_lines_is_complete() -> None:
    logged = set(logged_names(ROOT / "src"))
    assert logged | BY_NAME_OF_AN_EVENT | ELSEWHERE == set(LINES)
    assert not set(LINES) & set(LEVELS)


def test_names_are_written_as_the_journals() -> None:
    for name in LINES:
        assert name == name.lower().replace(" ", "-").replace("_", "-")
