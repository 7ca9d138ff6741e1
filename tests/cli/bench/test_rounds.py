"""The runs at one concurrency, with real servers and senders."""

from pathlib import Path

import pytest

from fillgate.cli.bench import rounds
from fillgate.cli.bench.figures import Run
from fillgate.cli.bench.rounds import ACKNOWLEDGED, ECHO, OUTCOME, Plan, measure_level
from fillgate.cli.bench.senders import running_senders
from fillgate.cli.bench.service import EchoServer, MeasuredService
from fillgate.cli.child import ChildFailed
from tests.cli.bench.made import a_level, a_run
from tests.patience import wait_for

PLAN = Plan(concurrencies=[2], rounds=1, seconds=0.05, senders=1)


def test_what_was_sent_are_the_orders_of_all_runs() -> None:
    level = a_level(
        a_run(ECHO, right=1),
        a_run(OUTCOME, right=10),
        a_run(ACKNOWLEDGED, right=100),
        warm_up=[a_run(ECHO, right=1000), a_run(ACKNOWLEDGED, right=10_000)],
    )
    assert level.sent == 10_110


def test_answers_that_are_all_wrong_end_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = rounds._VARIANTS[OUTCOME]._replace(marker='"status":"REJECTED"')
    monkeypatch.setitem(rounds._VARIANTS, OUTCOME, wanted)
    with (
        running_senders(2, tmp_path / "senders.log") as senders,
        pytest.raises(ChildFailed, match=r"no answer was right; the first was .*FILLED"),
    ):
        measure_level(PLAN, 2, tmp_path, senders)


def configured(service: MeasuredService, folder: Path, mock: str) -> MeasuredService:
    (folder / "fillgate.toml").write_text(f'[accounts.mock]\ntype = "mock"\n{mock}\n')
    return service


def acknowledged(service: MeasuredService, folder: Path) -> Run:
    """Return a run of two acknowledgements; the venue takes half a second for each outcome."""
    configured(service, folder, "latency_ms = 500")
    with (
        running_senders(1, folder / "senders.log") as senders,
        service,
        EchoServer(folder) as echo,
    ):
        bench = rounds._Bench(PLAN, 2, service, echo, senders)
        bench._each[ACKNOWLEDGED] = 1
        run = bench._run(ACKNOWLEDGED, 1, 1.0)
        assert not service.is_busy()
    return run


def test_a_run_is_over_when_no_order_is_open(tmp_path: Path) -> None:
    run = acknowledged(MeasuredService(tmp_path), tmp_path)
    assert (run.right, run.wrong) == (2, 0)
    assert run.settled_seconds >= 0.5
    assert run.server_cpu_seconds > run.server_cpu_answering
    # At least one for what was accepted, and one for the outcomes, which may share theirs or not;
    # perhaps one or two for what the account was compared with at the start.
    assert 2 <= run.flushes <= 6


def test_a_wrong_answer_among_right_ones_is_counted(tmp_path: Path) -> None:
    service = configured(MeasuredService(tmp_path), tmp_path, "seed = 7\nreject_rate = 0.5")
    with (
        running_senders(1, tmp_path / "senders.log") as senders,
        service,
        EchoServer(tmp_path) as echo,
    ):
        bench = rounds._Bench(PLAN, 20, service, echo, senders)
        bench._each[OUTCOME] = 1
        run = bench._run(OUTCOME, 1, 1.0)
    assert run.right + run.wrong == 20
    assert run.right > 0
    assert "REJECTED" in run.examples[0]


def test_a_service_is_busy_while_an_order_is_open(tmp_path: Path) -> None:
    service = MeasuredService(tmp_path)
    with service:
        assert not service.is_busy()
        assert service.secret
        assert service.journal.exists()
        assert service.stop() == 0
    assert service.orders() == {}
    with pytest.raises(ChildFailed, match="does not answer"):
        service.is_busy()


class _Hasty(MeasuredService):
    """A service whose last order always ends between the look at its journal and the question."""

    def is_busy(self) -> bool:
        wait_for(lambda: not super(_Hasty, self).is_busy(), "all orders have ended")
        return False


def test_an_order_that_ends_while_it_is_asked_for_belongs_to_the_run(tmp_path: Path) -> None:
    run = acknowledged(_Hasty(tmp_path), tmp_path)
    assert run.settled_seconds >= 0.5
    assert run.flushes >= 2
