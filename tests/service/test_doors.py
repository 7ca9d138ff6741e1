"""Who may send: credentials of webhooks, the key of the API."""

from pathlib import Path
from urllib.parse import quote

import pytest

from fillgate.engine.sampler import MOST
from fillgate.service.auth import sign
from tests.service.asgi import call
from tests.service.conftest import (
    SECRET,
    WEBHOOK,
    Desk,
    alert,
    numbered,
    open_desk,
    problem_of,
)

TOKEN = "/" + quote(SECRET, safe="")


# Doors


async def test_each_credential_opens_the_door(desk: Desk) -> None:
    responses = [
        await desk.alert(numbered()),
        await desk.alert(numbered(), sign_with=None, token=TOKEN),
        await desk.alert(numbered() | {"secret": SECRET}, sign_with=None),
        await desk.alert(numbered() | {"secret": SECRET}, token=TOKEN),
    ]
    assert [response.status for response in responses] == [200] * 4
    assert {response.json["status"] for response in responses} == {"FILLED"}


async def test_escapes_do_not_matter(desk: Desk) -> None:
    everything = "/" + "".join(f"%{byte:02x}" for byte in SECRET.encode())
    assert (await desk.alert(numbered(), sign_with=None, token=everything)).status == 200
    body = alert(**numbered())[:-1] + b', "secret": "' + SECRET.encode() + b'"}'
    escaped = body.replace(b"made", b"\\u006dade").replace(b"/with", b"\\/with")
    assert escaped != body
    assert (await desk.alert(escaped, sign_with=None)).status == 200


BODY = alert(symbol="SIGNED/USDT")
RIGHT = sign(SECRET, BODY).encode()
SIGNATURES = {
    "none": b"",
    "another secret's": sign("other", BODY).encode(),
    "another body's": sign(SECRET, BODY + b" ").encode(),
    "cut short": RIGHT[:-1],
    "one too long": RIGHT + b"0",
    "upper case": RIGHT.upper(),
    "with a prefix": b"sha256=" + RIGHT,
    "garbage": b"garbage",
    "not ASCII": b"\xff\xfe\x00",
    "digits of another script": "٣".encode() * 64,
    "very long": RIGHT * 500,
    "the secret itself": SECRET.encode(),
}


@pytest.mark.parametrize("signature", SIGNATURES.values(), ids=SIGNATURES.keys())
async def test_wrong_signatures(desk: Desk, signature: bytes) -> None:
    headers = [(b"x-webhook-signature", signature)]
    response = await call(desk.app, "POST", WEBHOOK, headers=headers, body=BODY)
    assert problem_of(response) == (401, "UNAUTHENTICATED")
    assert (response.json["success"], response.json["order_id"]) == (False, None)
    assert response.json["error"] == response.json["detail"]
    assert not any(order.symbol == "SIGNED/USDT" for order in desk.venue.arrived)


@pytest.mark.parametrize("secret", ["wrong", "", SECRET + "x", SECRET[:-1], SECRET.upper()])
async def test_wrong_secrets(desk: Desk, secret: str) -> None:
    in_body = await desk.alert({"secret": secret}, sign_with=None)
    assert problem_of(in_body) == (401, "UNAUTHENTICATED")
    in_path = await desk.alert({}, sign_with=None, token="/" + quote(secret, safe=""))
    assert problem_of(in_path) == (401, "UNAUTHENTICATED")


@pytest.mark.parametrize("secret", [5, True, [SECRET], {"secret": SECRET}, None])
async def test_a_secret_of_another_type_is_none(desk: Desk, secret: object) -> None:
    response = await desk.alert({"secret": secret}, sign_with=None)
    assert problem_of(response) == (401, "UNAUTHENTICATED")


WRONG = {"sign_with": "wrong", "token": "/wrong", "secret": "wrong"}
GOOD = {"sign_with": SECRET, "token": TOKEN, "secret": SECRET}


@pytest.mark.parametrize("right", GOOD)
@pytest.mark.parametrize("wrong", WRONG)
async def test_a_wrong_credential_is_not_saved_by_a_right_one(
    desk: Desk, right: str, wrong: str
) -> None:
    given = {right: GOOD[right], wrong: WRONG[wrong]}
    fields = {"secret": given["secret"]} if "secret" in given else {}
    response = await desk.alert(
        fields, sign_with=given.get("sign_with"), token=given.get("token", "")
    )
    assert problem_of(response) == (401, "UNAUTHENTICATED")


