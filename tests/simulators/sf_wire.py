"""A plain SF client for tests, built from the documents and independent of the product's own."""

from __future__ import annotations

import base64
import hashlib
import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus

import httpx

from app.simulators.server import LoopbackServer
from app.simulators.sf import SfAccount, SfQuirks, SfSimulator
from tests.simulators.recorded import NOW_S, compact, sample

CREATE, SEARCH = "EXP_RECE_CREATE_ORDER", "EXP_RECE_SEARCH_ORDER_RESP"
UPDATE, ROUTES = "EXP_RECE_UPDATE_ORDER", "EXP_RECE_SEARCH_ROUTES"
FILTER = "EXP_RECE_FILTER_ORDER_BSP"


def standard_digest(msg_data: str, timestamp: str, checkword: str) -> str:
    encoded = quote_plus(msg_data + timestamp + checkword, safe="*").replace("~", "%7E")
    return base64.b64encode(hashlib.md5(encoded.encode(), usedforsecurity=False).digest()).decode()


Signer = Callable[[str, str, str], str]


@dataclass
class Sf:
    """Calls a simulated SF; ``sign`` may be replaced by a wrong one."""

    server: LoopbackServer
    simulator: SfSimulator
    http: httpx.Client
    account: SfAccount
    sign: Signer = standard_digest

    def fields(self, service: str, msg: Any, **changes: str) -> dict[str, str]:
        msg_data = msg if isinstance(msg, str) else compact(msg)
        fields = {
            "partnerID": self.account.partner_id,
            "requestID": str(uuid.uuid4()),
            "serviceCode": service,
            "timestamp": str(int(NOW_S * 1000)),
            "msgData": msg_data,
        } | changes
        word = self.account.checkword
        fields.setdefault("msgDigest", self.sign(fields["msgData"], fields["timestamp"], word))
        return fields

    def send(self, fields: dict[str, str]) -> dict[str, Any]:
        answer = self.http.post(self.server.base_url + "/std/service", data=fields)
        assert answer.status_code == 200
        body: dict[str, Any] = answer.json()
        return body

    def call(self, service: str, msg: Any) -> dict[str, Any]:
        envelope = self.send(self.fields(service, msg))
        assert envelope["apiResultCode"] == "A1000", envelope
        data = envelope["apiResultData"]
        result: dict[str, Any] = json.loads(data) if isinstance(data, str) else data
        return result

    def code(self, service: str, msg: Any) -> str:
        return str(self.call(service, msg)["errorCode"])


@contextmanager
def sf(quirks: SfQuirks | None = None, account: SfAccount | None = None) -> Iterator[Sf]:
    """A running simulated SF and a client of it."""
    account = account or SfAccount()
    simulator = SfSimulator([account], quirks=quirks, clock=lambda: NOW_S)
    server = LoopbackServer()
    simulator.mount(server)
    with server, httpx.Client() as http:
        yield Sf(server, simulator, http, account)


def order(**changes: Any) -> dict[str, Any]:
    """The recorded create request, with other top-level fields."""
    msg: dict[str, Any] = sample("sf_create_order.request.json")["msgData"]
    return msg | changes


def to_receiver(order_id: str = "DD20260101-0001", **changes: Any) -> dict[str, Any]:
    """The recorded create request with another receiver."""
    msg = order(orderId=order_id)
    sender, receiver = msg["contactInfoList"]
    return msg | {"contactInfoList": [sender, receiver | changes]}
