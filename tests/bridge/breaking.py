"""A wire between an account and its bridge that breaks: requests pass, answers do as told."""

from dataclasses import dataclass

import httpx2

from tests.plugins.ccxt_http.service import Behaviour, Peer, Request, Service, http

__all__ = ["BreakingWire"]


@dataclass
class BreakingWire(Service):
    """Hands every request on to the bridge, whole; a context manager."""

    to: str = ""
    """The bridge's address."""
    breaks: str = ""
    """The beginning of the paths whose answers do as `broken` says."""
    broken: Behaviour | None = None
    answer: bytes = b""
    """What the bridge answered last, as it would have gone on."""

    def _behaviour(self, request: Request) -> Behaviour:
        return self._hand_on

    async def _hand_on(self, peer: Peer, request: Request) -> None:
        async with httpx2.AsyncClient(trust_env=False, verify=False, timeout=20) as client:
            reply = await client.request(
                request.method,
                self.to + request.target,
                content=request.body,
                headers={
                    name: value
                    for name, value in request.headers.items()
                    if name.startswith(("x-", "content-type"))
                },
            )
        self.answer = http(reply.content, status=reply.status_code)
        if self.broken is not None and self.breaks and request.target.startswith(self.breaks):
            await self.broken(peer, request)
        else:
            await peer.send(self.answer)
