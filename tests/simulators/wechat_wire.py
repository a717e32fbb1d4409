"""The plainest client there is, sample orders, and a clock to move by hand."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from app.simulators.wechat.addresses import Receiver
from app.simulators.wechat.gateway import WechatServer

SAMPLES = Path(__file__).parents[1] / "data" / "wechat"
APP_ID = "wx1234567890abcdef"
SECRET = "0123456789abcdef0123456789abcdef"
NOW_S = 1767268800.0
EWAYBILL = "/channels/ec/logistics/ewaybill/biz"
SENDER = {
    "province": "上海市",
    "city": "上海市",
    "county": "青浦区",
    "street": "华新镇",
    "address": "示例路1号仓",
}
RECEIVER = Receiver(
    user_name="林晓",
    tel_number="18300002807",
    province_name="福建省",
    city_name="福州市",
    county_name="罗源县",
    detail_info="示例路1号2单元301",
    postal_code="350600",
)


@dataclass(slots=True)
class Clock:
    """A clock that a test moves by hand."""

    now_s: float = NOW_S

    def __call__(self) -> float:
        return self.now_s

    def tick(self, seconds: float) -> None:
        self.now_s += seconds


class Client:
    """Posts JSON with a token, nothing else."""

    def __init__(self, server: WechatServer) -> None:
        self.server = server
        self.http = httpx.Client(base_url=server.base_url, timeout=10.0)
        self.token = ""

    def log_in(self, **changes: Any) -> dict[str, Any]:
        body = {"grant_type": "client_credential", "appid": APP_ID, "secret": SECRET} | changes
        answer: dict[str, Any] = self.http.post("/cgi-bin/stable_token", json=body).json()
        self.token = answer.get("access_token", self.token)
        return answer

    def call(self, path: str, body: Any, *, method: str = "POST") -> dict[str, Any]:
        params = {"access_token": self.token}
        if method == "GET":
            answer = self.http.get(path, params=params)
        else:
            answer = self.http.post(path, params=params, json=body)
        read: dict[str, Any] = answer.json()
        return read

    def code(self, path: str, body: Any, *, method: str = "POST") -> int:
        return int(self.call(path, body, method=method)["errcode"])

    def close(self) -> None:
        self.http.close()


def sample(name: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))
    return read


def sample_order(name: str) -> dict[str, Any]:
    order: dict[str, Any] = sample(f"order_get_{name}")["response"]["order"]
    return order
