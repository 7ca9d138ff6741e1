"""Finding the fillgate that answers at the configured address."""

import pytest

from fillgate.service.doctor.running import find_running, url_of
from tests.cli.conftest import Server, free_port, http
from tests.configuration import SECRET
from tests.service.configurations import load


def listening(url: str) -> str:
    return f'[service]\nlisten = "{url.removeprefix("http://")}"\napi_key = "env:KEY"'


@pytest.mark.parametrize(
    ("listen", "url"),
    [
        ("127.0.0.1:8005", "http://127.0.0.1:8005"),
        ("[::1]:1", "http://[::1]:1"),
        ("0.0.0.0:8005", "http://127.0.0.1:8005"),
        ("[::]:8005", "http://[::1]:8005"),
        ("127.0.0.1:0", None),
    ],
)
def test_where_it_is_asked(listen: str, url: str | None) -> None:
    configuration = load(None, FILLGATE_SERVICE_LISTEN=listen, FILLGATE_API_KEY=SECRET)
    assert url_of(configuration) == url


@pytest.mark.parametrize(
    "answer",
    [
        b"what?\r\n\r\n",
        http("200 OK", "[]"),
        http("200 OK", "text"),
        http("200 OK", '{"status": "ok"}'),
        http("404 Not Found", "{}"),
        b"",
    ],
)
async def test_what_is_no_fillgate_never_hears_the_key(answer: bytes) -> None:
    with Server(answer) as server:
        configuration = load(listening(server.url), KEY=SECRET)
        assert await find_running(configuration, is_ours=True) is None
    assert SECRET.encode() not in b"".join(server.requests)


async def test_nobody() -> None:
    configuration = load(listening(f"127.0.0.1:{free_port()}"), KEY=SECRET)
    assert await find_running(configuration, is_ours=True) is None


@pytest.mark.parametrize("is_ours", [False, True])
async def test_a_fillgate_hears_the_key_only_if_it_is_ours(is_ours: bool) -> None:
    health = '{"version": "1", "accepting": true, "accounts": [{"name": "a", "up": true}]}'
    with Server(http("200 OK", health)) as server:
        configuration = load(listening(server.url), KEY=SECRET)
        found = await find_running(configuration, is_ours=is_ours)
    assert found is not None
    assert found.health["version"] == "1"
    assert found.accounts == (({"name": "a", "up": True},) if is_ours else ())
    heard = [SECRET.encode() in request for request in server.requests]
    assert heard == ([False, True] if is_ours else [False])
