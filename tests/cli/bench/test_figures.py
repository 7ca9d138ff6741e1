import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillgate.cli.bench.figures import Run, percentile, summary_of
from tests.cli.bench.made import a_run

SHARES = st.sampled_from([0.01, 0.5, 0.9, 0.99, 1.0])


@given(st.lists(st.integers(0, 50), min_size=1, max_size=60), SHARES)
def test_a_percentile_is_the_least_value_that_enough_do_not_exceed(
    values: list[int], share: float
) -> None:
    enough = [
        value for value in values if sum(each <= value for each in values) >= share * len(values)
    ]
    assert percentile(values, share) == min(enough)


def middle(values: list[float]) -> float:
    """The median, as slowly as it is defined."""
    half = len(values) / 2
    middles = [
        value
        for value in values
        if sum(each < value for each in values) <= half
        and sum(each > value for each in values) <= half
    ]
    return (min(middles) + max(middles)) / 2


COUNTED = st.builds(
    a_run,
    right=st.integers(1, 10_000),
    seconds=st.floats(0.01, 10),
    settled_seconds=st.floats(0.01, 10),
    p50_ms=st.floats(0.01, 10),
    p99_ms=st.floats(0.01, 10),
    server_cpu_seconds=st.floats(0.01, 10),
    server_cpu_answering=st.floats(0.01, 10),
    loop_cpu_seconds=st.floats(0.01, 10),
    sender_cpu_seconds=st.floats(0.01, 10),
    others_cpu_seconds=st.floats(0, 10),
    flushes=st.integers(0, 10_000),
)


@given(st.lists(st.tuples(COUNTED, COUNTED), min_size=1, max_size=7))
def test_a_summary_has_the_medians_of_the_rounds(pairs: list[tuple[Run, Run]]) -> None:
    runs = [numbered(run, place) for place, (run, _) in enumerate(pairs)]
    echoes = [numbered(echo, place) for place, (_, echo) in enumerate(pairs)]
    # In which order the echoes come is all the same: each belongs to the run of its round.
    found = summary_of(runs, echoes[::-1])
    expected = {
        "rate": [run.right / run.seconds for run in runs],
        "settled_rate": [run.right / run.settled_seconds for run in runs],
        "p50_ms": [run.p50_ms for run in runs],
        "p99_ms": [run.p99_ms for run in runs],
        "server_us": [1e6 * run.server_cpu_seconds / run.right for run in runs],
        "loop_us": [1e6 * run.loop_cpu_seconds / run.right for run in runs],
        "sender_us": [1e6 * run.sender_cpu_seconds / run.right for run in runs],
        "flushes_each": [run.flushes / run.right for run in runs],
        "server_busy": [run.server_cpu_answering / run.seconds for run in runs],
        "sender_busy": [run.sender_cpu_seconds / run.seconds for run in runs],
        "others_busy": [run.others_cpu_seconds / run.seconds for run in runs],
        "rate_ratio": [
            (run.right / run.seconds) / (echo.right / echo.seconds)
            for run, echo in zip(runs, echoes, strict=True)
        ],
        "cpu_ratio": [
            (echo.server_cpu_seconds / echo.right) / (run.server_cpu_seconds / run.right)
            for run, echo in zip(runs, echoes, strict=True)
        ],
    }
    for name, values in expected.items():
        assert getattr(found, name) == pytest.approx(middle(values)), name
    assert found.rounds == len(pairs)
    assert found.right == sum(run.right for run in runs)


def numbered(run: Run, number: int) -> Run:
    fields = {name: getattr(run, name) for name in run.__struct_fields__}
    return a_run(**fields | {"round": number})


def test_senders_share_their_work() -> None:
    assert a_run(sender_cpu_seconds=1.2, senders=2, seconds=1).sender_busy == pytest.approx(0.6)
