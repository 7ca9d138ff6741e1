"""The pages that are made from the code: `make docs` writes them, a test holds them equal.

One function a page, and one table of them.
"""

import ast
import inspect
import re
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import typer

from docs.configuration import configuration
from docs.http_api import http_api, problem_codes
from docs.invariants import invariants_page
from docs.life_cycle import life_cycle
from docs.log_lines import LINES
from docs.markdown import table
from docs.prose import LOGS_PAGE, METRICS_PAGE
from docs.venues import venues_page
from fillgate.cli import app
from fillgate.domain.capabilities import Capabilities
from fillgate.domain.events import EVENT_TYPES
from fillgate.domain.fills import Fee, Fill
from fillgate.domain.market import MarketData
from fillgate.domain.orders import Order
from fillgate.domain.reports import (
    ArrivalQuote,
    ExecutionReport,
    ExecutionResult,
    Found,
    NotFound,
)
from fillgate.domain.settings import Setting
from fillgate.engine.steps import LEVELS, REPLAYED
from fillgate.meters import BATCH_SIZES, FLUSH_SECONDS, ORDER_SECONDS, SignalOutcome
from fillgate.plugins import base
from fillgate.service.metrics import LABELS, METRICS

__all__ = ["PAGES", "ROOT", "text_of"]

ROOT: Final = Path(__file__).parent.parent


def _command_line() -> Iterator[str]:
    yield from ("# Command line", "", "Made from the commands themselves by `make docs`.", "")
    yield "Every command and group has `--help`. Commands that ask a service send the API key of"
    yield "`FILLGATE_API_KEY` if it is set."
    yield from ("", *_commands(typer.main.get_command(app), "fillgate"))


def _commands(command: Any, path: str) -> Iterator[str]:
    inner = getattr(command, "commands", {})
    if not inner:
        yield from _command(command, path)
    for name, each in inner.items():
        yield from _commands(each, f"{path} {name}")


def _command(command: Any, path: str) -> Iterator[str]:
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    options = [p for p in command.params if p.param_type_name == "option" and not p.hidden]
    usage = [path, *(each.metavar for each in arguments), *["[OPTIONS]"][: len(options)]]
    yield from (f"## {path}", "", "```text", " ".join(usage), "```", "")
    yield from (_prose(command.help), "")
    yield from table(("argument", ""), ((f"`{p.metavar}`", p.help) for p in arguments))
    yield from table(("option", ""), (_option(p) for p in options))
    if command.epilog:
        yield from (command.epilog, "")


def _prose(docstring: str) -> str:
    return inspect.cleandoc(docstring).replace("\f", "")


def _option(option: Any) -> tuple[str, str]:
    value = "" if option.is_flag else f" {option.metavar or 'VALUE'}"
    default = option.default
    notes = [
        f"From the environment variable `{option.envvar}`." if option.envvar else "",
        f"Default: `{default}`." if default is not None and not option.is_flag else "",
        "Needed." if option.required else "",
    ]
    return f"`{option.opts[0]}{value}`", " ".join(filter(None, (option.help, *notes)))


def _plugin_interface() -> Iterator[str]:
    yield from ("# Plugin interface", "", "Made from the docstrings by `make docs`.", "")
    yield "How to write one: [write a plugin](../how-to/write-a-plugin.md)."
    yield from ("", _prose(base.__doc__ or ""), "")
    for kind in _KINDS:
        yield from (f"## {kind.__name__}", "", _prose(kind.__doc__ or ""), "")
        yield from table(("field", "type", ""), _fields(kind))
        yield from _methods(kind)


_KINDS: Final[tuple[type, ...]] = (
    base.ExecutionPlugin, base.PluginContext, Capabilities, Setting, Order, ExecutionResult,
    ArrivalQuote, ExecutionReport, Found, NotFound, Fill, Fee, MarketData, base.VenueFill,
    base.VenuePosition, base.Balance, base.Instrument,
)  # fmt: skip


def _methods(kind: type) -> Iterator[str]:
    for name, method in vars(kind).items():
        if not inspect.isfunction(method) or (name.startswith("_") and name != "__init__"):
            continue
        if method.__doc__ is None or method.__module__ != base.__name__:
            continue
        needed = ", to be written" if getattr(method, "__isabstractmethod__", False) else ""
        heading = "the constructor" if name == "__init__" else name + needed
        parameters = re.sub(r"\b(\w+\.)+(?=\w)", "", str(inspect.signature(method)))
        start = "async " if inspect.iscoroutinefunction(method) else ""
        yield from (f"### {heading}", "", "```text", f"{start}{name}{parameters}", "```", "")
        yield from (_sections(method.__doc__), "")


