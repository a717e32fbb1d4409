"""A plain YTO client for tests, built from the documents, independent of the product's own."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from app.simulators.server import LoopbackServer
from app.simulators.yto import YtoAccount, YtoQuirks, YtoSimulator
from tests.simulators.recorded import NOW_S, compact, sample

CREATE, CANCEL = "privacy_create_adapter", "korder_cancel_adapter"
TRACK, PRINT, PRICE = "track_query_adapter", "waybill_print_adapter", "charge_adapter"


def md5_base64(text: str) -> str:
    return base64.b64encode(hashlib.md5(text.encode(), usedforsecurity=False).digest()).decode()


def official(param: str, method: str, secret: str) -> str:
    return md5_base64(param + method + "v1" + secret)


@dataclass
class Yto:
    """Calls a simulated YTO; ``sign`` may be replaced by a wrong one."""

    server: LoopbackServer
    simulator: YtoSimulator
    http: httpx.Client
    account: YtoAccount
    sign: Callable[[str, str, str], str] = official

    def path(self, method: str) -> str:
        token, customer, _ = self.account.keys_of(method)
        return f"/open/{method}/v1/{token}/{customer}"

    def envelope(self, method: str, param: Any) -> dict[str, Any]:
        text = param if isinstance(param, str) else compact(param)
        signed = self.sign(text, method, self.account.keys_of(method)[2])
        timestamp = str(int(NOW_S * 1000))
        return {"timestamp": timestamp, "param": text, "sign": signed, "format": "JSON"}

    def send(self, path: str, envelope: Any) -> Any:
        answer = self.http.post(self.server.base_url + path, json=envelope)
        assert answer.status_code == 200
        return json.loads(answer.content)

    def call(self, method: str, param: Any) -> Any:
        return self.send(self.path(method), self.envelope(method, param))


@contextmanager
def yto(quirks: YtoQuirks | None = None, account: YtoAccount | None = None) -> Iterator[Yto]:
    """A running simulated YTO and a client of it."""
    account = account or YtoAccount()
    simulator = YtoSimulator([account], quirks=quirks, clock=lambda: NOW_S, seed=3)
    server = LoopbackServer()
    simulator.mount(server)
    with server, httpx.Client() as http:
        yield Yto(server, simulator, http, account)


def order(logistics_no: str = "DD20260101-0001", **changes: Any) -> dict[str, Any]:
    """The documented order."""
    items = sample("other_carriers.requests.json")["items"]
    known: dict[str, Any] = json.loads(items["yto"]["json"]["param"])
    return known | {"logisticsNo": logistics_no} | changes
