"""A client that is wrong about the transport, the digests or an order does not pass at J&T."""

from __future__ import annotations

import base64
import hashlib
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from app.simulators.jt import JtAccount, JtQuirks, JtSimulator
from app.simulators.jt.records import business_digest, header_digest
from app.simulators.server import LoopbackServer
from tests.simulators.recorded import NOW_S, compact, sample, vectors
from tests.simulators.test_nonsense import spoilt

CREATE, SEARCH, CANCEL = "/order/v2/addOrder", "/order/getOrders", "/order/cancelOrder"


def md5_base64(text: str) -> str:
    return base64.b64encode(hashlib.md5(text.encode(), usedforsecurity=False).digest()).decode()


@dataclass
class Jt:
    """A plain J&T client, built from the documents; ``sign`` may be replaced by a wrong one."""

    server: LoopbackServer
    simulator: JtSimulator
    http: httpx.Client
    account: JtAccount = field(default_factory=JtAccount)
    sign: Callable[[str, str], str] = lambda text, key: md5_base64(text + key)

    def customer(self, **more: Any) -> dict[str, Any]:
        hashed = hashlib.md5(
            (self.account.password + "jadada236t2").encode(), usedforsecurity=False
        ).hexdigest()
        proof = self.account.customer_code + hashed.upper() + self.account.private_key
        return {
            "customerCode": self.account.customer_code,
            "digest": md5_base64(proof),
        } | more

    def headers(self, text: str) -> dict[str, str]:
        return {
            "apiAccount": self.account.api_account,
            "digest": self.sign(text, self.account.private_key),
            "timestamp": str(int(NOW_S * 1000)),
        }

    def send(self, path: str, text: str, headers: dict[str, str]) -> dict[str, Any]:
        answer = self.http.post(
            self.server.base_url + path, data={"bizContent": text}, headers=headers
        )
        assert answer.status_code == 200
        envelope: dict[str, Any] = answer.json()
        assert set(envelope) == {"code", "msg", "data"}
        return envelope

    def call(self, path: str, body: Any) -> dict[str, Any]:
        text = compact(body)
        return self.send(path, text, self.headers(text))

    def order(self, **changes: Any) -> dict[str, Any]:
        recorded = sample("other_carriers.requests.json")["items"]["jt"]["form"]["bizContent"]
        body: dict[str, Any] = json.loads(recorded) | self.customer()
        return body | {"items": [{"itemName": "女装", "number": 1}]} | changes


@pytest.fixture
def jt() -> Iterator[Jt]:
    simulator, server = JtSimulator(clock=lambda: NOW_S, seed=3), LoopbackServer()
    simulator.mount(server)
    with server, httpx.Client() as http:
        yield Jt(server, simulator, http)


def test_the_digests_equal_the_recorded_ones() -> None:
    [official] = [v for v in vectors("jt_business_digest") if v["kind"] == "official"]
    given = official["inputs"]
    digest = business_digest(given["customerCode"], given["pwd"], given["privateKey"])
    assert digest == official["expected"]
    for vector in vectors("jt_header_digest"):
        given = vector["inputs"]
        digest = header_digest(given["bizContent"].encode(), given["privateKey"])
        assert (digest == vector["expected"]) is (vector["kind"] != "negative")


def test_a_right_order_gets_a_number_and_a_sorting_code(jt: Jt) -> None:
    answer = jt.call(CREATE, jt.order())
    assert answer["code"] == "1"
    assert answer["data"]["billCode"].startswith("JT5")
    assert len(answer["data"]["sortingCode"].split()) == 3


def _hex(text: str, key: str) -> str:
    return hashlib.md5((text + key).encode(), usedforsecurity=False).hexdigest()


def _key_first(text: str, key: str) -> str:
    return md5_base64(key + text)


def _reserialised(text: str, key: str) -> str:
    return md5_base64(json.dumps(json.loads(text)) + key)


@pytest.mark.parametrize("signer", [_hex, _key_first, _reserialised])
def test_a_wrong_header_digest_is_refused(jt: Jt, signer: Callable[[str, str], str]) -> None:
    jt.sign = signer
    assert jt.call(CREATE, jt.order())["code"] == "145003030"
    assert jt.simulator.orders == []


def test_wrong_headers_have_their_codes(jt: Jt) -> None:
    text = compact(jt.order())
    good = jt.headers(text)
    cases: list[tuple[str, dict[str, str]]] = [
        ("145003051", {k: v for k, v in good.items() if k != "apiAccount"}),
        ("145003052", {k: v for k, v in good.items() if k != "digest"}),
        ("145003053", {k: v for k, v in good.items() if k != "timestamp"}),
        ("145003050", good | {"timestamp": str(int(NOW_S))}),
        ("145003050", good | {"timestamp": str(int((NOW_S - 3600) * 1000))}),
        ("145003050", good | {"Content-Type": "application/json"}),
        ("145003010", good | {"apiAccount": "1"}),
    ]
    for code, headers in cases:
        assert jt.send(CREATE, text, headers)["code"] == code
    assert jt.simulator.orders == []
    assert jt.http.post(jt.server.base_url + "/order/unknown").status_code == 404


