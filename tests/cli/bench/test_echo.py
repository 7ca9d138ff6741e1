import json
import socket
import urllib.request
from pathlib import Path

from fillgate.cli.bench.service import EchoServer


def test_it_answers_with_what_it_was_sent_and_stops_when_told(tmp_path: Path) -> None:
    with EchoServer(tmp_path) as server:
        for size in (0, 200, 200_000):
            body = b"x" * size
            with urllib.request.urlopen(server.url, data=body, timeout=10) as answer:
                assert answer.status == 200
                assert answer.read() == body
        assert server.stop() == 0
    assert (tmp_path / "echo.log").read_text() == ""


def test_it_answers_again_and_again_on_a_connection_that_is_kept(tmp_path: Path) -> None:
    with EchoServer(tmp_path):
        address = json.loads((tmp_path / "echo-ready.json").read_text())["url"].split("/")[2]
        host, port = address.split(":")
        with socket.create_connection((host, int(port)), timeout=10) as connection:
            for _ in range(3):
                connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi")
                received = b""
                while not received.endswith(b"\r\n\r\nhi"):
                    chunk = connection.recv(65536)
                    assert chunk
                    received += chunk
