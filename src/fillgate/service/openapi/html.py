"""The two pages: the operations of the document, and the codes of problems.

Invariants:

1. All that stands on them comes from the document and the table of codes, and is escaped.
2. They load nothing and need no script.
"""

from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files
from typing import Any, Final

from fillgate import __version__
from fillgate.service.codes import GROUPS, Group, ProblemKind
from fillgate.service.openapi.elements import Html, el, joined, prose, words
from fillgate.service.openapi.words import TypeName, type_words
from fillgate.service.problems import PROBLEMS, PROBLEMS_PAGE

__all__ = ["problems_page", "reference_page"]

_REFERENCE: Final = "/docs"


def reference_page(document: Mapping[str, Any]) -> str:
    """Return the page of a document's operations."""
    by_tag: dict[str, list[Html]] = {tag["name"]: [] for tag in document["tags"]}
    links: dict[str, list[tuple[str, str]]] = {name: [] for name in by_tag}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            name = operation["tags"][0]
            links[name].append((operation["operationId"], operation["summary"]))
            by_tag[name].append(_operation(path, method, operation, document))
    schemas = document["components"]["schemas"]
    links["More"] = [("schemas", "Types"), (PROBLEMS_PAGE, "Problem codes")]
    main = (
        el("h1", "fillgate HTTP API"),
        prose(document["info"]["description"]),
        el("p", "As a document: ", el("a", "/openapi.json", href="/openapi.json"), "."),
        *(joined((el("h2", name), *sections)) for name, sections in by_tag.items()),
        el("h2", "Types", id="schemas"),
        *(_type(name, schema) for name, schema in schemas.items()),
    )
    return _page("fillgate HTTP API", links, main)


def problems_page() -> str:
    """Return the page of all codes."""
    links = {
        group.title: [(kind.anchor, kind.code) for kind in group.kinds] for group in GROUPS
    } | {"More": [(_REFERENCE, "HTTP API")]}
    main = (
        el("h1", "Problem codes"),
        prose(
            "Every `code` that an answer can hold: what it means and what to do. A code keeps its "
            "meaning; new ones come."
        ),
        *map(_group, GROUPS),
    )
    return _page("fillgate problem codes", links, main)


def _page(title: str, links: Mapping[str, Sequence[tuple[str, str]]], main: Iterable[Html]) -> str:
    style = files(__package__).joinpath("style.css").read_text(encoding="utf-8")
    head = el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", name="color-scheme", content="light dark"),
        el("title", title),
        el("style", Html(style)),
    )
    lists = (
        joined((el("strong", name), el("ul", *(el("li", _link(*each)) for each in inner))))
        for name, inner in links.items()
    )
    version = el("p", f"fillgate {__version__}", class_="note")
    contents = el("p", el("a", "Contents", href="#contents"), class_="to-contents")
    nav = el("nav", *lists, version, id="contents")
    frame = el("div", nav, el("main", contents, *main), class_="frame")
    return "<!doctype html>\n" + el("html", head, el("body", frame), lang="en") + "\n"


def _link(target: str, text: str) -> Html:
    return el("a", text, href=target if target.startswith("/") else f"#{target}")


def _group(group: Group) -> Html:
    return joined((el("h2", group.title), prose(group.text), *map(_kind, group.kinds)))


def _kind(kind: ProblemKind) -> Html:
    return el(
        "section",
        el("h3", el("a", el("code", kind.code), href=f"#{kind.anchor}")),
        el("p", el("strong", kind.title), el("span", f" HTTP {kind.status}", class_="note")),
        prose(kind.meaning),
        el("p", el("span", "What to do: ", class_="note"), words(kind.remedy)),
        id=kind.anchor,
    )


def _operation(
    path: str, method: str, operation: Mapping[str, Any], document: Mapping[str, Any]
) -> Html:
    title = el(
        "h3",
        el("span", method.upper(), class_=f"method {method}"),
        el("a", el("code", _breakable(path)), href=f"#{operation['operationId']}"),
    )
    parameters = [_resolved(each, document) for each in operation["parameters"]]
    return el(
        "section",
        title,
        el("p", words(operation["summary"])),
        prose(operation.get("description", "")),
        el("p", words(_access(operation)), class_="note"),
        _fields("Parameters", (_parameter(each) for each in parameters)),
        _body(operation, document),
        joined(
            joined((el("h4", "Example"), el("pre", el("code", sample["source"].rstrip()))))
            for sample in operation.get("x-codeSamples", ())
        ),
        _fields("Answers", (_response(*each) for each in operation["responses"].items())),
        id=operation["operationId"],
    )


