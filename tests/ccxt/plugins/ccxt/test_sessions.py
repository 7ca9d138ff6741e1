"""What clients do on their own: repeat, follow, keep, reach elsewhere. None of it here."""

import ssl
from pathlib import Path

import aiohttp
import pytest
import yarl

from fillgate.plugins.ccxt.sessions import Network
from fillgate.plugins.ccxt.traffic import noted
from tests.ccxt.plugins.ccxt.exchange import Exchange, config_of, hang_up, json_answer

_HOST = "api.binance.com"
_PATH = "/api/v3/order"


def network(exchange: Exchange, folder: Path) -> Network:
    tls = ssl.create_default_context(cafile=config_of(exchange, folder)["practice_ca"])
    place = ("127.0.0.1", exchange.port)
    return Network(tls=tls, connect_seconds=2, practice=place, hosts=(_HOST,))


@pytest.mark.parametrize("method", ["get", "put", "post", "delete"])
async def test_a_request_whose_connection_breaks_arrives_once(
    exchange: Exchange, tmp_path: Path, method: str
) -> None:
    exchange.answers[method.upper(), _PATH] = hang_up
    opened = network(exchange, tmp_path).for_orders(2, 1)
    with noted() as traffic, pytest.raises(aiohttp.ClientConnectionError):
        async with getattr(opened.session, method)(yarl.URL(f"https://{_HOST}{_PATH}")):
            pass
    await opened.close()
    assert len(exchange.said(method.upper(), _PATH)) == 1
    assert traffic.left()
    assert [call.status for call in traffic.calls] == [None]


async def test_questions_keep_their_connection_and_orders_do_not(
    exchange: Exchange, tmp_path: Path
) -> None:
    exchange.answers["GET", _PATH] = json_answer([])
    for opened, connections in (
        (network(exchange, tmp_path).for_questions(2), 1),
        (network(exchange, tmp_path).for_orders(2, 1), 3),
    ):
        before = exchange.handshakes
        for _ in range(3):
            async with opened.session.get(yarl.URL(f"https://{_HOST}{_PATH}")) as answer:
                assert await answer.text() == "[]"
        await opened.close()
        assert exchange.handshakes - before == connections


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/",
        "https://testnet.binance.vision/",
        "https://93.184.215.14/",
        f"https://{_HOST}.example.com/",
    ],
)
async def test_in_practice_nothing_else_can_be_reached(
    exchange: Exchange, tmp_path: Path, url: str
) -> None:
    opened = network(exchange, tmp_path).for_questions(2)
    with noted() as traffic, pytest.raises(aiohttp.ClientConnectionError):
        async with opened.session.get(yarl.URL(url)):
            pass
    await opened.close()
    assert not traffic.left()
    assert not exchange.requests


async def test_a_proxy_of_the_environment_has_no_say(
    exchange: Exchange, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    exchange.answers["GET", _PATH] = json_answer([])
    opened = network(exchange, tmp_path).for_questions(2)
    async with opened.session.get(yarl.URL(f"https://{_HOST}{_PATH}")) as answer:
        assert answer.status == 200
    await opened.close()
