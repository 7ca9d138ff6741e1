"""The published document against the running service: what it promises is so, whatever is sent."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import pytest
import requests
import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import negative_data_rejection

from fillgate.service.api import OPERATIONS
from fillgate.service.auth import sign
from fillgate.service.openapi import document
from tests.e2e.process import Service, serving

KEY: Final = "a-made-up-key"

# 422: the parts are right and do not fit together, or the order was refused. 404 and 409: what was
# asked for is not there, or not so.
FITTING: Final = ["2xx", "304", "401", "404", "409", "422"]

CONFIG: Final[Mapping[str, Any]] = {
    "generation": {
        "deterministic": True,
        "max-examples": 15,
        "database": "none",
        # Refused in any text, which a schema of the whole body cannot say.
        "allow-x00": False,
    },
    "checks": {"positive_data_acceptance": {"expected-statuses": FITTING}},
    "operations": [
        {
            "include-operation-id": [
                "list_orders",
                "list_signals",
                "follow_events",
                "report_costs",
                "list_costs",
            ],
            # Only what an earlier answer gave is a cursor or an id; in a list with commas only
            # statuses are statuses, and only what orders can be grouped by is that.
            "checks": {"positive_data_acceptance": {"expected-statuses": [*FITTING, "400"]}},
        }
    ],
}

SCHEMA: Final = schemathesis.openapi.from_dict(
    document(OPERATIONS), config=SchemathesisConfig.from_dict(dict(CONFIG))
)


@pytest.fixture(scope="module")
def open_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("openapi")
    with serving(Service(folder, environ={"FILLGATE_API_KEY": KEY})) as running:
        yield running


@pytest.fixture(scope="module")
def session() -> Iterator[requests.Session]:
    with requests.Session() as opened:
        opened.trust_env = False
        yield opened


class Credentials(requests.auth.AuthBase):
    """Authenticates a request, whatever its body became."""

    def __init__(self, secret: str) -> None:
        self._secret = secret

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        body = request.body or b""
        body = body.encode() if isinstance(body, str) else body
        assert isinstance(body, bytes)
        request.headers["X-Webhook-Signature"] = sign(self._secret, body)
        request.headers["Authorization"] = f"Bearer {KEY}"
        return request


def _end(case: schemathesis.Case[Any]) -> None:
    """Let an answer end that would go on: what asks to follow asks for what is there."""
    if case.query.get("follow", "true") in (True, "true", ["true"]):
        case.query["follow"] = "false"


@SCHEMA.parametrize()
def test_the_service_does_what_the_document_says(
    case: schemathesis.Case[Any], open_service: Service, session: requests.Session
) -> None:
    with_token = "token" in case.path_parameters
    if with_token:
        case.path_parameters["token"] = open_service.secret
    if case.operation.definition.raw.get("operationId") == "follow_events":
        _end(case)
    case.call_and_validate(
        base_url=open_service.url,
        session=session,
        auth=Credentials(open_service.secret),
        # A bad token was what made some of these requests bad.
        excluded_checks=[negative_data_rejection] if with_token else None,
    )
