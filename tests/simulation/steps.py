"""What can happen in a history, as data: each step says all of itself.

A step that points at something (`which`) takes it modulo what there is then, so that steps can be
taken out of a history and the rest still means something.
"""

from typing import Literal

import msgspec

__all__ = [
    "Again",
    "AnyStep",
    "AskAgain",
    "Behaviour",
    "Bust",
    "Cancel",
    "CancelAll",
    "Conditions",
    "Crash",
    "Drift",
    "Fill",
    "HangUp",
    "Heal",
    "Health",
    "History",
    "LateFill",
    "LookupMode",
    "Lookups",
    "Otherwise",
    "Person",
    "Reaction",
    "Replace",
    "Restart",
    "Send",
    "SlowDisk",
    "Step",
    "Stranger",
    "Strike",
    "VenueEnds",
    "Wait",
    "Where",
]


class Behaviour(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the venue does with an order; names and meanings are in `venue.BEHAVIOURS`."""

    name: str = "filled"
    parts: int = 1
    """How much of what arrives is filled at once: all of it, or one of so many parts; 0: none."""
    latency: float = 0.0
    """Seconds until the answer."""
    rest: float = 0.0
    """Seconds until the venue fills the rest by itself; 0: never."""
    stale: bool = False
    """The answer tells how things were when the order was sent."""


class Reaction(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the venue does with a request; names and meanings are in `venue.REACTIONS`."""

    name: str = "done"
    latency: float = 0.0
    """Seconds until the answer."""
    fills: bool = False
    """Half of what is left is filled in the instant before."""


class Step(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="do", tag=str.lower
):
    """Something that happens, and how long nothing else does."""

    then: float = 0.0
    """Virtual seconds before the next step."""


class Send(Step, frozen=True, kw_only=True):
    """A signal comes."""

    symbol: int = 0
    account: int = 0
    sell: bool = False
    quantity: int = 1
    reduce_only: bool = False
    key: bool = False
    fingerprint: bool = False
    copies: int = 1
    """How often it is delivered at once; more than once only with a key or a fingerprint."""
    wait: float = 0.0
    """Seconds for which its sender waits for the outcome."""
    venue: Behaviour = Behaviour()


class Again(Step, frozen=True, kw_only=True):
    """A signal with a key or a fingerprint is delivered again."""

    which: int = 0
    wait: float = 0.0


class Otherwise(Step, frozen=True, kw_only=True):
    """Another signal comes under a used key."""

    which: int = 0


class HangUp(Step, frozen=True, kw_only=True):
    """A sender that waits for its answer goes away."""

    which: int = 0


class Cancel(Step, frozen=True, kw_only=True):
    """Somebody cancels an order, or a signal that waits."""

    which: int = 0
    key: bool = False
    copies: int = 1
    """How often it is asked at once."""
    wait: float = 0.0
    """Seconds for which who asks waits for the outcome."""
    venue: Reaction = Reaction()


class Replace(Step, frozen=True, kw_only=True):
    """Somebody gives an order other terms."""

    which: int = 0
    more: int = 1
    """What is added to its quantity; negative to take away."""
    price: int = 0
    """What is added to its price."""
    key: bool = False
    copies: int = 1
    wait: float = 0.0
    venue: Reaction = Reaction()


class CancelAll(Step, frozen=True, kw_only=True):
    """Somebody cancels all that is open, of an account or a symbol or both."""

    account: int | None = None
    symbol: int | None = None
    wait: float = 0.0


class AskAgain(Step, frozen=True, kw_only=True):
    """A request with a key is made again."""

    which: int = 0


class Bust(Step, frozen=True, kw_only=True):
    """The venue takes back the newest fill of a working order, or corrects it to half of it."""

    which: int = 0
    corrects: bool = False


class Fill(Step, frozen=True, kw_only=True):
    """The venue fills of an order what is left, or one of so many parts of it."""

    which: int = 0
    parts: int = 1


class LateFill(Step, frozen=True, kw_only=True):
    """The venue fills of an order that has ended there: late, or beyond its quantity.

    Only at a venue that lists its fills, for nobody could know of it otherwise.
    """

    which: int = 0


class Stranger(Step, frozen=True, kw_only=True):
    """Somebody else trades on the account, at a venue that lists: an order, filled or not."""

    symbol: int = 0
    account: int = 0
    sell: bool = False
    filled: bool = True
    fillgate: bool = False
    """It is another fillgate."""


class Drift(Step, frozen=True, kw_only=True):
    """The position at the venue changes and no fill tells why."""

    symbol: int = 0
    account: int = 0


class VenueEnds(Step, frozen=True, kw_only=True):
    """The venue ends a working order by itself."""

    which: int = 0
    expires: bool = False


LookupMode = Literal["tell", "miss", "fail", "other", "hang"]
"""They tell the truth; miss what is there for as long as the venue may; fail; tell of somebody
else's order; never answer."""


class Lookups(Step, frozen=True, kw_only=True):
    """From now on the venue's lookups go like this."""

    mode: LookupMode = "tell"


class Person(Step, frozen=True, kw_only=True):
    """A person looks at the venue and settles an order that is UNKNOWN or ABSENT."""

    which: int = 0


class Strike(Step, frozen=True, kw_only=True):
    """The next commit fails: it is lost, or durable all the same, and the journal is away."""

    kept: bool = False
    outage: float = 0.0


class SlowDisk(Step, frozen=True, kw_only=True):
    """From now on a commit takes so long."""

    latency: float = 0.05


class Heal(Step, frozen=True, kw_only=True):
    """The disk is as it should be."""


class Health(Step, frozen=True, kw_only=True):
    """The venue begins to say that it is unwell, or that it is well again."""


Where = Literal["now", "before the commit", "after the commit", "before the venue", "at the venue"]


class Crash(Step, frozen=True, kw_only=True):
    """The process dies: at once, or when something happens for the so-manieth time from now on.

    Before a commit; after one, when nobody has heard of it yet; when an order has been handed to
    the plugin; when the venue has it and has not answered.
    """

    where: Where = "now"
    countdown: int = 0
    downtime: float = 0.0


class Restart(Step, frozen=True, kw_only=True):
    """The process is stopped in good order and started again."""

    downtime: float = 0.0


class Wait(Step, frozen=True, kw_only=True):
    """Nothing happens but time."""


AnyStep = (
    Send
    | Again
    | Otherwise
    | HangUp
    | Cancel
    | Replace
    | CancelAll
    | AskAgain
    | Bust
    | Fill
    | LateFill
    | Stranger
    | Drift
    | VenueEnds
    | Lookups
    | Person
    | Strike
    | SlowDisk
    | Heal
    | Health
    | Crash
    | Restart
    | Wait
)


class Conditions(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What stays the same in a history."""

    style: Literal["in order", "nearly", "any"] = "in order"
    """The schedule's."""
    seed: int = 0
    """Of the schedule."""
    max_age: float = 60.0
    remembered_orders: int = 10_000
    tells: Literal["totals", "fills", "last fill"] = "totals"
    """How the venue tells what it has filled: how much in all; with every fill; with the newest."""
    says_pending: bool = False
    """While a request waits at the venue it tells of the order as PENDING_CANCEL or
    PENDING_REPLACE; else it tells of it as if nothing had been asked."""
    lists: bool = False
    """The venue can be asked for its open orders, its fills and its positions."""
    new_ids: bool = False
    """A replaced order has another id at the venue, and numbers its fills anew."""


class History(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One run, whole: the same history always goes the same way."""

    conditions: Conditions = Conditions()
    steps: tuple[AnyStep, ...] = ()

    def text(self) -> str:
        """Return it as JSON, from which it can be read again."""
        return msgspec.json.encode(self).decode()