def _breakable(path: str) -> Html:
    """Return a path that may go on in a new line before a slash."""
    first, *others = path.split("/")
    return joined((first, *(part for each in others for part in (el("wbr"), f"/{each}"))))


def _resolved(part: Mapping[str, Any], document: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" not in part:
        return part
    found: Any = document
    for step in part["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return found  # type: ignore[no-any-return]  # what a reference leads to


def _access(operation: Mapping[str, Any]) -> str:
    names = [name for each in operation["security"] for name in each]
    if not names:
        return "Open to all who can reach the service."
    if names == ["apiKey"]:
        return "`Authorization: Bearer KEY`; without a configured key, this machine only."
    return "`X-Webhook-Signature`, the secret in the address, or `secret` in the body."


def _fields(title: str, rows: Iterable[tuple[Html, Html]]) -> Html:
    pairs = [part for row in rows for part in row]
    return joined((el("h4", title), el("dl", *pairs, class_="fields"))) if pairs else Html()


def _row(name: str, kind: Html, text: Html) -> tuple[Html, Html]:
    return el("dt", el("code", name), el("span", kind, class_="kind")), el("dd", text)


def _parameter(parameter: Mapping[str, Any]) -> tuple[Html, Html]:
    kind = joined((f"{parameter['in']}: ", _kind_of(parameter["schema"])))
    kind = _required(kind, parameter["required"])
    return _row(parameter["name"], kind, prose(parameter["description"]))


def _body(operation: Mapping[str, Any], document: Mapping[str, Any]) -> Html:
    if "requestBody" not in operation:
        return Html()
    schema = _resolved(operation["requestBody"]["content"]["application/json"]["schema"], document)
    return joined(
        (
            el("h4", "Body: a JSON object"),
            el("details", el("summary", "Rules"), prose(schema["description"])),
            _members(schema),
        )
    )


def _members(schema: Mapping[str, Any]) -> Html:
    required = schema.get("required", ())
    rows = (
        _row(name, _required(_kind_of(member), name in required), prose(_said(member)))
        for name, member in schema.get("properties", {}).items()
    )
    return el("dl", *(part for row in rows for part in row), class_="fields")


def _required(kind: Html, required: bool) -> Html:  # noqa: FBT001 - of a row
    return joined((kind, ", required")) if required else kind


def _said(member: Mapping[str, Any]) -> str:
    text = member.get("description", "")
    if member.get("default") is not None:
        text += f" Default: `{str(member['default']).lower()}`."
    return str(text).strip()


def _response(status: str, response: Mapping[str, Any]) -> tuple[Html, Html]:
    schema = {"anyOf": [each["schema"] for each in response.get("content", {}).values()]}
    headers = ", ".join(response.get("headers", ()))
    codes = response.get("x-problem-codes", ())
    text = Html() if codes else prose(response["description"])
    if codes:
        text = el("ul", *map(_code, codes))
    if headers:
        text = joined((text, el("p", f"Headers: {headers}", class_="note")))
    return _row(status, _kind_of(schema) if schema["anyOf"] else Html(), text)


def _code(code: str) -> Html:
    kind = PROBLEMS[code]
    return el(
        "li", el("a", el("code", code), href=f"{PROBLEMS_PAGE}#{kind.anchor}"), " ", kind.title
    )


def _type(name: str, schema: Mapping[str, Any]) -> Html:
    members = _members(schema) if "properties" in schema else el("p", _kind_of(schema))
    about = prose(schema.get("description", ""))
    # A link to what is within opens it.
    return el("details", el("summary", name), el("div", about, members, id=f"type-{name}"))


def _kind_of(schema: Mapping[str, Any]) -> Html:
    return joined(
        el("a", part.name, href=f"#type-{part.name}") if isinstance(part, TypeName) else part
        for part in type_words(schema)
    )
