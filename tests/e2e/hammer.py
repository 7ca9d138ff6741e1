"""Senders that cost next to nothing, in a process of their own.

    hammer.py URL SENDERS EACH <SECRET

Each of the senders has one connection, and sends its alerts one after another: the next one when
the one before it was acknowledged. All is built and signed beforehand. Prints, as JSON, how many
were acknowledged, in how many seconds, and the other answers' first lines.
"""

import json
import selectors
import socket
import sys
import time
from collections import deque
from urllib.parse import urlsplit

from fillgate.service.auth import sign

ROUND = f"{time.time_ns():x}"


def alert_of(sender: int, number: int, secret: str) -> bytes:
    """Return a whole request: an alert with an id that there never was before."""
    identity = f"{ROUND}-{sender}-{number}"
    fields = {"symbol": f"S{sender}/USDT", "action": "buy", "quantity": "1", "id": identity}
    body = json.dumps(fields).encode()
    head = (
        "POST /webhook/tradingview HTTP/1.1\r\nHost: localhost\r\nPrefer: respond-async\r\n"
        f"X-Webhook-Signature: {sign(secret, body)}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class Sender:
    """One connection and what it has still to send."""

    def __init__(self, address: tuple[str, int], requests: deque[bytes]) -> None:
        self.socket = socket.create_connection(address)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._requests = requests
        self._received = b""

    def send(self) -> bool:
        """Send the next request, if there is one."""
        if not self._requests:
            return False
        self.socket.sendall(self._requests.popleft())
        return True

    def receive(self) -> bytes | None:
        """Return the first line of an answer once all of it is there."""
        self._received += self.socket.recv(65536)
        head, end, body = self._received.partition(b"\r\n\r\n")
        if not end:
            return None
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        if len(body) < length:
            return None
        self._received = body[length:]
        return head.partition(b"\r\n")[0]


def hammer(url: str, secret: str, senders: int, each: int) -> dict[str, object]:
    """Send everything and return what became of it."""
    parts = urlsplit(url)
    address = (parts.hostname or "", parts.port or 0)
    flock = [
        Sender(address, deque(alert_of(sender, number, secret) for number in range(each)))
        for sender in range(senders)
    ]
    selector = selectors.DefaultSelector()
    for sender in flock:
        selector.register(sender.socket, selectors.EVENT_READ, sender)
    acknowledged, others = 0, []
    begin = time.perf_counter()
    flying = sum(sender.send() for sender in flock)
    while flying:
        for key, _ in selector.select():
            answer = key.data.receive()
            if answer is None:
                continue
            if answer.startswith(b"HTTP/1.1 202"):
                acknowledged += 1
            else:
                others.append(answer.decode())
            if not key.data.send():
                flying -= 1
    seconds = time.perf_counter() - begin
    return {"acknowledged": acknowledged, "seconds": seconds, "others": others[:5]}


if __name__ == "__main__":
    found = hammer(sys.argv[1], sys.stdin.read(), int(sys.argv[2]), int(sys.argv[3]))
    sys.stdout.write(json.dumps(found))
