"""A history that breaks something is shrunk to the little that does."""

import msgspec
import pytest

from tests.simulation.draw import draw_history
from tests.simulation.faults.every import FAULTS
from tests.simulation.life import live
from tests.simulation.report import report, shortest
from tests.simulation.shrink import shrink
from tests.simulation.steps import Conditions, Fill, History, Restart, Send, Wait


def test_what_does_not_matter_is_taken_out() -> None:
    steps = (Wait(then=1.0), Send(quantity=3, sell=True), Restart(), Send(symbol=1), Fill(which=2))
    history = History(conditions=Conditions(style="any", seed=5), steps=steps)

    def fails(candidate: History) -> bool:
        sent = [step for step in candidate.steps if isinstance(step, Send)]
        return any(step.symbol for step in sent) and Restart() in candidate.steps

    assert shrink(history, fails) == History(steps=(Restart(), Send(symbol=1)))


def test_it_ends_after_so_many_tries() -> None:
    lived = []

    def fails(candidate: History) -> bool:
        lived.append(candidate)
        return False

    history = draw_history(1)
    assert shrink(history, fails, tries=7) == history
    assert len(lived) == 7


@pytest.mark.parametrize(
    ("name", "most_steps"),
    [
        ("a missing answer counts as a refusal", 1),
        ("a fill that is told twice counts twice", 2),
        ("an UNKNOWN order does not hold its lane", 2),
        ("a start forgets which keys were used", 3),
    ],
)
def test_a_planted_fault_is_shown_by_a_few_steps(
    name: str, most_steps: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    fault = FAULTS[name]
    fault.plant(monkeypatch)
    seed = next(seed for seed in range(300) if live(draw_history(seed)).broken & fault.breaks)
    short = shortest(draw_history(seed), fault.breaks)
    assert len(short.steps) <= most_steps
    outcome = live(short)
    text = report(short, outcome)
    assert outcome.breaches[0].text in text
    command = text.rpartition("--history '")[2].rstrip("'")
    assert msgspec.json.decode(command, type=History) == short
