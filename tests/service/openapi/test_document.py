"""The published document is whole, and of what is served."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema_rs
import pytest
from schemathesis.specs.openapi.definitions import OPENAPI_31

from fillgate.service.api import OPERATIONS
from fillgate.service.operations import Operation
from fillgate.service.problems import PROBLEMS, OutcomeProblem
from fillgate.service.shown import STORY_EVENTS
from fillgate.service.views import Answer
from fillgate.signals.refusals import RefusalCode
from tests.service.asgi import call
from tests.service.conformity import DOCUMENT, validator
from tests.service.conftest import Desk


def parts(value: Any) -> Iterator[Mapping[str, Any]]:
    """Return every object in the document."""
    if isinstance(value, Mapping):
        yield value
        for each in value.values():
            yield from parts(each)
    elif isinstance(value, list):
        for each in value:
            yield from parts(each)


def test_it_is_a_document_of_openapi_3_1() -> None:
    jsonschema_rs.validator_for(OPENAPI_31).validate(DOCUMENT)


def test_every_reference_leads_somewhere() -> None:
    references = {part["$ref"] for part in parts(DOCUMENT) if isinstance(part.get("$ref"), str)}
    for reference in references:
        found: Any = DOCUMENT
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]
    assert len(references) > 50


def test_no_component_is_there_in_vain() -> None:
    text = json.dumps(DOCUMENT)
    for kind, components in DOCUMENT["components"].items():
        if kind != "securitySchemes":
            for name in components:
                assert f'"#/components/{kind}/{name}"' in text, name


@pytest.mark.parametrize("name", DOCUMENT["components"]["schemas"])
def test_every_schema_is_one(name: str) -> None:
    validator(f'{{"$ref": "#/components/schemas/{name}"}}')
    assert DOCUMENT["components"]["schemas"][name].get("description"), "says nothing"


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.id)
def test_an_operation_says_what_it_does(operation: Operation) -> None:
    told = DOCUMENT["paths"][operation.template][operation.method.lower()]
    assert told["operationId"] == operation.id
    assert told["summary"].endswith(".")
    assert " " in told["summary"]
    codes = [
        code for each in told["responses"].values() for code in each.get("x-problem-codes", ())
    ]
    assert "INTERNAL_ERROR" in codes
    for status, response in told["responses"].items():
        assert response["description"]
        assert all(
            PROBLEMS[code].status == int(status) for code in response.get("x-problem-codes", ())
        )


def test_every_refusal_of_an_alert_is_promised() -> None:
    told = next(each for each in OPERATIONS if each.id == "take_alert")
    assert set(RefusalCode) <= set(told.problems)


def test_operations_have_names_of_their_own() -> None:
    assert len({operation.id for operation in OPERATIONS}) == len(OPERATIONS)
    assert len({(each.method, each.path) for each in OPERATIONS}) == len(OPERATIONS)


def test_records_of_a_story_are_told_apart_by_their_event() -> None:
    story = DOCUMENT["components"]["schemas"]["OrderStory"]["properties"]["story"]["items"]
    assert story["discriminator"]["propertyName"] == "event"
    assert set(story["discriminator"]["mapping"]) == {kind.kind for kind in STORY_EVENTS}
    assert len(story["anyOf"]) == len(STORY_EVENTS)


def test_a_failed_order_is_told_with_what_an_answer_tells() -> None:
    gone = {"success", "order_id", "error", "code", "status"}
    told = set(OutcomeProblem.__struct_fields__)
    assert set(Answer.__struct_fields__) - gone <= told
    assert "order_status" in told


@pytest.mark.parametrize(
    "schema", [schema for name, schema in DOCUMENT["components"]["schemas"].items()]
)
def test_decimals_of_answers_are_texts(schema: Mapping[str, Any]) -> None:
    for part in parts(schema):
        assert part.get("format") != "decimal", "a decimal that is not told of as one"


METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]


@pytest.mark.parametrize("path", DOCUMENT["paths"])
async def test_a_path_takes_the_methods_that_the_document_has(desk: Desk, path: str) -> None:
    target = path.replace("{number}", "1").replace("{", "").replace("}", "")
    if path == "/api/v1/events":
        target += "?follow=false"  # else the answer has no end
    taken = {method.upper() for method in DOCUMENT["paths"][path]}
    for method in METHODS:
        response = await call(desk.app, method, target)
        expected = method in taken or (method == "HEAD" and "GET" in taken)
        assert (response.status != 405) == expected, method
        if not expected:
            allowed = {each.strip() for each in response.headers["allow"].split(",")}
            assert allowed - {"HEAD"} == taken
            assert method in response.json["detail"]
            assert all(each in response.json["detail"] for each in taken)
