"""What the API shows of accounts: health, capabilities, and how they compare with their venues."""

from collections.abc import Iterable
from typing import Annotated

import msgspec
from msgspec import Meta

from fillgate.domain.capabilities import Capabilities
from fillgate.engine.accounts import Account
from fillgate.engine.reconciliation.findings import Finding, Outcome
from fillgate.engine.reconciliation.reconciliation import Desk
from fillgate.engine.streams import Stream
from fillgate.meters import CAUSES, FINDINGS
from fillgate.service.times import TimeText, time_text

__all__ = [
    "AccountList",
    "AccountReconciliation",
    "AccountView",
    "FindingView",
    "ReconciliationView",
    "StreamView",
    "account_view",
    "reconciliation_view",
]

_Cause = Annotated[str, Meta(extra_json_schema={"enum": list(CAUSES)})]
_Kind = Annotated[str, Meta(extra_json_schema={"enum": list(FINDINGS)})]


class FindingView(msgspec.Struct, frozen=True, kw_only=True):
    """One difference between an account's venue and the journal."""

    kind: _Kind
    """The kind of the event that tells of it."""
    text: str
    """What differs, in words."""
    symbol: str
    client_order_id: str | None
    """The order of ours that it is about; null if it is about none."""
    order_id: str | None
    """The venue's id of the order, where one is known."""
    new: bool
    """False when it was found before and is still there."""


class ReconciliationView(msgspec.Struct, frozen=True, kw_only=True):
    """How an account was compared with its venue."""

    account: str
    cause: _Cause
    """Why then."""
    at: TimeText
    """When it ended."""
    asked: tuple[str, ...]
    """What the venue was asked: `open-orders`, `fills`, `positions`, `orders`."""
    failed: tuple[str, ...]
    """What it gave no answer to; nothing was concluded from that."""
    findings: tuple[FindingView, ...]
    """What differed. All of it is recorded."""
    left: int
    """Orders that are still to be looked up one by one; that is done next."""


class AccountReconciliation(msgspec.Struct, frozen=True, kw_only=True):
    """How it stands with comparing an account with its venue."""

    waiting: bool
    """Whether signals wait for it: nothing that adds risk is sent before the first one after a
    start."""
    reason: str | None
    """Why the last one does not count; null if it does, or there was none."""
    last: ReconciliationView | None
    """The last one since the start."""
    other_installations: tuple[str, ...]
    """Tags of other fillgates whose orders were seen on this account since the start."""


class StreamView(msgspec.Struct, frozen=True, kw_only=True):
    """The stream by which a venue tells what happens to orders."""

    up: bool
    """Whether it stands now."""
    reason: str | None
    """Why it is down; null when it is up."""
    since: TimeText
    """When it last changed between up and down."""


class AccountView(msgspec.Struct, frozen=True, kw_only=True):
    """An account with its health and what its venue can do."""

    name: str
    type: str
    """The plugin's type, for example `mock`."""
    default: bool
    """Whether it is meant when no account is named."""
    up: bool
    """Whether it takes orders now."""
    reason: str | None
    """Why it is down; null when it is up."""
    since: TimeText
    """When it last changed between up and down."""
    stream: StreamView | None
    """The stream of its reports; null if its plugin does not stream them."""
    reconciliation: AccountReconciliation
    capabilities: Capabilities


class AccountList(msgspec.Struct, frozen=True, kw_only=True):
    """All accounts, in the order of the configuration."""

    accounts: tuple[AccountView, ...]


def account_view(
    account: Account,
    *,
    default: bool,
    desk: Desk,
    stream: Stream | None,
    other_installations: Iterable[str],
) -> AccountView:
    """Return an account as the API shows it."""
    return AccountView(
        name=account.name,
        type=account.setup.kind,
        default=default,
        up=account.up,
        reason=account.reason,
        since=time_text(account.since),
        stream=None if stream is None else _stream_view(stream),
        reconciliation=AccountReconciliation(
            waiting=desk.is_held,
            reason=desk.reason,
            last=None if desk.last is None else reconciliation_view(desk.last),
            other_installations=tuple(sorted(other_installations)),
        ),
        capabilities=account.capabilities,
    )


def _stream_view(stream: Stream) -> StreamView:
    return StreamView(up=stream.up, reason=stream.reason, since=time_text(stream.since))


def reconciliation_view(outcome: Outcome) -> ReconciliationView:
    """Return what a comparison found."""
    return ReconciliationView(
        account=outcome.account,
        cause=outcome.cause,
        at=time_text(outcome.at),
        asked=outcome.asked,
        failed=outcome.failed,
        findings=tuple(map(_finding_view, outcome.findings)),
        left=outcome.left,
    )


def _finding_view(finding: Finding) -> FindingView:
    return FindingView(**msgspec.structs.asdict(finding))
