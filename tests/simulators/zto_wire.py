"""A plain ZTO client for tests, built from the documents and independent of the product's own."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from app.simulators.server import LoopbackServer
from app.simulators.zto import ForbiddenRegion, ZtoAccount, ZtoQuirks, ZtoSimulator
from tests.simulators.recorded import NOW_S, compact, sample

CREATE, INFO, CANCEL = "zto.open.createOrder", "zto.open.getOrderInfo", "zto.open.cancelPreOrder"
BALANCE, BIND = "zto.open.queryAvailableBalanceNew", "zto.open.bindingEaccount"
MARK, TRACK = "zto.innovate.bagAddrMark", "zto.merchant.waybill.track.query"
FORBIDDEN = "zto.sp.findAllForbServiceGateway"


def md5_base64(body: bytes, secret: str) -> str:
    digest = hashlib.md5(body + secret.encode(), usedforsecurity=False).digest()
    return base64.b64encode(digest).decode()


@dataclass
class Zto:
    """Calls a simulated ZTO; ``sign`` may be replaced by a wrong one."""

    server: LoopbackServer
    simulator: ZtoSimulator
    http: httpx.Client
    account: ZtoAccount
    sign: Callable[[bytes, str], str] = md5_base64

    def headers(self, body: bytes) -> dict[str, str]:
        return {
            "Content-Type": "application/json; charset=utf-8",
            "x-companyid": self.account.app_key,
            "x-appKey": self.account.app_key,
            "x-datadigest": self.sign(body, self.account.app_secret),
        }

    def send(self, api: str, body: bytes, headers: dict[str, str]) -> dict[str, Any]:
        url = f"{self.server.base_url}/{api}"
        answer = self.http.post(url, content=body, headers=headers)
        assert answer.status_code == 200
        envelope: dict[str, Any] = answer.json()
        assert set(envelope) == {"result", "message", "status", "statusCode"}
        return envelope

    def call(self, api: str, body: Any) -> dict[str, Any]:
        raw = compact(body).encode()
        return self.send(api, raw, self.headers(raw))

    def code(self, api: str, body: Any) -> str:
        return str(self.call(api, body)["statusCode"])


@contextmanager
def zto(
    quirks: ZtoQuirks | None = None,
    account: ZtoAccount | None = None,
    forbidden: tuple[ForbiddenRegion, ...] = (),
) -> Iterator[Zto]:
    """A running simulated ZTO and a client of it."""
    account = account or ZtoAccount()
    simulator = ZtoSimulator(
        [account], quirks=quirks, forbidden=forbidden, clock=lambda: NOW_S, seed=7
    )
    server = LoopbackServer()
    simulator.mount(server)
    with server, httpx.Client() as http:
        yield Zto(server, simulator, http, account)


def order(code: str = "DD20260101-0001", **changes: Any) -> dict[str, Any]:
    """The recorded create request, with other top-level fields."""
    body: dict[str, Any] = sample("zto_create_order.request.json")["body"]
    return body | {"partnerOrderCode": code} | changes


def to_receiver(**changes: Any) -> dict[str, Any]:
    """The recorded create request with another receiver."""
    body = order()
    return body | {"receiveInfo": body["receiveInfo"] | changes}
