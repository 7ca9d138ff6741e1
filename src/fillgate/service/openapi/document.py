"""The OpenAPI 3.1 document, from the table of operations.

Invariant: it depends on nothing but the code, so that it is the same for every installation of a
version. It holds no setting and no name of an account.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec

from fillgate import __version__
from fillgate.service.auth import SIGNATURE
from fillgate.service.openapi.headers import ANSWER_HEADERS, HEADERS_OF_STATUS, REQUEST_HEADERS
from fillgate.service.openapi.inputs import body_schema
from fillgate.service.openapi.schemas import answer_schema, answer_schemas
from fillgate.service.operations import JSON, Access, Answered, Operation
from fillgate.service.problems import (
    PROBLEMS,
    OutcomeProblem,
    ProblemDocument,
    WebhookOutcomeProblem,
    WebhookProblem,
)
from fillgate.signals.bodies import AlertBody

__all__ = ["document"]

_PROBLEM_JSON: Final = "application/problem+json"
_OUTCOMES: Final = frozenset({"DENIED", "REJECTED", "ABSENT"})

_ABOUT: Final = """Signals in, orders out, each exactly once; and all that is known of them.

Decimals go in as JSON numbers or strings and come out as strings. Times come out as RFC 3339 in
UTC, but in `timestamp`, `created` and `expire_time`, which are Unix milliseconds. Answers may get
new fields; what is there keeps its meaning.

What is not answered as asked is `application/problem+json` (RFC 9457) with a stable `code`; its
`type` leads to the page that says what to do. `GET` is also answered to `HEAD`; any other method
that a path does not take is 405 with `Allow`."""

_SECURITY: Final[Mapping[Access, list[dict[str, list[str]]]]] = {
    Access.OPEN: [],
    # Without a key, this machine's own programs are served.
    Access.API_KEY: [{"apiKey": []}, {}],
    # Without a signature, the body has to hold the secret.
    Access.WEBHOOK: [{"webhookSignature": []}, {}],
    Access.WEBHOOK_TOKEN: [{"webhookSignature": []}, {}],
}
_ACCESS_PROBLEMS: Final[Mapping[Access, tuple[str, ...]]] = {
    Access.OPEN: (),
    Access.API_KEY: ("UNAUTHENTICATED", "CROSS_ORIGIN"),
    Access.WEBHOOK: ("UNAUTHENTICATED",),
    Access.WEBHOOK_TOKEN: ("UNAUTHENTICATED",),
}

_SCHEMES: Final = {
    "apiKey": {
        "type": "http",
        "scheme": "bearer",
        "description": "The key of `FILLGATE_API_KEY`. Where none is configured, only programs on "
        "the same machine are served, by the name localhost or 127.0.0.1.",
    },
    "webhookSignature": {
        "type": "apiKey",
        "in": "header",
        "name": "X-Webhook-Signature",
        "description": "HMAC-SHA256 of the exact bytes of the body under the webhook's secret, as "
        "lower-case hex. Instead of it the secret may stand at the end of the address or as "
        "`secret` in the body. Each that is given must be right.",
    },
}
assert _SCHEMES["webhookSignature"]["name"].lower().encode() == SIGNATURE

_PATH_PARAMETERS: Final[Mapping[str, tuple[str, dict[str, Any]]]] = {
    "client_order_id": (
        "The order's id, as fillgate made it.",
        {"type": "string", "pattern": "^[!-.0-~]+$"},
    ),
    "name": ("The account's name in the configuration.", {"type": "string"}),
    "number": ("The signal's number.", {"type": "integer", "minimum": 1, "maximum": 10**18 - 1}),
    "symbol": (
        "The symbol. Its slashes may stand as they are or be written as %2F.",
        {"type": "string", "minLength": 1},
    ),
    "token": ("The webhook's secret.", {"type": "string", "minLength": 1}),
}

_IGNORED: Final = (
    "Other fields are ignored where they can have been meant for none of these; one that looks "
    "like a misspelt or a differently named field is refused with a hint. At most 64 are ignored."
)


def document(operations: Sequence[Operation]) -> dict[str, Any]:
    """Return the document of these operations, as plain JSON values."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        paths.setdefault(operation.template, {})[operation.method.lower()] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "fillgate",
            "version": __version__,
            "description": _ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": name} for name in dict.fromkeys(each.group for each in operations)],
        "paths": paths,
        "components": {
            "schemas": _schemas(operations),
            "parameters": {name: _header(name) for name in REQUEST_HEADERS},
            "headers": ANSWER_HEADERS,
            "securitySchemes": _SCHEMES,
        },
    }


def _schemas(operations: Sequence[Operation]) -> dict[str, Any]:
    bodies = dict.fromkeys(each.body for each in operations if each.body is not None)
    answers = dict.fromkeys(
        answered.body
        for operation in operations
        for answered in _answers(operation)
        if _is_struct(answered.body)
    )
    items = tuple(
        answered.item for each in operations for answered in _answers(each) if answered.item
    )
    problems = (ProblemDocument, OutcomeProblem, WebhookProblem, WebhookOutcomeProblem)
    taken = {
        kind.__name__: body_schema(kind, others=_IGNORED if kind is AlertBody else None)
        for kind in bodies
    }
    return taken | answer_schemas((*answers, *items, *problems))


