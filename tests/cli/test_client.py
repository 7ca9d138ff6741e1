"""A service that is not there, hangs up, is another server, or refuses."""

import pytest

from tests.cli.conftest import Run, Server, free_port, http


def lines(text: str) -> list[str]:
    return text.strip().splitlines()


@pytest.mark.parametrize(
    "command",
    [
        ("orders",),
        ("order", "show", "fg1"),
        ("order", "resolve", "fg1", "--status", "FILLED", "--reason", "x"),
        ("accounts",),
        ("positions",),
        ("send", "order", "--symbol", "X", "--side", "buy", "--idempotency-key", "k"),
    ],
    ids=" ".join,
)
def test_a_service_that_is_not_running_is_one_line(run: Run, command: tuple[str, ...]) -> None:
    result = run(*command, "--url", f"http://127.0.0.1:{free_port()}")
    assert result.exit_code == 4
    assert result.stdout == ""
    assert len(lines(result.stderr)) == 1
    assert "fillgate serve" in result.stderr


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"", "no answer"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{", "no answer"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "no answer"),
        (http("200 OK", "<html>"), "no fillgate"),
        (http("200 OK", "[1]"), "no fillgate"),
        (http("200 OK", "{}"), "no fillgate"),
        (http("404 Not Found", "nothing here"), "no fillgate"),
        (http("503 Busy", '{"code": "DRAINING", "detail": "it stops"}'), "503 DRAINING: it stops"),
    ],
)
def test_what_answers_badly_is_one_line(run: Run, answer: bytes, words: str) -> None:
    with Server(answer) as server:
        result = run("orders", "--url", server.url)
    assert result.exit_code == 4
    assert len(lines(result.stderr)) == 1
    assert words in result.stderr


def test_a_refusal_is_one_line_with_code_and_reason(run: Run) -> None:
    with Server(http("401 No", '{"code": "UNAUTHENTICATED", "detail": "key\\u001b"}')) as server:
        result = run("orders", "--url", server.url)
    assert result.exit_code == 1
    assert result.stderr == "fillgate: refused: 401 UNAUTHENTICATED: key\\x1b\n"


@pytest.mark.parametrize(
    "url", ["127.0.0.1:8005", "ftp://x", "http://", "http://[::1", "http://x:99999", "nonsense"]
)
def test_an_address_that_is_none(run: Run, url: str) -> None:
    result = run("orders", "--url", url)
    assert result.exit_code == 2
    assert "--url" in result.stderr


def test_a_redirect_is_not_followed(run: Run) -> None:
    with Server(http("200 OK", "{}")) as elsewhere:
        away = f"HTTP/1.1 307 Away\r\nlocation: {elsewhere.url}/\r\ncontent-length: 2\r\n\r\n{{}}"
        with Server(away.encode()) as server:
            result = run("send", "order", "--symbol", "X", "--side", "buy", "--url", server.url)
    assert result.exit_code == 4
    assert elsewhere.requests == []


def test_no_proxy_hears_of_requests_to_this_machine(run: Run) -> None:
    with Server(http("200 OK", '{"accounts": []}')) as server, Server(b"") as proxy:
        result = run("accounts", "--url", server.url, env={"http_proxy": proxy.url})
    assert result.exit_code == 0
    assert proxy.requests == []


def test_the_api_key_goes_into_the_header_and_nowhere_else(run: Run) -> None:
    with Server(http("200 OK", '{"accounts": []}')) as server:
        result = run("accounts", "--url", server.url, env={"FILLGATE_API_KEY": "sésame"})
    assert "authorization: bearer sésame".encode() in server.requests[0].lower()
    assert "sésame" not in result.output
