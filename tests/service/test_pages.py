"""The pages of the service's own documentation."""

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest

from fillgate.service.api import OPERATIONS
from fillgate.service.codes import CODES
from fillgate.service.openapi import document, reference_page
from fillgate.service.openapi.elements import el, prose
from tests.service.asgi import Response
from tests.service.conformity import DOCUMENT
from tests.service.conftest import Desk, open_desk

PAGES = ["/docs", "/docs/problems"]
VOID = {"meta", "wbr"}


class Tree(HTMLParser):
    """Reads a page strictly: each element is closed, in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.text = ""
        self.feed(html)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.text += data

    def values(self, name: str) -> list[str]:
        return [value for _, key, value in self.attributes if key == name]


async def page(desk: Desk, target: str) -> tuple[Response, Tree]:
    response = await desk.get(target)
    assert response.status == 200
    assert response.headers["content-type"].startswith("text/html")
    return response, Tree(response.body.decode())


async def test_the_document_is_served(desk: Desk) -> None:
    response = await desk.get("/openapi.json")
    assert response.json == DOCUMENT
    assert response.headers["content-type"] == "application/json"


@pytest.mark.parametrize("target", ["/openapi.json", *PAGES])
async def test_who_has_it_is_told_so(desk: Desk, target: str) -> None:
    first = await desk.get(target)
    for known in (first.headers["etag"], f'"x", W/{first.headers["etag"]}', "*"):
        again = await desk.get(target, {"If-None-Match": known})
        assert (again.status, again.body) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
    other = await desk.get(target, {"If-None-Match": '"x"'})
    assert other.body == first.body


@pytest.mark.parametrize("target", ["/openapi.json", *PAGES])
async def test_all_may_read_it(tmp_path_factory: pytest.TempPathFactory, target: str) -> None:
    async with open_desk(tmp_path_factory.mktemp("keyed"), api_key="a-made-up-key") as keyed:
        assert (await keyed.get(target, {"Host": "elsewhere.example"})).status == 200
        assert (await keyed.get("/api/v1/orders")).status == 401


@pytest.mark.parametrize("target", PAGES)
async def test_a_page_loads_and_runs_nothing(desk: Desk, target: str) -> None:
    response, tree = await page(desk, target)
    tags = {tag for tag, _, _ in tree.attributes}
    assert not tags & {"script", "link", "img", "iframe", "form", "object", "base"}
    assert {name for _, name, _ in tree.attributes} <= {
        "charset", "class", "content", "href", "id", "lang", "name",
    }  # fmt: skip
    html = response.body.decode()
    assert "url(" not in html
    assert "@import" not in html
    style = re.search("<style>(.*?)</style>", html, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    policy = response.headers["content-security-policy"]
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}';")
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize("target", PAGES)
async def test_its_links_lead_somewhere(desk: Desk, target: str) -> None:
    _, tree = await page(desk, target)
    ids = {each: set((await page(desk, each))[1].values("id")) for each in PAGES}
    assert len(tree.values("id")) == len(ids[target]), "an id stands twice"
    for link in tree.values("href"):
        place, _, anchor = link.partition("#")
        assert (await desk.get(place or target)).status == 200, link
        if anchor:
            assert anchor in ids[place or target], link


async def test_the_reference_has_every_operation(desk: Desk) -> None:
    _, tree = await page(desk, "/docs")
    for operation in OPERATIONS:
        assert operation.id in tree.values("id")
        assert operation.template in tree.text
        assert operation.example.strip() in tree.text
    for name in DOCUMENT["components"]["schemas"]:
        assert f"type-{name}" in tree.values("id")


async def test_the_page_of_problems_has_every_code(desk: Desk) -> None:
    _, tree = await page(desk, "/docs/problems")
    for kind in CODES.values():
        assert kind.anchor in tree.values("id")
        for text in (
            kind.code,
            kind.title,
            kind.meaning.replace("`", ""),
            kind.remedy.replace("`", ""),
        ):
            assert text in tree.text


async def test_a_problems_type_leads_to_what_it_is(desk: Desk) -> None:
    _, tree = await page(desk, "/docs/problems")
    for response in (await desk.get("/nothing"), await desk.alert({"quantity": 0})):
        place, _, anchor = response.json["type"].partition("#")
        assert place == "/docs/problems"
        assert anchor in tree.values("id")


HOSTILE = '<script>alert(1)</script> & "quoted" `<b>` \''


def strings(value: Any) -> Iterator[str]:
    """Put the hostile text wherever a person's text stands."""
    if isinstance(value, dict):
        for key, each in value.items():
            if key in {"description", "summary", "source"} and isinstance(each, str):
                value[key] = HOSTILE
                yield key
            else:
                yield from strings(each)
    elif isinstance(value, list):
        for each in value:
            yield from strings(each)


def test_whatever_stands_in_the_document_is_escaped() -> None:
    changed = json.loads(json.dumps(document(OPERATIONS)))
    assert len(list(strings(changed))) > 100
    html = reference_page(changed)
    assert "<script" not in html
    assert "<b>" not in html
    Tree(html)


def test_elements_escape_their_text_and_attributes() -> None:
    assert el("a", "<&>", href='"><') == '<a href="&quot;&gt;&lt;">&lt;&amp;&gt;</a>'
    assert el("meta", charset="x") == '<meta charset="x">'
    assert prose("one `<x>`\ntwo\n\n- a\n- b") == (
        "<p>one <code>&lt;x&gt;</code> two</p><ul><li>a</li><li>b</li></ul>"
    )
