"""The page of the invariants says what the proofs check."""

import pytest

from docs.invariants import INVARIANTS, PROOFS, proof
from tests.engine.histories import checks as histories
from tests.simulation import life as simulation
from tests.torture import checks as torture

CHECKED = {
    "simulation": simulation.CHECKED,
    "state machine": simulation.CHECKED,
    "torture": frozenset(torture.CHECKED),
    "histories": histories.CHECKED,
}


@pytest.mark.parametrize("title", [each.title for each in PROOFS])
def test_the_page_names_what_a_proof_checks(title: str) -> None:
    assert proof(title).checks == CHECKED[title]


@pytest.mark.parametrize("number", INVARIANTS)
def test_every_invariant_has_a_proof(number: int) -> None:
    assert any(number in each.checks for each in PROOFS)


def test_numbers_are_in_a_row() -> None:
    assert list(INVARIANTS) == list(range(1, len(INVARIANTS) + 1))
