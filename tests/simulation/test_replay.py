"""The same history goes the same way, in this process and in any other."""

import os
import subprocess
import sys

import msgspec
import pytest

from tests.simulation.draw import draw_history
from tests.simulation.life import live
from tests.simulation.steps import History

_DIGESTS = """
import sys
from tests.simulation.draw import draw_history
from tests.simulation.life import live
print(*(live(draw_history(int(seed))).digest for seed in sys.argv[1:]))
"""


@pytest.mark.parametrize("seed", range(20))
def test_a_history_goes_the_same_way_twice(seed: int) -> None:
    assert live(draw_history(seed)).trace == live(draw_history(seed)).trace


def test_a_history_goes_the_same_way_in_another_process() -> None:
    seeds = range(20)
    command = [sys.executable, "-c", _DIGESTS, *map(str, seeds)]
    environment = os.environ | {"PYTHONHASHSEED": "7", "PYTHONPATH": "."}
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert ended.stdout.split() == [live(draw_history(seed)).digest for seed in seeds]


@pytest.mark.parametrize("seed", range(20))
def test_a_history_read_back_from_its_text_goes_the_same_way(seed: int) -> None:
    history = draw_history(seed)
    again = msgspec.json.decode(history.text(), type=History)
    assert again == history
    assert live(again).digest == live(history).digest


def test_two_seeds_go_two_ways() -> None:
    assert len({live(draw_history(seed)).digest for seed in range(20)}) == 20