def _sections(docstring: str) -> str:
    """Return a docstring whose sections of arguments and errors are lists."""
    lines: list[str] = []
    for line in inspect.cleandoc(docstring).splitlines():
        if re.fullmatch(r"(Args|Raises|Returns):", line):
            lines += [f"**{line[:-1]}**", ""]
        elif re.match(r" {4}\w+: ", line):
            name, _, text = line.strip().partition(": ")
            lines.append(f"- `{name}`: {text}")
        else:
            lines.append(f"  {line.strip()}" if line.startswith("    ") else line)
    return "\n".join(lines)


def _fields(kind: type) -> Iterator[tuple[str, ...]]:
    body = ast.parse(textwrap.dedent(inspect.getsource(kind))).body[0]
    assert isinstance(body, ast.ClassDef)
    for node, after in zip(body.body, [*body.body[1:], None], strict=True):
        if isinstance(node, ast.AnnAssign):
            default = f" = {ast.unparse(node.value)}" if node.value is not None else ""
            told = isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)
            text = str(after.value.value) if told else ""  # type: ignore[union-attr]  # see told
            named = ast.unparse(node.target)
            yield f"`{named}`", f"`{ast.unparse(node.annotation)}{default}`", " ".join(text.split())


def _metrics() -> Iterator[str]:
    yield from ("# Metrics", "", "Made from the code by `make docs`.", "")
    yield from _prose(METRICS_PAGE).splitlines()
    for metric in METRICS:
        total = "_total" if metric.kind == "counter" else ""
        labels = ", ".join(f"[`{label}`](#labels)" for label in metric.labels)
        yield from ("", f"### fillgate_{metric.name}{total}", "", metric.meaning, "")
        yield f"{metric.kind.capitalize()}{_unit(metric.name)}{labels and f'; by {labels}'}."
    yield from ("", "## Labels", "")
    values = ((f"`{label}`", _values(LABELS[label])) for label in LABELS)
    yield from table(("label", "values"), values)
    yield from ("## Outcomes", "", "What became of a delivery:", "")
    yield from table(("outcome", ""), _constants(SignalOutcome))
    yield from ("## Buckets", "")
    buckets = (("times of signals and orders", ORDER_SECONDS), ("flushes", FLUSH_SECONDS))
    sizes = ("writes of a commit", tuple(map(int, BATCH_SIZES)))
    rows = (
        (name, " ".join(f"{bound:g}" for bound in bounds)) for name, bounds in (*buckets, sizes)
    )
    yield from table(("histograms of", "upper bounds"), rows)


def _unit(name: str) -> str:
    last = name.rpartition("_")[2]
    return f", in {last}" if last in {"seconds", "bytes"} else ""


def _values(values: Iterable[str]) -> str:
    return ", ".join(value if " " in value else f"`{value}`" for value in values)


def _constants(kind: type) -> Iterator[tuple[str, str]]:
    """Return the constants of a class with the texts below them."""
    body = ast.parse(textwrap.dedent(inspect.getsource(kind))).body[0]
    assert isinstance(body, ast.ClassDef)
    for node, after in pairwise(body.body):
        if isinstance(node, ast.AnnAssign) and isinstance(after, ast.Expr):
            assert isinstance(node.value, ast.Constant)
            yield f"`{node.value.value!s}`", " ".join(str(ast.literal_eval(after.value)).split())


def _logs() -> Iterator[str]:
    yield from ("# Logs", "", "The tables are made from the code by `make docs`.", "")
    yield from _prose(LOGS_PAGE).splitlines()
    yield from ("", "## Steps of signals and orders", "")
    yield "Named as the events of the journal, and written when these are durable."
    yield ""
    meanings = {kind.kind: inspect.cleandoc(kind.__doc__ or "") for kind in EVENT_TYPES}
    meanings[REPLAYED] = "A signal came again under its key, and was answered as the first time."
    steps = ((f"`{name}`", level, meanings[name]) for name, level in LEVELS.items())
    yield from table(("event", "level", ""), steps)
    yield from ("## Everything else", "")
    yield from table(("event", "level", ""), ((f"`{n}`", *told) for n, told in LINES.items()))


PAGES: Final[Mapping[str, Callable[[], Iterator[str]]]] = {
    "docs/reference/command-line.md": _command_line,
    "docs/reference/configuration.md": configuration,
    "docs/reference/http-api.md": http_api,
    "docs/reference/invariants.md": invariants_page,
    "docs/reference/life-cycle.md": life_cycle,
    "docs/reference/problems.md": problem_codes,
    "docs/reference/plugin-interface.md": _plugin_interface,
    "docs/reference/metrics.md": _metrics,
    "docs/reference/logs.md": _logs,
    "docs/reference/venues.md": venues_page,
}
"""For each page, by its path, what gives its lines."""


def text_of(page: str) -> str:
    """Return what a page should hold."""
    return "\n".join(PAGES[page]()).rstrip() + "\n"


if __name__ == "__main__":
    for each in PAGES:
        (ROOT / each).write_text(text_of(each), encoding="utf-8")
