"""One sending process, spoken to by hand."""

import os
import signal
import subprocess
import sys

import msgspec

from fillgate.cli.bench.load import Sent
from tests.cli.bench.made import Answering, job


def sender() -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "fillgate.cli.bench.sender"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def test_it_sends_nothing_before_it_is_told_to_and_ends_with_its_input() -> None:
    with Answering() as server, sender() as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(msgspec.json.encode(job(server.url)) + b"\n")
        process.stdin.flush()
        assert process.stdout.readline() == b"ready\n"
        assert server.requests == []
        process.stdin.write(b"go\n")
        process.stdin.flush()
        sent = msgspec.json.decode(process.stdout.readline(), type=Sent)
        assert len(sent.latencies) == len(server.requests) == 1
        process.stdin.close()
        assert process.wait(30) == 0


def test_without_go_it_sends_nothing() -> None:
    with Answering() as server, sender() as process:
        told, errors = process.communicate(msgspec.json.encode(job(server.url)) + b"\n", timeout=30)
    assert (told, errors, server.requests) == (b"ready\n", b"", [])


def test_ctrl_c_is_its_commands_business() -> None:
    with Answering() as server, sender() as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(msgspec.json.encode(job(server.url)) + b"\n")
        process.stdin.flush()
        assert process.stdout.readline() == b"ready\n"
        os.kill(process.pid, signal.SIGINT)
        told, _ = process.communicate(b"go\n", timeout=30)
    assert len(msgspec.json.decode(told, type=Sent).latencies) == 1
    assert process.returncode == 0