def test_the_customer_is_proven_in_the_body(jt: Jt) -> None:
    assert jt.call(CREATE, jt.order(customerCode="J1"))["code"] == "145003080"
    assert jt.call(CREATE, jt.order(digest="wrong"))["code"] == "145003031"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"weight": 0.5}, "145003092"),
        ({"weight": "500"}, "145003092"),
        ({"weight": "0"}, "145003092"),
        ({"orderType": 2}, "145003050"),
        ({"itemsValue": 29.5}, "145003050"),
        ({"items": []}, "145003050"),
        ({"txlogisticId": "x" * 51}, "145003050"),
        ({"receiver": None}, "145003084"),
        ({"sender": {"name": "发货部"}}, "145003083"),
    ],
)
def test_a_wrong_order_is_refused(jt: Jt, changes: dict[str, Any], code: str) -> None:
    assert jt.call(CREATE, jt.order(**changes))["code"] == code
    assert jt.simulator.orders == []


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "周*"},
        {"mobile": "138****0002"},
        {"mobile": "13800000002-1234"},
        {"mobile": "", "phone": ""},
        {"prov": ""},
        {"countryCode": "CN"},
    ],
)
def test_a_receiver_that_cannot_be_used_is_refused(jt: Jt, changes: dict[str, Any]) -> None:
    receiver = jt.order()["receiver"] | changes
    assert jt.call(CREATE, jt.order(receiver=receiver))["code"] != "1"


def test_a_repeated_id_is_refused_and_costs_nothing(jt: Jt) -> None:
    jt.call(CREATE, jt.order())
    assert jt.call(CREATE, jt.order())["code"] == "145003101"
    assert jt.simulator.numbers_left(jt.account.api_account) == 999
    assert len(jt.simulator.numbers_issued("DD20260101-0001")) == 1


def test_cancelling_wants_a_reason(jt: Jt) -> None:
    jt.call(CREATE, jt.order())
    body = jt.customer(txlogisticId="DD20260101-0001")
    assert jt.call(CANCEL, body)["code"] == "145003089"
    assert jt.call(CANCEL, body | {"reason": "…"})["code"] == "1"


def test_two_customers_do_not_see_each_others_orders() -> None:
    one, two = JtAccount(), JtAccount(api_account="2", private_key="other", password="other")
    simulator, server = JtSimulator([one, two], clock=lambda: NOW_S), LoopbackServer()
    simulator.mount(server)
    with server, httpx.Client() as http:
        mine, theirs = (Jt(server, simulator, http, account) for account in (one, two))
        mine.call(CREATE, mine.order())
        asked = {"command": 1, "serialNumber": ["DD20260101-0001"]}
        assert len(mine.call(SEARCH, mine.customer(**asked))["data"]) == 1
        assert theirs.call(SEARCH, theirs.customer(**asked))["data"] == []


def test_a_late_order_is_not_shown_at_once() -> None:
    now = [NOW_S]
    quirks = JtQuirks(visible_after_s=60, timestamp_window_s=None)
    simulator, server = JtSimulator(quirks=quirks, clock=lambda: now[0]), LoopbackServer()
    simulator.mount(server)
    with server, httpx.Client() as http:
        jt = Jt(server, simulator, http)
        jt.call(CREATE, jt.order())
        asked = jt.customer(command=1, serialNumber=["DD20260101-0001"])
        assert jt.call(SEARCH, asked)["data"] == []
        now[0] += 60
        assert len(jt.call(SEARCH, asked)["data"]) == 1


@pytest.mark.parametrize("seed", range(3))
def test_spoilt_calls_are_answered(jt: Jt, seed: int) -> None:
    chance = random.Random(seed)
    place = jt.order()["receiver"]
    calls: dict[str, dict[str, Any]] = {
        CREATE: jt.order(itemsValue="1.00"),
        SEARCH: jt.customer(command=1, serialNumber=["1"]),
        CANCEL: jt.customer(txlogisticId="1", reason="…"),
        "/ess/balance": jt.customer(),
        "/logistics/trace": {"billCodes": "JT1,JT2"},
        "/spmComCost/getComCost": jt.customer(sender=place, receiver=place, weight="1"),
    }
    for path, body in calls.items():
        for _ in range(40):
            assert "code" in jt.call(path, spoilt(body, chance))
    assert jt.server.crashes == []
