"""Histories by hand: `python -m tests.simulation --help`."""

import argparse
import sys

import msgspec

from tests.simulation.draw import draw_history
from tests.simulation.life import live
from tests.simulation.many import failing
from tests.simulation.report import report, shortest
from tests.simulation.steps import History

_MOST_REPORTS = 3


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", default="0-1000", help="FROM-TO, or one; TO is not lived")
    parser.add_argument("--history", help="live this one, as JSON, and tell all that happens")
    return parser.parse_args()


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _seeds(text: str) -> range:
    first, _, last = text.partition("-")
    return range(int(first), int(last) if last else int(first) + 1)


def _tell(history: History) -> bool:
    outcome = live(history)
    _say("\n".join(outcome.trace))
    if outcome.breaches:
        _say(report(history, outcome))
    return bool(outcome.breaches)


def _tell_all(seeds: range) -> bool:
    found: list[int] = []
    for seed in failing(seeds):
        found.append(seed)
        _say(f"seed {seed} breaks something")
    for seed in found[:_MOST_REPORTS]:
        history = draw_history(seed)
        short = shortest(history, live(history).broken)
        _say(f"seed {seed}, {len(history.steps)} steps, shrunk to {len(short.steps)}:")
        _say(report(short, live(short)))
    _say(f"{len(seeds)} histories, {len(found)} broke something: {found[:20]}")
    return bool(found)


def main() -> int:
    """Live histories; 1 if one broke something."""
    arguments = _arguments()
    if arguments.history is not None:
        return _tell(msgspec.json.decode(arguments.history, type=History))
    seeds = _seeds(arguments.seeds)
    return _tell(draw_history(seeds[0])) if len(seeds) == 1 else _tell_all(seeds)


if __name__ == "__main__":
    sys.exit(main())
