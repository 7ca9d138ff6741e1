"""Whether the demonstration went as it should: alerts, positions, venues, journal."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from fillgate.cli.demo_alerts import Alert
from fillgate.cli.demo_sender import Outcome
from fillgate.cli.demo_service import DemoService
from fillgate.cli.journal import verification_lines
from fillgate.domain.errors import ConfigurationError
from fillgate.service.offline import JournalUnavailable, mock_arrivals, verify_journal

__all__ = [
    "Check",
    "check_arrivals",
    "check_journal",
    "check_positions",
    "check_received",
    "check_stop",
    "ended_right",
]


class Check(NamedTuple):
    """What was looked at, and whether it is as it should be."""

    well: bool
    text: str


def ended_right(alert: Alert, outcome: Outcome, earlier: Sequence[Outcome]) -> bool:
    """Tell whether an alert ended as it should; a repeat, with the order of what it repeats."""
    if alert.repeats is not None:
        first = earlier[alert.repeats - 1]
        if outcome.client_order_id is None or outcome.client_order_id != first.client_order_id:
            return False
    if alert.tells is not None and alert.tells not in outcome.reason:
        return False
    # On a slow disk the answer may come before the outcome: 202 instead of 200.
    accepted = alert.is_accepted and outcome.http in {200, 202}
    return outcome.ending == alert.ending and (accepted or outcome.http == alert.http)


def check_positions(
    alerts: Iterable[Alert], positions: Iterable[Mapping[str, Any]], account: str = "mock"
) -> Check:
    """Check that the positions are the sums of what was to be filled."""
    sums: dict[tuple[str, str], Decimal] = {}
    for alert in alerts:
        if alert.arrives and alert.ending.endswith("FILLED") and isinstance(alert.body, Mapping):
            key = (alert.body.get("account", account), alert.body["symbol"])
            sign = 1 if alert.body["action"] == "buy" else -1
            sums[key] = sums.get(key, Decimal(0)) + sign * Decimal(alert.body["quantity"])
    found = {(each["account"], each["symbol"]): Decimal(each["quantity"]) for each in positions}
    if found == sums:
        return Check(well=True, text="the positions are the sums of what was filled")
    return Check(well=False, text=f"the positions should be {_listed(sums)}")


def _listed(sums: Mapping[tuple[str, str], Decimal]) -> str:
    return ", ".join(f"{quantity} {symbol} on {name}" for (name, symbol), quantity in sums.items())


def check_arrivals(
    alerts: Sequence[Alert], outcomes: Sequence[Outcome], ledgers: Iterable[Path]
) -> Check:
    """Check what arrived at the venues against what was sent, in the venues' own books."""
    arrived: Counter[str] = Counter()
    try:
        for ledger in ledgers:
            arrived.update(mock_arrivals(ledger))
    except (OSError, ConfigurationError) as error:
        return Check(well=False, text=f"a venue's book cannot be read: {error}")
    return check_received(alerts, outcomes, arrived)


def check_received(
    alerts: Sequence[Alert], outcomes: Sequence[Outcome], arrived: Counter[str]
) -> Check:
    """Check how often each client order id came to the venues against what was sent."""
    pairs = zip(alerts, outcomes, strict=True)
    expected = Counter(str(outcome.client_order_id) for alert, outcome in pairs if alert.arrives)
    if arrived == expected:
        return Check(
            well=True, text=f"{len(expected)} orders arrived at the venues, each exactly once"
        )
    missing, spare = expected - arrived, arrived - expected
    return Check(
        well=False,
        text=f"missing at the venues: {_names(missing)}; one too many: {_names(spare)}",
    )


def _names(identities: Iterable[str]) -> str:
    return ", ".join(sorted(identities)) or "none"


def check_journal(folder: Path) -> Check:
    """Check the journal while the service runs."""
    try:
        verification = asyncio.run(verify_journal(folder))
    except JournalUnavailable as error:
        return Check(well=False, text=str(error))
    return Check(verification.ok, ": ".join(reversed(verification_lines(verification))))


def check_stop(service: DemoService) -> Check:
    """Stop the service, and check that it ends in good order."""
    code = service.stop()
    return Check(code == 0, f"the service was asked to stop and ended with exit code {code}")
