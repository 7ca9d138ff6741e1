"""What the tests of this plugin share: a service, and accounts at it."""

import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from fillgate.domain.orders import Order, Side
from fillgate.plugins.ccxt_http import CcxtHttpPlugin
from fillgate.testing import plugin_context
from tests.plugins.ccxt_http.service import SECRET, Service
from tests.tools import missing


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    async with Service() as running:
        yield running


def config_of(service: Service, **changes: Any) -> dict[str, Any]:
    return {"base_url": service.url, "webhook_secret": SECRET, **changes}


@pytest.fixture
async def plugin() -> AsyncIterator[CcxtHttpPlugin]:
    """An account that has not been initialised."""
    account = CcxtHttpPlugin("acme", plugin_context())
    yield account
    await account.close()


def opened(plugin: CcxtHttpPlugin, config: dict[str, Any]) -> CcxtHttpPlugin:
    """Return the plugin ready to send without having asked for the service's health."""
    plugin._service = plugin._open(config)
    return plugin


def an_order(**changes: Any) -> Order:
    fields: dict[str, Any] = {
        "client_order_id": "fgtest000000100",
        "account": "acme",
        "symbol": "BTC/USDT",
        "side": Side.BUY,
        "quantity": Decimal("0.5"),
    }
    return Order(**(fields | changes))


Certificate = tuple[Path, ssl.SSLContext]


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """A certificate for localhost that only its own file vouches for, and a server's context."""
    openssl = shutil.which("openssl")
    if openssl is None:
        missing("openssl")
    folder = tmp_path_factory.mktemp("tls")
    certificate, key = folder / "localhost.pem", folder / "key.pem"
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    new_key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    files = ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run(
        [openssl, "req", "-x509", "-days", "2", *new_key, *subject, *files],
        check=True,
        capture_output=True,
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    return certificate, context
