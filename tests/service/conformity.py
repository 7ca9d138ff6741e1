"""Whether an answer is one that the published document promises."""

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

import jsonschema_rs

from fillgate.service.api import OPERATIONS, WEBHOOK_PATH
from fillgate.service.openapi import document

__all__ = ["DOCUMENT", "check_answer", "operation_at", "validator"]

DOCUMENT: Final[Mapping[str, Any]] = json.loads(json.dumps(document(OPERATIONS)))

_METHODS: Final = {"HEAD": "get"}
_PART: Final = {"symbol": ".+", "token": ".+"}
"""Parameters that may hold slashes."""


def _pattern(path: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", path)
    matches = [
        _PART.get(part, "[^/]+") if odd % 2 else re.escape(part) for odd, part in enumerate(parts)
    ]
    return re.compile("".join(matches), re.DOTALL)


_PATHS: Final = {path: _pattern(path) for path in DOCUMENT["paths"]}


def operation_at(method: str, path: str) -> Mapping[str, Any] | None:
    """Return the operation that the document has for a request; None if it has none."""
    name = _METHODS.get(method, method.lower())
    # OpenAPI: a path without parameters comes before those with them.
    if path in DOCUMENT["paths"]:
        concrete: Mapping[str, Any] | None = DOCUMENT["paths"][path].get(name)
        return concrete
    for template, pattern in _PATHS.items():
        methods = DOCUMENT["paths"][template]
        if pattern.fullmatch(path) and name in methods:
            operation: Mapping[str, Any] = methods[name]
            return operation
    return None


def _strictly(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a schema of a whole type that allows no member that it does not tell of.

    Published is that there may be more one day; today there are no others.
    """
    return {"additionalProperties": "properties" not in schema, **schema}


_SCHEMAS: Final = {
    name: schema if name == "AlertBody" else _strictly(schema)
    for name, schema in DOCUMENT["components"]["schemas"].items()
}


@cache
def validator(schema: str) -> Any:
    """Return what checks values against a schema, given as JSON; its references are followed."""
    root = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "components": {"schemas": _SCHEMAS},
        "allOf": [json.loads(schema)],
    }
    return jsonschema_rs.validator_for(root, validate_formats=True)


def check_answer(
    method: str, path: str, status: int, headers: Mapping[str, str], body: bytes
) -> None:
    """Check that the document promises this answer to that request."""
    media_type = headers.get("content-type", "").partition(";")[0]
    operation = operation_at(method, path)
    if operation is None:
        assert status in {404, 405, 401}, f"{method} {path}: {status} where nothing is documented"
        assert media_type == "application/problem+json"
        kind = "WebhookProblem" if f"{path}/".startswith(f"{WEBHOOK_PATH}/") else "ProblemDocument"
        _check_body({"$ref": f"#/components/schemas/{kind}"}, body)
        return
    where = f"{operation['operationId']}: {status}"
    assert str(status) in operation["responses"], f"{where} is not documented: {body[:300]!r}"
    response = operation["responses"][str(status)]
    _check_headers(where, response, headers)
    content = response.get("content", {})
    if not content:
        assert body == b"", where
        return
    assert media_type in content, f"{where}: {media_type}"
    if media_type.endswith("json"):
        _check_body(content[media_type]["schema"], body)


def _check_body(schema: Mapping[str, Any], body: bytes) -> None:
    found = json.loads(body)
    error = next(validator(json.dumps(schema)).iter_errors(found), None)
    assert error is None, f"{error}\n{found}"


def _check_headers(where: str, response: Mapping[str, Any], headers: Mapping[str, str]) -> None:
    for name in response.get("headers", {}):
        header = DOCUMENT["components"]["headers"][name]
        value = headers.get(name.lower())
        if value is None:
            assert not header.get("required"), f"{where}: no {name}"
        else:
            assert validator(json.dumps(header["schema"])).is_valid(value), f"{where}: {name}"
