"""A plain STO client for tests, built from the documents, independent of the product's own."""

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
from app.simulators.sto import StoAccount, StoQuirks, StoSimulator
from tests.simulators.recorded import NOW_S, compact, sample

URL = "/gateway/link.do"
CREATE, CANCEL = "OMS_EXPRESS_ORDER_CREATE", "EDI_MODIFY_ORDER_CANCEL"
DISPATCH, TRACK = "GET_ORDERDISPATCH_INFO", "STO_TRACE_QUERY_COMMON"
TO = {
    CREATE: "sto_oms",
    CANCEL: "edi_modify_order",
    DISPATCH: "ORDERMS_API",
    TRACK: "sto_trace_query",
}


def official(content: str, secret: str) -> str:
    digest = hashlib.md5((content + secret).encode(), usedforsecurity=False).digest()
    return base64.b64encode(digest).decode()


@dataclass
class Sto:
    """Calls a simulated STO; ``sign`` may be replaced by a wrong one."""

    server: LoopbackServer
    simulator: StoSimulator
    http: httpx.Client
    account: StoAccount
    sign: Callable[[str, str], str] = official

    def fields(self, api: str, content: Any, **changes: str) -> dict[str, str]:
        text = content if isinstance(content, str) else compact(content)
        return {
            "content": text,
            "data_digest": self.sign(text, self.account.secret_key),
            "api_name": api,
            "from_appkey": self.account.app_key,
            "from_code": self.account.from_code,
            "to_appkey": TO.get(api, ""),
            "to_code": TO.get(api, ""),
        } | changes

    def send(self, fields: dict[str, str]) -> str:
        answer = self.http.post(self.server.base_url + URL, data=fields)
        assert answer.status_code == 200
        return answer.text

    def call(self, api: str, content: Any) -> dict[str, Any]:
        envelope: dict[str, Any] = json.loads(self.send(self.fields(api, content)))
        assert envelope["success"] in {"true", "false"}
        return envelope


@contextmanager
def sto(quirks: StoQuirks | None = None, account: StoAccount | None = None) -> Iterator[Sto]:
    """A running simulated STO and a client of it."""
    account = account or StoAccount()
    simulator = StoSimulator([account], quirks=quirks, clock=lambda: NOW_S, seed=3)
    server = LoopbackServer()
    simulator.mount(server)
    with server, httpx.Client() as http:
        yield Sto(server, simulator, http, account)


def order(order_no: str = "DD20260101-0001", **changes: Any) -> dict[str, Any]:
    """The documented order, from the simulated account."""
    items = sample("other_carriers.requests.json")["items"]
    known: dict[str, Any] = json.loads(items["sto"]["form"]["content"])
    source = StoAccount().order_source
    return known | {"orderNo": order_no, "orderSource": source} | changes
