"""A transport that records what was sent and answers from a script, and what the tests share."""

from __future__ import annotations

import json
import threading
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from app.domain.address import Address
from app.domain.waybills import Booking, Goods
from app.net.transport import Response
from app.ports import PlatformAccount
from app.shops.wechat.client import TOKEN_PATH, WechatClient
from app.shops.wechat.settings import WechatSettings
from app.shops.wechat.shop import WechatShop
from tests.support.clock import FakeClock

SAMPLES = Path(__file__).parents[2] / "data" / "wechat"
APP_ID = "wx1234567890abcdef"
SECRET = "0123456789abcdef0123456789abcdef"
CONFIG: Mapping[str, Any] = {"name": "main", "app_id": APP_ID, "app_secret": SECRET}
ORDER_ID = "3732000000000000101"
KEY = "3878000000000000166"

Scripted = dict[str, Any] | Response | Exception | Callable[["Sent"], "Scripted"]


@dataclass(frozen=True, slots=True)
class Sent:
    """One request as it left."""

    method: str
    path: str
    query: Mapping[str, str]
    body: bytes
    headers: Mapping[str, str]
    timeout_s: float

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(slots=True)
class RecordingTransport:
    """Answers each path from its script; the last entry of a script stays for ever."""

    sent: list[Sent] = field(default_factory=list)
    _scripts: dict[str, deque[Scripted]] = field(default_factory=lambda: defaultdict(deque))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def script(self, path: str, *answers: Scripted) -> None:
        """From now on ``path`` is answered by ``answers`` in turn."""
        with self._lock:
            self._scripts[path] = deque(answers)

    def send(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes, *, timeout_s: float
    ) -> Response:
        parts = urlsplit(url)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        sent = Sent(method, parts.path, query, body, headers, timeout_s)
        with self._lock:
            self.sent.append(sent)
            script = self._scripts[parts.path]
            if not script:
                raise AssertionError(f"nothing is scripted for {parts.path}")
            answer = script[0] if len(script) == 1 else script.popleft()
        while callable(answer):
            answer = answer(sent)
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, Response):
            return answer
        return json_response(answer)

    def calls(self, path: str) -> list[Sent]:
        with self._lock:
            return [sent for sent in self.sent if sent.path == path]

    def bodies(self, path: str) -> list[Any]:
        return [sent.json() for sent in self.calls(path)]


def json_response(data: Any, status: int = 200) -> Response:
    text = json.dumps(data, ensure_ascii=False)
    return Response(status, {"content-type": "application/json"}, text.encode())


def html(status: int) -> Response:
    page = "<html><body><h1>502 Bad Gateway</h1></body></html>"
    return Response(status, {"content-type": "text/html"}, page.encode())


def refused(code: int, message: str = "no", **more: Any) -> dict[str, Any]:
    rid = "6683b36e-5be86892-04872704"
    return {"errcode": code, "errmsg": f"{message} rid: {rid}", **more}


def token(value: str = "90_token", expires_in: float = 7200) -> dict[str, Any]:
    return {"access_token": value, "expires_in": expires_in}


def settings(**changes: Any) -> WechatSettings:
    return WechatSettings.from_config({**CONFIG, "calls_per_minute": 10_000, **changes})


def client(transport: RecordingTransport, clock: FakeClock) -> WechatClient:
    """A client that gets a token without further ado."""
    if not transport._scripts[TOKEN_PATH]:
        transport.script(TOKEN_PATH, token())
    return WechatClient(settings(), transport, clock)


def shop(transport: RecordingTransport, clock: FakeClock) -> WechatShop:
    return WechatShop(settings(), client(transport, clock))


def sample(name: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))
    return read


def sample_order(name: str) -> dict[str, Any]:
    order: dict[str, Any] = sample(f"order_get_{name}")["response"]["order"]
    return order


WAREHOUSE = Address(
    name="仓库",
    phone="13900000000",
    province="上海市",
    city="上海市",
    district="青浦区",
    street="华新镇",
    address="示例路1号仓",
)
HIDDEN = Address(
    name="林**",
    phone="183****2807",
    province="福建省",
    city="福州市",
    district="罗源县",
    address="****",
    masked=True,
)


def account(delivery_id: str = "ZTO", company: str = "zto") -> PlatformAccount:
    return PlatformAccount(
        company=company,
        delivery_id=delivery_id,
        account_id="6600000000001",
        bound=True,
        balance=1280,
        sender=Address(
            province="上海市",
            city="上海市",
            district="青浦区",
            street="华新镇",
            address="示例路1号仓",
        ),
        record={
            "delivery_id": delivery_id,
            "ewaybill_acct_id": "6600000000001",
            "shop_id": "5000000000001",
            "site_code": "029055",
        },
    )


def booking(**changes: Any) -> Booking:
    values: dict[str, Any] = {
        "key": KEY,
        "parcel_id": "p1",
        "carrier": "zto",
        "sender": WAREHOUSE,
        "receiver": HIDDEN,
        "goods": (
            Goods(
                "无线控制器 浪漫粉",
                1,
                250,
                38800,
                "MIC4007",
                ORDER_ID,
                "10000154828123",
                "3616331648",
            ),
        ),
        "weight_g": 250,
        "order_ids": (ORDER_ID,),
    }
    return Booking(**{**values, **changes})
