"""The blocks of every page that are no commands are what they look like."""

import json
import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from fillgate.config import TABLES, load_configuration
from fillgate.plugins.ccxt.options import read_settings as read_ccxt_settings
from fillgate.plugins.ccxt_http.options import read_settings
from fillgate.plugins.mock.options import read_mock_options
from fillgate.service.views import Answer
from fillgate.signals.api import read_order
from fillgate.signals.webhook import read_alert
from tests.docs.pages import KINDS, PAGES, Block

BLOCKS = [block for page in PAGES for block in page.blocks]

TOP = {*TABLES, "accounts", "default_account"}
"""What stands at the top of a configuration file."""

PLACEHOLDERS = {
    "{{ticker}}": "BTCUSDT",
    "{{timenow}}": "2026-01-02T03:04:05Z",
    "{{interval}}": "15",
    "{{strategy.order.action}}": "buy",
    "{{strategy.order.contracts}}": "0.5",
    "{{strategy.order.id}}": "Long",
    "{{close}}": "60000.5",
}
"""What TradingView would put in."""

OPTIONS: Mapping[str, Callable[[Mapping[str, Any], str], object]] = {
    "mock": read_mock_options,
    "ccxt": read_ccxt_settings,
    "ccxt-http": read_settings,
}
"""What reads an account's options, by the type of its plugin."""


def of_kind(kind: str) -> list[Block]:
    return [block for block in BLOCKS if block.kind == kind]


@pytest.mark.parametrize("block", BLOCKS, ids=str)
def test_it_says_what_it_is(block: Block) -> None:
    assert block.kind in KINDS
    allowed = {"exit", "again", "serves"} if block.kind == "sh" else set()
    assert block.options.keys() <= allowed


@pytest.mark.parametrize("block", of_kind("toml"), ids=str)
def test_toml_that_configures_fillgate_is_accepted(block: Block, tmp_path: Path) -> None:
    tree = tomllib.loads(block.text)
    if not tree.keys() <= TOP:
        assert block.file is not None, "neither a configuration nor a file that the page uses"
        return
    secret = tmp_path / "secret"
    secret.write_text("a made-up secret")
    path = tmp_path / "fillgate.toml"
    path.write_text(re.sub(r'"file:[^"]*"', f'"file:{secret}"', block.text))
    environment = dict.fromkeys(re.findall(r'"env:(\w+)"', block.text), "a made-up secret")
    configuration = load_configuration(path, environ=environment)
    for name, account in configuration.accounts.items():
        if account.type in OPTIONS:
            OPTIONS[account.type](account.options, f"accounts.{name}")


def filled_in(text: str) -> str:
    for placeholder, value in PLACEHOLDERS.items():
        text = text.replace(placeholder, value)
    return text


@pytest.mark.parametrize("block", of_kind("json"), ids=str)
def test_json_that_asks_for_an_order_is_taken(block: Block) -> None:
    text = filled_in(block.text)
    assert "{{" not in text
    document = json.loads(text)
    answer = "client_order_id" in document or "status" in document
    if "action" in document and not answer:
        assert not read_alert(text.encode()).ignored
    elif "side" in document and not answer:
        read_order(text.encode())


@pytest.mark.parametrize("block", of_kind("python"), ids=str)
def test_python_is_a_file_that_the_page_uses_or_runs_by_itself(block: Block) -> None:
    code = compile(block.text, str(block), "exec")
    if block.file is None:
        exec(code, {"__name__": "a_page"})
        return
    commands = [other.text for other in of_kind("sh") if other.page == block.page]
    package = block.file.partition("/")[0]
    assert any(package in text for text in commands)


@pytest.mark.parametrize("block", of_kind("json"), ids=str)
def test_an_answer_to_a_signal_has_what_answers_have(block: Block) -> None:
    document = json.loads(filled_in(block.text))
    known = {*Answer.__struct_fields__, "type", "title", "detail", "field"}
    assert "success" not in document or document.keys() <= known
