"""A flood of requests is a few lines, in bounded memory, and nothing of it is forgotten."""

from hypothesis import example, given
from hypothesis import strategies as st

from fillgate.engine.sampler import MOST, SECONDS, Quota, Sampler
from fillgate.engine.tasks import Tasks
from fillgate.testing.clock import VirtualClock
from fillgate.testing.context import RecordingLogger


class House:
    """A sampler with what it stands on."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.logger = RecordingLogger()
        self.tasks = Tasks(self.logger)
        self.sampler = Sampler(self.logger, self.clock, self.tasks)

    def flood(self, times: int, code: str = "UNAUTHENTICATED") -> None:
        for number in range(times):
            kind = {"door": "webhook", "code": code}
            self.sampler.write("warning", "request-refused", kind, client=f"10.0.0.{number}")

    def taken(self) -> list[dict[str, object]]:
        """Return the fields of all lines since the last look."""
        fields = [dict(entry.fields) for entry in self.logger.entries]
        self.logger.entries.clear()
        return fields


async def test_a_few_lines_pass_at_once_and_the_rest_is_told_when_the_window_ends() -> None:
    house = House()
    house.flood(1000)
    assert [line["client"] for line in house.taken()] == [f"10.0.0.{n}" for n in range(MOST)]
    await house.clock.elapse(SECONDS - 1)
    house.flood(10)
    assert house.taken() == []
    await house.clock.elapse(1)
    assert house.taken() == [
        {"door": "webhook", "code": "UNAUTHENTICATED", "suppressed": 1010 - MOST}
    ]
    house.flood(2)
    assert len(house.taken()) == 2
    await house.tasks.cancel_all()
    assert house.taken() == []


async def test_kinds_do_not_share_a_quota() -> None:
    house = House()
    house.flood(100, "NOT_FOUND")
    await house.clock.elapse(SECONDS / 2)
    house.flood(3, "UNAUTHENTICATED")
    assert len(house.taken()) == MOST + 3
    await house.clock.elapse(SECONDS / 2)
    assert [line["suppressed"] for line in house.taken()] == [100 - MOST]
    # The other one has its own window still; it tells nothing, for nothing was held back.
    await house.clock.elapse(SECONDS)
    assert house.taken() == []


async def test_a_stop_tells_what_was_held_back() -> None:
    house = House()
    house.flood(MOST + 7)
    await house.clock.elapse(1)
    house.taken()
    await house.tasks.cancel_all()
    assert [line["suppressed"] for line in house.taken()] == [7]


async def test_an_hours_flood_is_a_bounded_number_of_lines() -> None:
    house = House()
    for _ in range(360):
        house.flood(50)
        await house.clock.elapse(10)
    assert len(house.taken()) <= 361 * (MOST + 1)


@given(st.lists(st.integers(0, 2000), max_size=600))
@example(list(range(600)))
def test_every_one_passes_or_is_counted_in_bounded_memory(kinds: list[int]) -> None:
    quota: Quota[int] = Quota(lambda: 0.0)
    passed = sum(quota.passes(kind) for kind in kinds)
    assert len(quota._windows) <= 257
    assert passed + sum(count for _, count in quota.ended(every=True)) == len(kinds)
    assert quota.left is None


def test_a_window_that_ends_within_the_grain_of_the_clock_is_over() -> None:
    """Else whoever sleeps for what is left, which the clock rounds to nothing, never gets on."""
    now = 0.7
    quota: Quota[str] = Quota(lambda: now)
    quota.passes("flood")
    now = 0.7 + SECONDS - 1e-10
    assert quota.left == 0
    quota.ended()
    assert quota.left is None
