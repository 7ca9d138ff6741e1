"""Certificates for the names of the real exchange, by an authority that is made at each start.

Invariants: the authority's key never leaves the process, and dies with it; only who is told of the
authority trusts it.
"""

import ssl
from pathlib import Path
from typing import Final

import trustme

__all__ = ["HOSTS", "server_context"]

HOSTS: Final = (
    "api.binance.com",
    "*.binance.com",
    "stream.binance.com",
    "ws-api.binance.com",
    "*.binance.vision",
    "*.binancefuture.com",
    "localhost",
    "127.0.0.1",
    "::1",
)
"""Whom the certificate is for."""


def server_context(ca: Path) -> ssl.SSLContext:
    """Make an authority and a certificate; return the server's side of TLS.

    Args:
        ca: where the authority's certificate is written (PEM), for clients to trust.

    Raises:
        OSError: it cannot be written.
    """
    authority = trustme.CA(organization_name="fillgate practice exchange")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*HOSTS).configure_cert(context)
    ca.write_bytes(authority.cert_pem.bytes())
    return context
