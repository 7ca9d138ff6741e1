"""Sending processes against a small server."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillgate.cli.bench.senders import running_senders, shares
from fillgate.cli.child import ChildFailed
from tests.cli.bench.made import Answering, job
from tests.cli.conftest import free_port
from tests.patience import wait_for


def is_gone(pid: int) -> bool:
    return not Path(f"/proc/{pid}").exists()


@given(st.integers(1, 300), st.integers(1, 20))
def test_every_connection_has_one_sender_and_every_sender_its_part(
    connections: int, senders: int
) -> None:
    found = shares(connections, senders)
    assert sorted(each for share in found for each in share) == list(range(connections))
    assert len(found) == min(connections, senders)
    sizes = [len(share) for share in found]
    assert max(sizes) - min(sizes) <= 1


def test_they_run_load_after_load_and_are_gone_at_the_end(tmp_path: Path) -> None:
    with Answering() as server, running_senders(2, tmp_path / "log") as senders:
        for name in ("first", "second"):
            jobs = [
                job(server.url, name=name, connections=connections, each=3)
                for connections in shares(3, 2)
            ]
            senders.prepare(jobs)
            sent = senders.run(len(jobs))
            assert [each.wrong for each in sent] == [0, 0]
            assert min(len(each.latencies) for each in sent) >= 3
        # One alone, while the other waits.
        senders.prepare([job(server.url, name="alone")])
        assert len(senders.run(1)[0].latencies) == 1
        pids = [process.pid for process in senders._processes]
    wait_for(lambda: all(map(is_gone, pids)), "the senders are gone")
    names = [json.loads(each.partition(b"\r\n\r\n")[2])["id"] for each in server.requests]
    assert len(set(names)) == len(names)
    assert (tmp_path / "log").read_bytes() == b""


def test_a_sender_that_cannot_connect_says_so_and_goes_on(tmp_path: Path) -> None:
    with Answering() as server, running_senders(1, tmp_path / "log") as senders:
        with pytest.raises(ChildFailed, match=r"not ready: cannot connect: .*refused"):
            senders.prepare([job(f"http://127.0.0.1:{free_port()}")])
        senders.prepare([job(server.url)])
        assert len(senders.run(1)[0].latencies) == 1


def test_a_sender_that_ended_is_told(tmp_path: Path) -> None:
    with Answering() as server, running_senders(1, tmp_path / "log") as senders:
        senders.prepare([job(server.url)])
        senders._processes[0].kill()
        senders._processes[0].wait()
        with pytest.raises(ChildFailed, match="a sender has ended"):
            senders.run(1)
        with pytest.raises(ChildFailed, match="a sender has ended"):
            senders.prepare([job(server.url)])


def test_they_end_whatever_happens(tmp_path: Path) -> None:
    pids: list[int] = []

    def broken_off() -> None:
        with Answering() as server, running_senders(2, tmp_path / "log") as senders:
            pids.extend(process.pid for process in senders._processes)
            senders.prepare([job(server.url), job(server.url)])
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        broken_off()
    assert len(pids) == 2
    assert all(map(is_gone, pids))
