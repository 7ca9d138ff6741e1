"""Requests as bytes on a socket: what no client library would send."""

import asyncio

import pytest

from fillgate.service.http import MAX_BODY
from tests.e2e.process import WEBHOOK, Service, alert
from tests.e2e.sender import Connection, Reply, request


def chunked(body: bytes, size: int, headers: dict[str, str] | None = None) -> bytes:
    """Return a POST whose length is not told."""
    lines = {"Host": "localhost", "Transfer-Encoding": "chunked"} | (headers or {})
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    pieces = [body[start : start + size] for start in range(0, len(body), size)]
    framed = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)
    return f"POST {WEBHOOK} HTTP/1.1\r\n{head}\r\n".encode() + framed + b"0\r\n\r\n"


async def exchange(service: Service, data: bytes) -> Reply:
    connection = await Connection.open(service.url)
    try:
        async with asyncio.timeout(10):
            return await connection.send(data)
    finally:
        connection.close()


async def is_well(service: Service) -> bool:
    body = alert(symbol="WELL/USDT", id="well")
    return (await exchange(service, request(WEBHOOK, body, service.signed(body)))).status == 200


@pytest.mark.parametrize("size", [1, 7, 4096])
async def test_a_body_in_pieces_is_taken(service: Service, size: int) -> None:
    body = alert(symbol=f"P{size}/USDT")
    reply = await exchange(service, chunked(body, size, service.signed(body)))
    assert (reply.status, reply.json["status"]) == (200, "FILLED")


@pytest.mark.parametrize("target", [WEBHOOK, "/api/v1/orders", "/api/v1/orders/x/resolve"])
async def test_a_body_of_untold_length_is_counted(service: Service, target: str) -> None:
    before = len(service.ledger.arrivals)
    data = chunked(b" " * (40 * MAX_BODY), 1000).replace(WEBHOOK.encode(), target.encode(), 1)
    reply = await exchange(service, data)
    assert (reply.status, reply.json["code"]) == (413, "BODY_TOO_LARGE")
    assert len(service.ledger.arrivals) == before
    assert await is_well(service)


async def test_a_body_that_is_said_to_be_large_is_not_waited_for(service: Service) -> None:
    head = f"POST {WEBHOOK} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {MAX_BODY + 1}\r\n\r\n"
    reply = await exchange(service, head.encode())
    assert (reply.status, reply.json["code"]) == (413, "BODY_TOO_LARGE")


async def test_the_largest_body_is_taken(service: Service) -> None:
    body = alert(symbol="LARGE/USDT").ljust(MAX_BODY)
    reply = await exchange(service, request(WEBHOOK, body, service.signed(body)))
    assert reply.status == 200


BROKEN = {
    "garbage": b"\x00\xff\xfe garbage\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(50) + b"\r\n\r\n",
    "no version": b"POST /webhook/tradingview\r\n\r\n",
    "two lengths": b"POST / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
    "a length that is none": b"POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
    "a length below zero": b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
    "a chunk that is none": (
        b"POST /webhook/tradingview HTTP/1.1\r\nHost: localhost\r\n"
        b"Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n"
    ),
}


@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN.keys())
async def test_what_is_no_http_is_refused(service: Service, data: bytes) -> None:
    connection = await Connection.open(service.url)
    try:
        async with asyncio.timeout(10):
            connection.write(data)
            answer = await connection.read_all()
    finally:
        connection.close()
    assert answer.startswith(b"HTTP/1.1 4") or not answer
    assert await is_well(service)
    assert "Traceback" not in service.log


async def test_a_sender_that_hangs_up_early_leaves_nothing(service: Service) -> None:
    body = alert(symbol="GONE/USDT")
    data = request(WEBHOOK, body, service.signed(body))
    for cut in (10, data.index(b"\r\n\r\n") + 4, len(data) - 1):
        connection = await Connection.open(service.url)
        connection.write(data[:cut])
        connection.close()
    assert await is_well(service)
    gone = [
        held for held in service.ledger.state.orders.values() if held.order.symbol == "GONE/USDT"
    ]
    assert gone == []
    assert "Traceback" not in service.log


async def test_who_hangs_up_after_sending_has_an_order_all_the_same(service: Service) -> None:
    body = alert(symbol="HASTE/USDT", id="haste-1")
    data = request(WEBHOOK, body, service.signed(body))
    connection = await Connection.open(service.url)
    connection.write(data)
    await connection.flush()
    connection.close()
    reply = await exchange(service, data)
    assert reply.status == 200
    arrived = service.ledger.arrivals[reply.json["client_order_id"]]
    assert len(arrived) == 1


async def test_one_connection_serves_many_requests(service: Service) -> None:
    connection = await Connection.open(service.url)
    bad, body = b"nonsense", alert(symbol="MANY/USDT", id="many")
    try:
        for _ in range(3):
            refused = await connection.send(request(WEBHOOK, bad, service.signed(bad)))
            assert (refused.status, refused.json["code"]) == (400, "MALFORMED_JSON")
            taken = await connection.send(request(WEBHOOK, body, service.signed(body)))
            assert taken.status == 200
    finally:
        connection.close()


async def test_requests_in_one_go_are_answered_in_their_order(service: Service) -> None:
    bodies = [alert(symbol="PIPE/USDT", id=f"pipe-{number}") for number in range(5)]
    connection = await Connection.open(service.url)
    try:
        connection.write(b"".join(request(WEBHOOK, body, service.signed(body)) for body in bodies))
        async with asyncio.timeout(10):
            replies = [await connection.receive() for _ in bodies]
    finally:
        connection.close()
    numbers = [reply.json["signal"] for reply in replies]
    assert numbers == sorted(numbers)
    assert len(set(numbers)) == 5


async def test_a_sender_may_ask_before_it_sends_the_body(service: Service) -> None:
    body = alert(symbol="EXPECT/USDT")
    data = request(WEBHOOK, body, service.signed(body) | {"Expect": "100-continue"})
    head, end, _ = data.partition(b"\r\n\r\n")
    connection = await Connection.open(service.url)
    try:
        connection.write(head + end)
        async with asyncio.timeout(10):
            assert (await connection.read_head()).startswith(b"HTTP/1.1 100")
            connection.write(body)
            assert (await connection.receive()).status == 200
    finally:
        connection.close()
