"""What fillgate is compared with: the same server, event loop and parser, and nothing behind them.

    python -m fillgate.cli.bench.echo READY-FILE

Reads a request's body and answers 200 with it.
"""

import asyncio
import signal
import sys
from pathlib import Path

from fillgate.cli.child import tell_ready
from fillgate.service.http import Receive, Reply, Scope, Send
from fillgate.service.interpreter import run_server, settle_memory
from fillgate.service.server import HttpServer
from fillgate.service.sockets import listening_socket, url_of

__all__ = ["echo", "serve_echo"]


async def echo(_scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one request."""
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    await Reply(200, body).send(send)


async def serve_echo(ready_file: Path) -> None:
    """Serve on a free port of this machine until SIGTERM or SIGINT."""
    with listening_socket("127.0.0.1", 0) as listener:
        server = HttpServer(echo)
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, server.stop)
        settle_memory()
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        await asyncio.sleep(0)
        tell_ready(ready_file, url_of(listener))
        await serving


if __name__ == "__main__":
    run_server(serve_echo(Path(sys.argv[1])))