def _is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def _operation(operation: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.id,
        "summary": operation.summary,
        "tags": [operation.group],
        "parameters": [*_path(operation), *_query(operation), *_headers(operation)],
        "responses": _responses(operation),
        "security": _SECURITY[operation.access],
    }
    if operation.notes:
        described["description"] = operation.notes
    if operation.body is not None:
        schema = _ref(operation.body.__name__)
        described["requestBody"] = {
            "description": "At most 64 KiB of UTF-8. `Content-Type` is not looked at.",
            "required": True,
            "content": {JSON: {"schema": schema}},
        }
    if operation.example:
        described["x-codeSamples"] = [{"lang": "sh", "source": operation.example}]
    return described


def _ref(name: str, of: str = "schemas") -> dict[str, str]:
    return {"$ref": f"#/components/{of}/{name}"}


def _path(operation: Operation) -> Iterable[dict[str, Any]]:
    for name, (text, schema) in _PATH_PARAMETERS.items():
        if "{" + name + "}" in operation.template:
            yield {
                "name": name,
                "in": "path",
                "required": True,
                "description": text,
                "schema": schema,
            }


def _query(operation: Operation) -> Iterable[dict[str, Any]]:
    if operation.query is None:
        return
    for field in msgspec.structs.fields(operation.query):
        yield _parameter(field)


def _parameter(field: msgspec.structs.FieldInfo) -> dict[str, Any]:
    (schema,), found = msgspec.json.schema_components([field.type])
    if "anyOf" in schema:
        schema = next(each for each in schema["anyOf"] if each.get("type") != "null")
    parameter: dict[str, Any] = {"name": field.name, "in": "query", "required": False}
    parameter["description"] = schema.pop("description")
    if schema["type"] == "array":
        for words in found.values():
            # Commas, white space and either case are taken, too: a pattern would not tell better.
            schema["items"] = {"type": "string", "examples": words["enum"]}
        schema.pop("default", None)
        parameter |= {"style": "form", "explode": True}
    elif field.default is not None:
        schema["default"] = field.default
    return parameter | {"schema": schema}


def _headers(operation: Operation) -> Iterable[dict[str, Any]]:
    return [_ref(name, "parameters") for name in operation.headers]


def _header(name: str) -> dict[str, Any]:
    return {"name": name, "in": "header", "required": False, **REQUEST_HEADERS[name]}


def _answers(operation: Operation) -> tuple[Answered, ...]:
    if operation.answers:
        return operation.answers
    kind = operation.returned
    return (Answered(body=kind, text=(kind.__doc__ or "").partition("\n")[0]),)


def _responses(operation: Operation) -> dict[str, Any]:
    responses = {str(answered.status): _response(answered) for answered in _answers(operation)}
    codes = [*_ACCESS_PROBLEMS[operation.access], *operation.problems, "INTERNAL_ERROR"]
    for status in sorted({PROBLEMS[code].status for code in codes}):
        here = [code for code in dict.fromkeys(codes) if PROBLEMS[code].status == status]
        problem = _problem(operation, status, here)
        known = responses.get(str(status))
        if known is None:
            responses[str(status)] = problem
        else:
            known["content"] |= problem["content"]
    return responses


def _response(answered: Answered) -> dict[str, Any]:
    response: dict[str, Any] = {"description": answered.text}
    if answered.body is not None:
        schema = _ref(answered.body.__name__) if _is_struct(answered.body) else {"type": "object"}
        response["content"] = {answered.media_type: {"schema": schema}}
    elif answered.media_type != JSON:
        text: dict[str, Any] = {"schema": {"type": "string"}}
        if answered.item is not None:
            text["x-itemSchema"] = _message(answered.item)
        response["content"] = dict.fromkeys((answered.media_type, *answered.or_else), text)
    if answered.headers:
        response["headers"] = {name: _ref(name, "headers") for name in answered.headers}
    return response


def _message(data: Any) -> dict[str, Any]:
    """Return what a message of a stream is; a later OpenAPI has `itemSchema` for it."""
    return {
        "type": "object",
        "properties": {
            "id": {"type": "string"},
            "event": {"type": "string"},
            "data": {
                "type": "string",
                "contentMediaType": JSON,
                "contentSchema": answer_schema(data),
            },
        },
    }


def _problem(operation: Operation, status: int, codes: list[str]) -> dict[str, Any]:
    lines = [f"- `{code}`: {PROBLEMS[code].title}" for code in codes]
    outcomes = _OUTCOMES & set(codes) if operation.body is not None else set()
    if operation.open_ended and _OUTCOMES & set(codes):
        lines.append("- and the venue's or a check's own codes: see the page of problems")
    webhook = operation.access in {Access.WEBHOOK, Access.WEBHOOK_TOKEN}
    plain, outcome = (
        (WebhookProblem, WebhookOutcomeProblem) if webhook else (ProblemDocument, OutcomeProblem)
    )
    exact: dict[str, Any] = {"status": {"const": status}}
    if not (operation.open_ended and _OUTCOMES & set(codes)):
        exact["code"] = {"enum": codes}
    schemas = [_ref(outcome.__name__), _ref(plain.__name__)] if outcomes else [_ref(plain.__name__)]
    schema = {"anyOf": schemas} if outcomes else schemas[0]
    response: dict[str, Any] = {
        "description": "\n".join(lines),
        "content": {_PROBLEM_JSON: {"schema": {"allOf": [schema, {"properties": exact}]}}},
        "x-problem-codes": codes,
    }
    names = [HEADERS_OF_STATUS[status]] if status in HEADERS_OF_STATUS else []
    if outcomes:
        names.append("Idempotent-Replayed")
    if names:
        response["headers"] = {name: _ref(name, "headers") for name in names}
    return response
