"""What leaves for ZTO: bodies, digests, addresses and headers."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import pytest

from app.carriers.account import read_account
from app.carriers.registry import make_source
from app.carriers.validation import ready
from app.carriers.wire_json import encode
from app.carriers.zto import wire
from app.carriers.zto.settings import ZtoSettings
from app.domain.errors import UserError
from app.domain.waybills import Booking
from app.ports import WaybillSource
from tests.carriers.recording import RecordingTransport, answer
from tests.carriers.samples import ZTO_CONFIG, sample, zto_booking
from tests.support.clock import FakeClock

_CREATED = sample("zto_create_order.response")
_MARK = sample("zto_bag_addr_mark")
_INFO = sample("zto_get_order_info")


@pytest.fixture
def source(transport: RecordingTransport, clock: FakeClock) -> WaybillSource:
    return make_source(ZTO_CONFIG, transport, clock)


def settings(**changes: Any) -> ZtoSettings:
    return read_account(ZtoSettings, ZTO_CONFIG | changes)


def passed(booking: Booking) -> Booking:
    prepared = ready(booking, wire.LIMITS)
    assert isinstance(prepared, Booking)
    return prepared


def differences(ours: Any, theirs: Any, path: str = "") -> dict[str, tuple[Any, Any]]:
    """Every place where two JSON values differ; the order of keys counts as one."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        found = {} if list(ours) == list(theirs) else {f"{path} keys": (list(ours), list(theirs))}
        for key in ours.keys() & theirs.keys():
            found |= differences(ours[key], theirs[key], f"{path}.{key}".lstrip("."))
        return found
    if isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        found = {}
        for place, pair in enumerate(zip(ours, theirs, strict=True)):
            found |= differences(*pair, f"{path}[{place}]")
        return found
    return {} if ours == theirs else {path: (ours, theirs)}


def test_the_order_is_the_sample_apart_from_its_price_and_its_pickup_time() -> None:
    """The sample's price is no sum of its goods, and an agreed collection has no time."""
    account = settings(goods_category="服装", box_size_mm=[500, 500, 500], cod_account="FAKE")
    data = wire.order_data(account, passed(zto_booking(cod_fen=10000)))
    theirs = sample("zto_create_order.request")["body"]
    assert differences(data, theirs) == {
        "summaryInfo.price": (387, 30),
        "summaryInfo.startTime": ("", "2026-01-01 11:00:00"),
        "summaryInfo.endTime": ("", "2026-01-01 12:00:00"),
    }
    data["summaryInfo"] = theirs["summaryInfo"]
    assert encode(data).decode() == sample("zto_create_order.request")["body_bytes_as_signed"]


def test_the_route_query_is_the_sample_to_the_byte() -> None:
    data = wire.mark_data(passed(zto_booking()))
    assert encode(data).decode() == _MARK["body_bytes_as_signed"]


def test_the_balance_query_is_the_sample_to_the_byte(clock: FakeClock) -> None:
    data = wire.balance_data(settings(), clock.now())
    data["datetime"] = "2026-01-01 08:00:00"
    assert encode(data).decode() == sample("zto_balance")["body_bytes_as_signed"]


def test_cancelling_is_the_sample_to_the_byte() -> None:
    data = wire.cancel_data("73100196611386", "")
    assert encode(data).decode() == sample("zto_cancel")["body_bytes_as_signed"]


def test_the_signed_bytes_are_the_sent_bytes(
    source: WaybillSource, transport: RecordingTransport
) -> None:
    transport.will(answer(_CREATED["body"]))
    source.create(zto_booking(remark="50% off * ~ + ' \" ( ) 😀 轻放"))
    sent = transport.last
    secret = ZTO_CONFIG["app_secret"].encode()
    digest = hashlib.md5(sent.body + secret, usedforsecurity=False).digest()
    assert (sent.method, sent.url) == ("POST", "https://japi-test.zto.com/zto.open.createOrder")
    assert sent.headers == {
        "content-type": "application/json; charset=utf-8",
        "x-companyid": "FAKEappKey",
        "x-appkey": "FAKEappKey",
        "x-datadigest": base64.b64encode(digest).decode(),
    }


def test_a_timestamp_is_signed_and_sent_only_when_the_account_says_so(
    transport: RecordingTransport, clock: FakeClock
) -> None:
    config = ZTO_CONFIG | {"sign_timestamp": True, "signature": "sha256"}
    make_source(config, transport.will(answer(_CREATED["body"])), clock).create(zto_booking())
    sent, secret = transport.last, ZTO_CONFIG["app_secret"].encode()
    at = sent.headers["x-timestamp"].encode()
    assert at == str(int(clock.now().timestamp() * 1000)).encode()
    digest = base64.b64encode(hashlib.sha256(at + sent.body + secret).digest()).decode()
    assert sent.headers["x-datadigest"] == digest


def test_a_group_customer_signs_in_with_its_own_number(
    transport: RecordingTransport, clock: FakeClock
) -> None:
    config = {
        k: v for k, v in ZTO_CONFIG.items() if k not in {"account_id", "account_password"}
    } | {"partner_type": "1", "customer_id": "GPG1576724269"}
    source = make_source(config, transport, clock)
    transport.will(answer(_CREATED["body"]), answer(_INFO["response"] | {"result": []}))
    source.create(zto_booking())
    body = transport.last.json
    assert (body["partnerType"], body["accountInfo"]["customerId"]) == ("1", "GPG1576724269")
    assert source.check().ok
    assert transport.last.url.endswith("/zto.open.getOrderInfo")


@pytest.mark.parametrize(
    "changes",
    [
        {"partner_type": "1"},
        {"account_password": None},
        {"signature": "hmac_sha256"},
        {"return_slip": True},
    ],
)
def test_an_account_lacks_what_its_choices_need(changes: dict[str, Any]) -> None:
    with pytest.raises(UserError) as caught:
        settings(**changes)
    assert caught.value.code == "carrier_settings"


def test_services_are_in_fen_and_goods_in_yuan_and_grams() -> None:
    account = settings(
        cod_account="A1",
        services=[{"name": "vip"}],
        return_slip=True,
        site_code="02100",
        site_name="上海",
    )
    booking = zto_booking(cod_fen=29950, insured_fen=100000)
    data = wire.order_data(account, passed(booking))
    services = [(s["vasType"], s["vasAmount"], s["accountNo"]) for s in data["orderVasList"]]
    assert services == [
        ("vip", 0, ""),
        ("COD", 29950, "A1"),
        ("insured", 100000, ""),
        ("receiveReturnService", 0, ""),
    ]
    assert (data["siteCode"], data["siteName"]) == ("02100", "上海")
    assert data["orderItems"][0]["unitprice"] == 129
    assert data["orderItems"][0]["weight"] == 500


def test_an_order_without_extras_is_the_plain_sample_shape() -> None:
    data = wire.order_data(settings(), passed(zto_booking()))
    theirs = sample("zto_create_order.request")["body"]
    found = differences(data, theirs)
    assert set(found) == {
        "orderVasList",
        "orderItems[0].category",
        "summaryInfo.size",
        "summaryInfo.price",
        "summaryInfo.startTime",
        "summaryInfo.endTime",
    }
    assert (data["orderVasList"], data["summaryInfo"]["size"]) == ([], "")
