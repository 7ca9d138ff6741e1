"""The torture by hand: `make torture`, `make torture TORTUREFLAGS="--seed 7 --kills 20"`.

Exit codes: 0 all held, 1 something did not. The files of a run that held are removed.
"""

import argparse
import asyncio
import secrets
import shutil
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Final

from fillgate.cli.child import end_on_signals
from tests.torture.evidence import verified_by_command
from tests.torture.plans import PLANS
from tests.torture.report import report
from tests.torture.run import Plan, torture

_LONG: Final = 100


def main() -> int:
    """Run, print, and tell whether all held."""
    parser = argparse.ArgumentParser(prog="make torture", description="Kill the service, and look.")
    parser.add_argument("--seed", type=int, default=None, help="what is drawn; random unless given")
    parser.add_argument("--kills", type=int, default=_LONG, help=f"how often; {_LONG} unless given")
    parser.add_argument("--runs", type=int, default=1, help="how many seeds in a row")
    parser.add_argument(
        "--venue", choices=tuple(PLANS), default="own", help="a venue of its own, unless given"
    )
    arguments = parser.parse_args()
    first = secrets.randbelow(1_000_000) if arguments.seed is None else arguments.seed
    plan = replace(PLANS[arguments.venue], kills=arguments.kills)
    return max(_run(replace(plan, seed=seed)) for seed in range(first, first + arguments.runs))


def _run(plan: Plan) -> int:
    folder = Path(tempfile.mkdtemp(prefix="fillgate-torture-"))
    print(f"torture: seed {plan.seed}, {plan.kills} kills, files in {folder}", flush=True)  # noqa: T201 - for people
    result = asyncio.run(torture(plan, folder))
    print(report(result), flush=True)  # noqa: T201 - for people
    broken = verified_by_command(result.data)
    print(f"journal   {broken or 'verified by `fillgate journal verify`'}", flush=True)  # noqa: T201 - for people
    if result.violations or broken:
        return 1
    shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    end_on_signals()
    sys.exit(main())
