import asyncio
import socket

from fillgate.service.events.connection import make_frugal


async def test_a_stream_s_connection_is_bounded_by_the_system() -> None:
    options: asyncio.Future[tuple[int, int]] = asyncio.get_running_loop().create_future()

    async def served(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        transport = writer.transport
        make_frugal(transport)  # type: ignore[arg-type]  # all of asyncio's are
        connection = transport.get_extra_info("socket")
        options.set_result(
            (
                connection.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF),
                connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT),
            )
        )
        writer.close()

    server = await asyncio.start_server(served, "127.0.0.1", 0)
    async with server:
        _, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        buffer, silence = await options
        writer.close()
    # Linux doubles what it is told, for its own book-keeping.
    assert 0 < buffer <= 256 * 1024
    assert silence == 30_000
