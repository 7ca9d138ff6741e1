import pytest

from fillgate.cli.bench.rounds import ACKNOWLEDGED, ECHO, MORE_SENDERS, OUTCOME
from fillgate.cli.bench.verdicts import cautions_of, faults_of, goals_of, remarks_of
from tests.cli.bench.made import a_level, a_run, findings

ECHO_RUN = a_run(ECHO, right=10_000, server_cpu_seconds=0.5)


@pytest.mark.parametrize(
    ("variant", "right", "cpu", "met"),
    [
        # The echo: 10,000 a second at 50 us.
        (OUTCOME, 2_000, 0.500, {"CPU": True, "rate": True}),
        (OUTCOME, 1_999, 0.499, {"CPU": True, "rate": False}),
        (OUTCOME, 2_000, 0.501, {"CPU": False, "rate": True}),
        (ACKNOWLEDGED, 3_000, 0.500, {"CPU": True, "rate": True}),
        (ACKNOWLEDGED, 2_999, 0.501, {"CPU": False, "rate": False}),
    ],
)
def test_the_goals_of_32_at_once(
    variant: str, right: int, cpu: float, met: dict[str, bool]
) -> None:
    run = a_run(variant, right=right, server_cpu_seconds=cpu)
    goals = list(goals_of(findings(a_level(ECHO_RUN, run))))
    assert {name: goal.met for goal in goals for name in met if f"by {name} " in goal.words} == met
    assert [goal.measured for goal in goals] == [
        f"{right * 0.5 / cpu / 10_000:.3f}",
        f"{right / 10_000:.3f}",
    ]


@pytest.mark.parametrize(("p50", "met"), [(1.399, True), (1.4, True), (1.401, False)])
def test_the_goal_of_one_at_once_is_two_flushes_and_a_millisecond(p50: float, met: bool) -> None:
    runs = (a_run(ECHO, concurrency=1), a_run(OUTCOME, concurrency=1, p50_ms=p50))
    # Half of the flushes took 0.2 ms at most.
    # Another concurrency had a slower disk.
    other = a_level(a_run(ECHO), flushes_ns=[9_000_000])
    (goal,) = goals_of(findings(a_level(*runs), other))
    assert goal.met is met
    assert "1.400 ms" in goal.words
    assert goal.measured == f"{p50:.3f} ms"


def test_what_was_not_measured_has_no_goal() -> None:
    runs = (a_run(ECHO, concurrency=2), a_run(OUTCOME, concurrency=2))
    assert list(goals_of(findings(a_level(*runs)))) == []


def cautions(**figures: float) -> list[str]:
    quiet = a_run(ECHO, concurrency=1)
    return list(cautions_of(findings(a_level(quiet), a_level(ECHO_RUN, a_run(OUTCOME, **figures)))))


def test_a_quiet_machine_needs_no_caution() -> None:
    assert cautions() == []


@pytest.mark.parametrize(
    ("figures", "words"),
    [
        ({"sender_cpu_seconds": 0.95}, "may have been the limit"),
        ({"server_cpu_answering": 1.0, "others_cpu_seconds": 0.8}, "no core was idle"),
        ({"others_cpu_seconds": 0.3}, "other processes"),
    ],
)
def test_what_may_have_spoilt_a_figure_is_told_with_its_place(
    figures: dict[str, float], words: str
) -> None:
    (found,) = [each for each in cautions(**figures) if words in each]
    assert found.endswith(": outcome (32 at once)")


def test_what_spoilt_all_is_told_in_a_word() -> None:
    level = a_level(*(a_run(each, others_cpu_seconds=0.3) for each in (ECHO, OUTCOME)))
    (found,) = cautions_of(findings(level))
    assert found.endswith(": all of them")


def test_remarks_tell_of_each_concurrency() -> None:
    levels = [
        a_level(
            a_run(ECHO, concurrency=each, right=1000, sender_cpu_seconds=0.02),
            a_run(ACKNOWLEDGED, concurrency=each, right=100, settled_seconds=4.0),
            a_run(OUTCOME, concurrency=each, right=100, loop_cpu_seconds=0.03),
            a_run(MORE_SENDERS, concurrency=each, right=1100, senders=2),
        )
        for each in (8, 9)
    ]
    text = "\n".join(remarks_of(findings(*levels)))
    for figure in ("25", "300", "20", "1.10"):
        assert f"{figure} (8 at once), {figure} (9 at once)" in text
    assert "400 orders acknowledged, and as many FILLED" in text


@pytest.mark.parametrize(
    "orders", [{}, {"FILLED": 99}, {"FILLED": 101}, {"FILLED": 100, "UNKNOWN": 1}]
)
def test_another_number_of_orders_is_a_fault(orders: dict[str, int]) -> None:
    found = findings(a_level(ECHO_RUN, a_run(OUTCOME, right=100), orders=orders))
    (fault,) = faults_of(found)
    assert str(orders) in fault
    assert not any("as many FILLED" in remark for remark in remarks_of(found))


def test_a_wrong_answer_is_a_fault_also_of_a_warm_up() -> None:
    wrong = a_run(ECHO, wrong=2, examples=["HTTP/1.1 500"], round=0)
    for level in (a_level(wrong), a_level(ECHO_RUN, warm_up=[wrong])):
        (fault,) = faults_of(findings(level))
        assert "2 answers were wrong" in fault
        assert "HTTP/1.1 500" in fault
    assert list(faults_of(findings(a_level(ECHO_RUN)))) == []
