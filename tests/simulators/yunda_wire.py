"""A plain Yunda client for tests, built from the documents, independent of the product's own."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from app.simulators.server import LoopbackServer
from app.simulators.yunda import YundaAccount, YundaQuirks, YundaSimulator
from tests.simulators.recorded import NOW_S, compact, sample

ORDERS = "/openapi-api/v1/accountOrder/"
CREATE, UPDATE, CANCEL = (
    ORDERS + "createBmOrder",
    ORDERS + "updateBmOrder",
    ORDERS + "cancelBmOrder",
)
PDF_INFO, COUNT = ORDERS + "bmGetPdfInfo", ORDERS + "searchCount"
ROUTE, TRACK = "/openapi-api/v1/bm/queryRoute", "/openapi/outer/logictis/query"


def md5_hex(body: bytes, secret: str) -> str:
    return hashlib.md5(body + b"_" + secret.encode(), usedforsecurity=False).hexdigest()


class MovableClock:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.now_s = NOW_S

    def __call__(self) -> float:
        return self.now_s


@dataclass
class Yunda:
    """Calls a simulated Yunda; ``sign`` may be replaced by a wrong one."""

    server: LoopbackServer
    simulator: YundaSimulator
    http: httpx.Client
    account: YundaAccount
    clock: MovableClock
    sign: Callable[[bytes, str], str] = md5_hex

    def headers(self, body: bytes) -> dict[str, str]:
        return {
            "Content-Type": "application/json;charset=UTF-8",
            "app-key": self.account.app_key,
            "req-time": str(int(self.clock.now_s * 1000)),
            "sign": self.sign(body, self.account.app_secret),
        }

    def send(self, path: str, body: bytes, headers: dict[str, str]) -> dict[str, Any]:
        answer = self.http.post(self.server.base_url + path, content=body, headers=headers)
        assert answer.status_code == 200
        envelope: dict[str, Any] = answer.json()
        assert set(envelope) == {"result", "code", "message", "data"}
        return envelope

    def call(self, path: str, body: Any) -> dict[str, Any]:
        raw = compact(body).encode()
        return self.send(path, raw, self.headers(raw))

    def merchant(self, **more: Any) -> dict[str, Any]:
        names = {"appid": self.account.app_key, "partner_id": self.account.partner_id}
        return names | {"secret": self.account.secret} | more

    def items(self, path: str, *orders: dict[str, Any]) -> list[dict[str, Any]]:
        envelope = self.call(path, self.merchant(orders=list(orders)))
        assert (envelope["result"], envelope["code"]) == (True, "0000")
        data: list[dict[str, Any]] = envelope["data"]
        return data


@contextmanager
def yunda(
    quirks: YundaQuirks | None = None, account: YundaAccount | None = None
) -> Iterator[Yunda]:
    """A running simulated Yunda and a client of it."""
    account, clock = account or YundaAccount(), MovableClock()
    simulator = YundaSimulator([account], quirks=quirks, clock=clock, seed=3)
    server = LoopbackServer()
    simulator.mount(server)
    with server, httpx.Client() as http:
        yield Yunda(server, simulator, http, account, clock)


def order(serial: str = "DD20260101_0001", **changes: Any) -> dict[str, Any]:
    """The recorded order, with other fields."""
    recorded: dict[str, Any] = sample("yunda_create_order.request.json")["body"]["orders"][0]
    return recorded | {"order_serial_no": serial} | changes


def to_receiver(serial: str = "DD20260101_0001", **changes: Any) -> dict[str, Any]:
    """The recorded order with another receiver."""
    made = order(serial)
    return made | {"receiver": made["receiver"] | changes}
