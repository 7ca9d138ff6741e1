"""The pages of the HTTP API: its operations from the published document, and the codes."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from docs.markdown import table
from fillgate.service.api import OPERATIONS
from fillgate.service.codes import GROUPS
from fillgate.service.openapi import document
from fillgate.service.openapi.words import TypeName, type_words
from fillgate.service.problems import PROBLEMS

__all__ = ["http_api", "problem_codes"]

Part = Mapping[str, Any]

_DOCUMENT: Final = document(OPERATIONS)


def http_api() -> Iterator[str]:
    """Give the lines of the page of the operations."""
    yield from ("# HTTP API", "", "Made from the code by `make docs`. A running service shows")
    yield "the same at `/docs`, and as an OpenAPI 3.1 document at `/openapi.json`."
    yield from ("", _DOCUMENT["info"]["description"], "", "The examples ask a service that runs:")
    yield from ("", "```sh", ".venv/bin/fillgate serve", "```", "")
    for tag in _DOCUMENT["tags"]:
        yield from (f"## {tag['name']}", "")
        for path, methods in _DOCUMENT["paths"].items():
            for method, operation in methods.items():
                if operation["tags"] == [tag["name"]]:
                    yield from _operation(f"{method.upper()} {path}", operation)
    yield from ("## Types", "", "`?` marks fields that may not be there.", "")
    for name, schema in _DOCUMENT["components"]["schemas"].items():
        yield from (f"### {name}", "", schema["description"], "")
        yield from table(("field", "type", ""), _members(schema))


def _operation(title: str, operation: Part) -> Iterator[str]:
    yield from (f"### {title}", "", operation["summary"], "")
    if "description" in operation:
        yield from (operation["description"], "")
    yield from table(("parameter", "in", ""), map(_parameter, operation["parameters"]))
    if "requestBody" in operation:
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        yield from (f"Body: {_kind_of(schema)}, a JSON object.", "")
    for sample in operation.get("x-codeSamples", ()):
        yield from ("```sh", sample["source"].rstrip(), "```", "")
    yield from table(
        ("answer", "", ""), (_answer(*each) for each in operation["responses"].items())
    )


def _resolved(part: Part) -> Part:
    found: Any = _DOCUMENT
    for step in part.get("$ref", "#").split("/")[1:]:
        found = found[step]
    return found if "$ref" in part else part


def _parameter(part: Part) -> tuple[str, ...]:
    parameter = _resolved(part)
    name = f"`{parameter['name']}`: {_kind_of(parameter['schema'])}"
    return name, parameter["in"], _line(parameter["description"])


def _answer(status: str, response: Part) -> tuple[str, ...]:
    kinds = [each["schema"] for each in response.get("content", {}).values()]
    codes = response.get("x-problem-codes", ())
    links = (f"[{code}](problems.md#{PROBLEMS[code].code.lower()})" for code in codes)
    kind = _kind_of({"anyOf": kinds}) if kinds else ""
    return status, kind, ", ".join(links) or _line(response["description"])


def _members(schema: Part) -> Iterator[tuple[str, ...]]:
    needed = schema.get("required", ())
    for name, member in schema.get("properties", {}).items():
        text = _line(member.get("description", ""))
        default = member.get("default")
        if default is not None:
            text += f" Default: `{str(default).lower()}`."
        yield f"`{name}`" + ("" if name in needed else " ?"), _kind_of(member), text.strip()


def _kind_of(schema: Part) -> str:
    return "".join(
        f"[{part.name}](#{part.name.lower()})" if isinstance(part, TypeName) else part
        for part in type_words(schema)
    )


def _line(text: str) -> str:
    return " ".join(text.split())


def problem_codes() -> Iterator[str]:
    """Give the lines of the page of the codes."""
    yield from ("# Problem codes", "", "Made from the code by `make docs`. A running service shows")
    yield "the same at `/docs/problems`, where the `type` of each problem leads."
    yield from ("", "A code keeps its name and its meaning; new ones come.", "")
    for group in GROUPS:
        yield from (f"## {group.title}", "", group.text, "")
        for kind in group.kinds:
            yield from (f"### {kind.code}", "", f"**{kind.title}** HTTP {kind.status}.", "")
            yield from (kind.meaning, "", f"What to do: {kind.remedy}", "")
