"""A client that is wrong about a signature or an order does not pass at Kuaidi100."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from app.simulators.kuaidi100 import Kuaidi100Account, Kuaidi100Simulator
from app.simulators.kuaidi100.records import REPLAY_S, upper_md5
from app.simulators.server import LoopbackServer
from tests.simulators.recorded import NOW_S, compact, sample, vectors
from tests.simulators.test_nonsense import spoilt

LABELS, QUERY, DETECT = "/label/order", "/poll/query.do", "/autonumber/auto"


@dataclass
class Kd:
    """A plain Kuaidi100 client, built from the documents."""

    server: LoopbackServer
    simulator: Kuaidi100Simulator
    http: httpx.Client
    account: Kuaidi100Account = field(default_factory=Kuaidi100Account)
    now_s: float = NOW_S

    def post(self, path: str, form: dict[str, str]) -> dict[str, Any]:
        answer = self.http.post(self.server.base_url + path, data=form)
        assert answer.status_code == 200
        envelope: dict[str, Any] = answer.json()
        return envelope

    def label_form(self, method: str, param: Any) -> dict[str, str]:
        text, t = compact(param), str(int(self.now_s * 1000))
        whole = text + t + self.account.key + self.account.secret
        sign = hashlib.md5(whole.encode(), usedforsecurity=False).hexdigest().upper()
        return {"method": method, "key": self.account.key, "t": t, "sign": sign, "param": text}

    def label(self, method: str, param: Any) -> dict[str, Any]:
        return self.post(LABELS, self.label_form(method, param))

    def query_form(self, param: Any) -> dict[str, str]:
        text = compact(param)
        whole = text + self.account.key + self.account.customer
        sign = hashlib.md5(whole.encode(), usedforsecurity=False).hexdigest().upper()
        return {"customer": self.account.customer, "sign": sign, "param": text}

    def query(self, **param: Any) -> dict[str, Any]:
        return self.post(QUERY, self.query_form(param))

    def order(self, **changes: Any) -> dict[str, Any]:
        recorded = sample("other_carriers.requests.json")["items"]["kuaidi100_order"]
        body: dict[str, Any] = json.loads(recorded["form"]["param"])
        return body | {"partnerId": "FAKEpartner", "partnerKey": "FAKEpartnerKey"} | changes


@pytest.fixture
def kd() -> Iterator[Kd]:
    holder: list[Kd] = []
    simulator = Kuaidi100Simulator(clock=lambda: holder[0].now_s, seed=3)
    server = LoopbackServer()
    simulator.mount(server)
    with server, httpx.Client() as http:
        holder.append(Kd(server, simulator, http))
        yield holder[0]


def test_the_signatures_equal_the_recorded_ones() -> None:
    [vector] = vectors("kuaidi100")
    given, expected = vector["inputs"], vector["expected"]
    signed = upper_md5(given["param"], given["t"], given["key"], given["secret"])
    assert signed == expected["label_order_sign"]
    asked = upper_md5(given["param"], given["key"], given["customer"])
    assert asked == expected["query_sign"]


def test_wrong_proofs_have_their_codes(kd: Kd) -> None:
    good = kd.label_form("order", kd.order())
    cases = [
        (30001, good | {"key": "other"}),
        (30002, good | {"sign": good["sign"].lower()}),
        (30002, good | {"param": compact(kd.order(cargo="鞋"))}),
        (10000, good | {"t": str(int(NOW_S))}),
        (10000, {k: v for k, v in good.items() if k != "t"}),
        (10000, good | {"method": "steal"}),
    ]
    assert [kd.post(LABELS, form)["code"] for _, form in cases] == [code for code, _ in cases]
    assert kd.simulator.orders == []
    asked = kd.query_form({"com": "zhongtong", "num": "1"})
    assert kd.post(QUERY, asked | {"sign": asked["sign"].lower()})["returnCode"] == "503"
    assert kd.post(QUERY, asked | {"customer": "other"})["returnCode"] == "503"
    url = kd.server.base_url + DETECT
    assert kd.http.get(url, params={"num": "1", "key": "other"}).json()["returnCode"] == "601"
    assert kd.http.post(url, data={"num": "1"}).json()["returnCode"] == "400"


def test_the_same_id_is_replayed_for_48_hours_and_then_booked_again(kd: Kd) -> None:
    first = kd.label("order", kd.order())["data"]["kuaidinum"]
    kd.now_s += REPLAY_S - 1
    assert kd.label("order", kd.order(cargo="鞋"))["data"]["kuaidinum"] == first
    assert kd.simulator.numbers_issued("DD20260101-0001") == [first]
    kd.now_s += 2
    assert kd.label("order", kd.order())["data"]["kuaidinum"] != first


def test_whoever_wants_a_new_number_gets_one(kd: Kd) -> None:
    for _ in range(2):
        assert kd.label("order", kd.order(reorder=True))["code"] == 200
    assert len(set(kd.simulator.numbers_issued("DD20260101-0001"))) == 2


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"kuaidicom": "yd"}, 10002),
        ({"partnerKey": "other"}, 30007),
        ({"payType": "1"}, 10002),
        ({"printType": ""}, 10002),
        ({"weight": "0.5"}, 10002),
        ({"count": 2}, 10002),
        ({"reorder": "false"}, 10002),
        ({"cargo": " "}, 10002),
        ({"recMan": {"name": "冯*", "mobile": "13800000002", "printAddr": "…"}}, 10002),
        ({"recMan": {"name": "冯", "mobile": "138", "printAddr": "…"}}, 10002),
        ({"recMan": {"name": "冯", "printAddr": "…"}}, 10002),
        ({"sendMan": None}, 10002),
    ],
)
def test_a_wrong_order_is_refused(kd: Kd, changes: dict[str, Any], code: int) -> None:
    assert kd.label("order", kd.order(**changes))["code"] == code
    assert kd.simulator.orders == []


def test_a_track_of_sf_wants_the_phone(kd: Kd) -> None:
    kd.simulator.follow("shunfeng", "SF7444496931331", "0002")
    kd.simulator.advance("SF7444496931331")
    asked = {"com": "shunfeng", "num": "SF7444496931331"}
    assert kd.query(**asked)["returnCode"] == "408"
    assert kd.query(**asked, phone="9999")["returnCode"] == "408"
    told = kd.query(**asked, phone="13800000002")
    assert (told["status"], told["state"]) == ("200", "103")
    assert set(told["data"][0]) == {"time", "ftime", "context"}
    assert kd.query(**asked, phone="0002", resultv2="4")["data"][0]["statusCode"] == "103"
    assert kd.query(com="yunda", num="SF7444496931331")["returnCode"] == "500"


@pytest.mark.parametrize("seed", range(3))
def test_spoilt_calls_are_answered(kd: Kd, seed: int) -> None:
    chance = random.Random(seed)
    cancel = kd.order() | {"kuaidinum": "1"}
    for _ in range(40):
        assert "code" in kd.label("order", spoilt(kd.order(collection=1.5), chance))
        assert "code" in kd.label("cancel", spoilt(cancel, chance))
        asked = kd.query_form(spoilt({"com": "jd", "num": "1", "phone": "1"}, chance))
        assert "returnCode" in kd.post(QUERY, asked)
    assert kd.server.crashes == []
