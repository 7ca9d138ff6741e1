"""The service and the exchange as processes, with perpetuals: replaced orders and positions."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.ccxt.e2e.venue_process import VenueProcess, service_at, venue
from tests.e2e.process import Service, serving, until

Both = tuple[Service, VenueProcess]
RESTING = {"symbol": "BTCUSDT.P", "side": "buy", "order_type": "limit"}


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    folder = tmp_path_factory.mktemp("futures")
    with (
        venue(folder / "venue") as there,
        serving(service_at(there, folder, "swap")) as service,
    ):
        until(lambda: is_up(service), "the account is up")
        yield service, there


def is_up(service: Service) -> bool:
    accounts = service.get("/api/v1/accounts")["accounts"]
    return all(each["up"] for each in accounts)


def ask(service: Service, method: str, path: str, **body: Any) -> dict[str, Any]:
    with service.client() as client:
        reply = client.request(method, path, json=body or None)
        assert reply.status_code < 400, reply.text
        found: dict[str, Any] = reply.json()
        return found


def placed(service: Service, price: str, quantity: str = "0.01") -> str:
    order = ask(service, "POST", "/api/v1/orders", **RESTING, price=price, quantity=quantity)
    assert order["status"] == "NEW", order
    return f"/api/v1/orders/{order['client_order_id']}"


def becomes(service: Service, path: str, **wanted: str) -> dict[str, Any]:
    def holds() -> bool:
        told = service.get(path)
        return {name: told[name] for name in wanted} == wanted

    until(holds, f"{path} is {wanted}")
    return service.get(path)


def test_a_replaced_order_is_one_order_over_a_kill(both: Both) -> None:
    service, there = both
    path = placed(service, "40000")
    ask(service, "PATCH", path, price="40100", quantity="0.02")
    becomes(service, path, status="NEW", price="40100", quantity="0.02")
    service.kill()
    service.start()
    until(lambda: is_up(service), "the account is up again")
    ask(service, "PATCH", path, price="40200")
    order = becomes(service, path, status="NEW", price="40200", quantity="0.02")
    [receipt] = there.receipts().values()
    assert (receipt["market"], receipt["received"], receipt["taken"]) == ("futures", 1, 1)
    assert receipt["requests"][0]["order_id"] == int(order["order_id"])
    ask(service, "DELETE", path)
    becomes(service, path, status="CANCELED")


@pytest.mark.parametrize("fault", ["reset", "truncate", "html", "timeout"])
def test_a_replace_whose_answer_is_lost_is_seen_in_the_order(both: Both, fault: str) -> None:
    service, there = both
    path = placed(service, "40000")
    there.fails(fault=fault, method="PUT", path="/fapi/v1/order")
    ask(service, "PATCH", path, price="40100")
    becomes(service, path, status="NEW", price="40100")
    assert there.control("GET", "faults") == []
    ask(service, "DELETE", path)
    becomes(service, path, status="CANCELED")


def test_what_is_traded_is_a_position_here_and_there(both: Both) -> None:
    service, there = both
    path = placed(service, "49000", "0.02")
    there.price("48900", "futures")
    becomes(service, path, status="FILLED", filled_quantity="0.02")
    until(lambda: service.get(path)["fees"], "the fees are told")
    sold = {"symbol": "BTCUSDT.P", "side": "sell", "quantity": "0.05", "reduce_only": True}
    closed = ask(service, "POST", "/api/v1/orders", **sold)
    closing = f"/api/v1/orders/{closed['client_order_id']}"
    until(lambda: service.get(closing)["filled_quantity"] == "0.02", "it is closed")
    positions = service.get("/api/v1/positions")["positions"]
    assert all(float(each["quantity"]) == 0 for each in positions), positions