@pytest.mark.parametrize("signatures", [(RIGHT, b"wrong"), (b"wrong", RIGHT), (b"", RIGHT)])
async def test_each_of_several_signatures_has_to_be_right(
    desk: Desk, signatures: tuple[bytes, bytes]
) -> None:
    headers = [(b"x-webhook-signature", signature) for signature in signatures]
    response = await call(desk.app, "POST", WEBHOOK, headers=headers, body=BODY)
    assert problem_of(response) == (401, "UNAUTHENTICATED")


@pytest.mark.parametrize(
    "content_type", [None, "text/plain", "application/json", "x", "multipart/form-data"]
)
async def test_the_content_type_does_not_matter(desk: Desk, content_type: str | None) -> None:
    headers = {} if content_type is None else {"Content-Type": content_type}
    assert (await desk.alert(numbered(), headers=headers)).status == 200


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS"])
@pytest.mark.parametrize("target", [WEBHOOK, WEBHOOK + TOKEN])
async def test_a_webhook_takes_posts_only(desk: Desk, method: str, target: str) -> None:
    response = await call(desk.app, method, target, body=alert())
    assert problem_of(response) == (405, "METHOD_NOT_ALLOWED")


async def test_requests_without_a_credential_are_counted_and_seldom_logged(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk:
        bodies = [alert(), b"nonsense", b"\xff", b"x" * 70_000, alert(secret="wrong")]
        for _ in range(20):
            for body in bodies:
                await desk.alert(body, sign_with=None)
        await desk.alert(b"nonsense")
        assert len(await desk.signals()) == 1
        problems = desk.house.engine.meters.problems
        counts = {code: count for (door, code), count in problems.items() if door == "webhook"}
        assert counts == {
            "UNAUTHENTICATED": 40,
            "MALFORMED_JSON": 21,
            "NOT_UTF8": 20,
            "BODY_TOO_LARGE": 20,
        }
        told = desk.log.of("request-refused")
        assert len(told) == MOST * 4
        assert {line["client"] for line in told} == {"127.0.0.1"}


# The key of the API


@pytest.mark.parametrize(
    ("header", "status"),
    [
        (None, 401),
        ("Bearer ", 401),
        ("Bearer wrong", 401),
        ("Basic the-key", 401),
        ("the-key", 401),
        ("Bearer the-key x", 401),
        ("Bearer ÿ", 401),
        ("Bearer the-key", 200),
        ("bearer  the-key", 200),
    ],
)
async def test_the_key_of_the_api(tmp_path: Path, header: str | None, status: int) -> None:
    async with open_desk(tmp_path, api_key="the-key") as desk:
        headers = {} if header is None else {"Authorization": header}
        for response in (
            await desk.order({}, headers=headers),
            await desk.get("/api/v1/orders", headers=headers),
            await desk.get("/api/v1/accounts", headers=headers | {"Host": "far.example"}),
        ):
            assert response.status == status
            if status == 401:
                assert response.json["code"] == "UNAUTHENTICATED"
        assert (await desk.alert({"symbol": "X/USDT"})).status == 200


LOCAL = ["localhost", "localhost:8005", "127.0.0.1", "127.0.0.1:8005", "[::1]:8005", "LocalHost"]
FOREIGN = ["far.example", "localhost.far.example", "127.0.0.1.far.example", "10.0.0.1"]
BROKEN = ["", "[", "\xff"]


@pytest.mark.parametrize("name", LOCAL)
async def test_without_a_key_this_machine_is_served(desk: Desk, name: str) -> None:
    assert (await desk.get("/api/v1/orders", headers={"Host": name})).status == 200
    headers = {"Host": name, "Origin": f"http://{name}"}
    assert (await desk.order(numbered(), headers=headers)).status == 200


@pytest.mark.parametrize("name", FOREIGN + BROKEN)
@pytest.mark.parametrize("header", ["Host", "Origin"])
async def test_without_a_key_no_other_page_is_served(desk: Desk, header: str, name: str) -> None:
    value = name if header == "Host" else f"https://{name}"
    for response in (
        await desk.order(numbered(), headers={header: value}),
        await desk.get("/api/v1/orders", headers={header: value}),
    ):
        assert problem_of(response) == (403, "CROSS_ORIGIN")
    assert not await desk.signals("&state=refused")


async def test_a_page_of_no_origin_is_not_served(desk: Desk) -> None:
    response = await desk.order(numbered(), headers={"Origin": "null"})
    assert problem_of(response) == (403, "CROSS_ORIGIN")
