"""The README's snippets do what the README says."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import textwrap
from decimal import Decimal
from pathlib import Path

import pytest

from fillgate.config import load_configuration
from fillgate.domain.errors import Rejected
from fillgate.domain.orders import Order, Side
from fillgate.signals.webhook import read_alert
from fillgate.testing import plugin_context
from tests.patience import wait_for
from tests.tools import needed

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BIN = Path(sys.executable).parent


def snippets(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)


def test_make_demo_and_make_test_are_targets() -> None:
    shell = snippets("sh")
    assert shell[0].strip() == "make demo"
    assert shell[-1].strip() == "make test"
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(r"^demo:.*\n\t\$\(BIN\)/fillgate demo$", makefile, flags=re.MULTILINE)
    assert re.search(r"^test:.*\n(\t.*\n)*\t\$\(BIN\)/pytest$", makefile, flags=re.MULTILINE)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Terminal:
    """A shell in a new user's folder, on another port than the README's."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        kept = ("PATH", "LANG", "LC_ALL", "TMPDIR")
        self.environment = {name: os.environ[name] for name in kept if name in os.environ} | {
            "HOME": str(folder),
            "FILLGATE_URL": f"http://127.0.0.1:{self.port}",
        }

    def adapted(self, snippet: str) -> str:
        listen = f"fillgate serve --listen 127.0.0.1:{self.port}"
        return (
            snippet.replace("fillgate serve", listen)
            .replace("127.0.0.1:8005", f"127.0.0.1:{self.port}")
            .replace(".venv/bin/", f"{BIN}/")
        )

    def run(self, snippet: str) -> str:
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", self.adapted(snippet)],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


def test_the_tour_of_a_service_of_ones_own(tmp_path: Path) -> None:
    needed("curl", "openssl")
    terminal = Terminal(tmp_path)
    serve, send, by_hand, story = snippets("sh")[1:5]
    service = subprocess.Popen(
        ["bash", "-c", f"exec {terminal.adapted(serve)}"],
        cwd=tmp_path,
        env=terminal.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(terminal.listens, "the service listens")
        assert "FILLED" in terminal.run(send)
        first = json.loads(terminal.run(by_hand))
        again = json.loads(terminal.run(by_hand))
        assert (first["status"], first["replayed"]) == ("FILLED", False)
        assert again == first | {"replayed": True}
        told = terminal.run(story)
        assert "my-first-alert" in told
        assert "the journal is whole" in told
    finally:
        service.send_signal(signal.SIGTERM)
        assert service.wait(timeout=30) == 0


def test_the_configuration_is_read_as_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "fillgate.toml"
    path.write_text(snippets("toml")[0])
    environment = {"FILLGATE_WEBHOOK_SECRET": "a" * 20, "CCXT_WEBHOOK_SECRET": "b" * 20}
    configuration = load_configuration(path, environ=environment)
    assert configuration.default_account == "binance-main"
    assert sorted(configuration.accounts) == ["binance-main", "mock", "paper"]


def test_the_message_for_tradingview_is_an_alert() -> None:
    values = {
        "{{ticker}}": "BTCUSDT",
        "{{timenow}}": "2026-01-02T03:04:05Z",
        "{{strategy.order.action}}": "buy",
        "{{strategy.order.contracts}}": "0.5",
        "{{close}}": "60000.5",
    }
    message = snippets("json")[0]
    for placeholder, value in values.items():
        message = message.replace(placeholder, value)
    received = read_alert(message.encode())
    assert received.signal.quantity == Decimal("0.5")
    assert received.id == "BTCUSDT-2026-01-02T03:04:05Z"


async def test_the_plugin_trades() -> None:
    room: dict[str, object] = {}
    exec(textwrap.dedent(snippets("python")[0]), room)
    plugin = room["AcmePlugin"]("acme", plugin_context())  # type: ignore[operator]  # a class
    await plugin.init({})
    order = Order(
        client_order_id="fg", account="acme", symbol="X", side=Side.BUY, quantity=Decimal(2)
    )
    assert (await plugin.execute_order(order)).filled_quantity == 2
    with pytest.raises(Rejected):
        await plugin.execute_order(
            Order(
                client_order_id="fg",
                account="acme",
                symbol="X",
                side=Side.BUY,
                quantity=Decimal(11),
            )
        )
    assert await plugin.health_check()
    assert (await plugin.fetch_data("X")).symbol == "X"
