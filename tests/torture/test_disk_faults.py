"""Disks that fail under the running service: nothing acknowledged is lost, and it says why."""

from pathlib import Path

from tests.e2e.process import PATIENCE, Service, serving
from tests.torture import sick_disk
from tests.torture.disk_faults import DISK_FAULTS, NO_ROOM
from tests.torture.distribution import ROOT
from tests.torture.faults import NO_FAULTS
from tests.torture.report import report
from tests.torture.run import Plan, torture

CANNOT_START = 2
_PATH = {"PYTHONPATH": str(ROOT)}


async def test_nothing_acknowledged_is_lost_to_a_failing_disk(tmp_path: Path) -> None:
    moments = (*DISK_FAULTS, NO_ROOM)
    plan = Plan(
        seed=4,
        kills=1,
        moments=moments,
        faults=NO_FAULTS,
        between=(5, 15),
        program=("-m", "tests.torture.sick_disk"),
    )
    result = await torture(plan, tmp_path)
    print(report(result))  # noqa: T201 - pytest shows it when the test fails
    assert not result.violations
    log = (tmp_path / "log").read_text()
    for reason in ("no space left", "input/output error", "read-only file system"):
        assert any("journal-commit-failed" in line and reason in line for line in log.split("\n"))
    assert "journal-reopened" in log
    assert "facts-waiting" in log
    assert "facts-catch-up" in log


def test_a_service_that_cannot_write_does_not_start_and_says_why(tmp_path: Path) -> None:
    service = Service(tmp_path, program=("-m", "tests.torture.sick_disk"), environ=_PATH)
    with serving(service):
        service.kill()
    folder = tmp_path / sick_disk.FOLDER
    folder.mkdir()
    for fault, words in ((sick_disk.FULL, "no space left"), (sick_disk.READ_ONLY, "read-only")):
        (folder / fault).touch()
        service.launch()
        assert service.process is not None
        assert service.process.wait(PATIENCE) == CANNOT_START
        last = service.log.splitlines()[-1]
        assert "cannot open the journal" in last
        assert words in last
        (folder / fault).unlink()
    with serving(service):
        assert service.get("/health")["status"] == "ok"
