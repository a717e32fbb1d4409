"""What leaves for SF: message data, form, digest, address and headers."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from typing import Any
from urllib.parse import quote_plus

import pytest

from app.carriers.account import read_account
from app.carriers.sf import wire
from app.carriers.sf.settings import SfSettings
from app.carriers.sf.source import SfSource
from app.carriers.validation import ready
from app.carriers.wire_json import encode
from app.domain.address import Address
from app.domain.waybills import Booking, Goods
from tests.carriers.recording import RecordingTransport, answer
from tests.carriers.samples import SF_CONFIG, sample, sf_booking
from tests.support.clock import FakeClock

REQUEST_ID = "6f1d2c0e-0d0b-4c6e-9d52-3a1b2c3d4e5f"
CREATED = answer(sample("sf_create_order.response")["body"])


def settings(**changes: Any) -> SfSettings:
    return read_account(SfSettings, SF_CONFIG | changes)


def passed(booking: Booking) -> Booking:
    prepared = ready(booking, wire.LIMITS)
    assert isinstance(prepared, Booking)
    return prepared


def test_the_order_of_one_box_is_the_sample_to_the_byte() -> None:
    data = wire.order_data(settings(), passed(sf_booking()))
    assert encode(data).decode() == sample("sf_create_order.request")["form"]["msgData"]


def test_the_order_of_several_boxes_with_services_is_the_sample_to_the_byte() -> None:
    booking = sf_booking(
        key="DD20260101-0002", box_count=3, weight_g=9000, cod_fen=29900, insured_fen=100000
    )
    data = wire.order_data(settings(return_slip=True), passed(booking))
    assert encode(data).decode() == sample("sf_create_order_multi.request")["form"]["msgData"]


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (wire.search_data("DD20260101-0001"), "sf_search_order.request"),
        (wire.cancel_data("2023091515166449"), "sf_update_order.cancel"),
    ],
)
def test_search_and_cancel_are_the_samples_to_the_byte(data: dict[str, Any], name: str) -> None:
    assert encode(data).decode() == sample(name)["form"]["msgData"]


def test_the_signed_bytes_are_the_sent_bytes(clock: FakeClock) -> None:
    transport = RecordingTransport([CREATED])
    remark = "50% off * ~tilde~ a+b 'single' \"double\" (x) !?;@#$&= 轻放😀"
    source = SfSource(settings(), transport, clock, lambda: REQUEST_ID)
    source.create(sf_booking(remark=remark))
    sent = transport.last
    assert (sent.method, sent.url) == ("POST", SF_CONFIG["base_url"])
    assert sent.headers == {"content-type": "application/x-www-form-urlencoded;charset=UTF-8"}
    form = sent.form
    assert list(form) == [
        "partnerID", "requestID", "serviceCode", "timestamp", "msgDigest", "msgData",
    ]  # fmt: skip
    signed = form["msgData"] + form["timestamp"] + SF_CONFIG["checkword"]
    java = quote_plus(signed, safe="*").replace("~", "%7E")
    digest = base64.b64encode(hashlib.md5(java.encode(), usedforsecurity=False).digest()).decode()
    assert form["msgDigest"] == digest
    assert form["timestamp"] == str(int(clock.now().timestamp() * 1000))
    assert (form["partnerID"], form["requestID"]) == ("FAKEPARTNER1", REQUEST_ID)
    assert form["serviceCode"] == "EXP_RECE_CREATE_ORDER"


def test_every_call_has_its_own_request_id(clock: FakeClock) -> None:
    transport = RecordingTransport([CREATED, CREATED])
    source = SfSource(settings(), transport, clock)
    source.create(sf_booking())
    source.create(sf_booking())
    first, second = (sent.form["requestID"] for sent in transport.sent)
    assert first != second
    assert len(first) == 36


@pytest.mark.parametrize(("mode", "length"), [("simple_md5", 24), ("sm3", 64)])
def test_the_accounts_signature_is_used(clock: FakeClock, mode: str, length: int) -> None:
    transport = RecordingTransport([CREATED, CREATED])
    SfSource(settings(signature=mode), transport, clock).create(sf_booking())
    SfSource(settings(), transport, clock).create(sf_booking())
    ours, standard = (sent.form["msgDigest"] for sent in transport.sent)
    assert len(ours) == length
    assert ours != standard


@pytest.mark.parametrize(
    ("weight_g", "text"), [(1, "0.001"), (1100, "1.1"), (2300, "2.3"), (5000, "5.0")]
)
def test_weights_leave_without_float_noise(weight_g: int, text: str) -> None:
    data = encode(wire.order_data(settings(), passed(sf_booking(weight_g=weight_g))))
    assert f'"totalWeight":{text},'.encode() in data


def test_a_land_line_goes_into_tel_and_the_street_into_the_address() -> None:
    receiver = Address(
        name="王芳", phone="0755-26001234", province="广东省", city="深圳市", district="南山区",
        street="粤海街道", address="科技园 1 号",
    )  # fmt: skip
    data = wire.order_data(settings(), passed(sf_booking(receiver=receiver)))
    contact = data["contactInfoList"][1]
    assert (contact["tel"], contact["mobile"]) == ("0755-26001234", "")
    assert contact["address"] == "粤海街道科技园 1 号"


def test_the_extension_of_a_virtual_number_goes_into_the_address() -> None:
    booking = sf_booking()
    receiver = replace(booking.receiver, extension="8023")
    data = wire.order_data(settings(), passed(replace(booking, receiver=receiver)))
    assert data["contactInfoList"][1]["address"] == "连云路169号[8023]"


def test_goods_of_unknown_weight_name_none() -> None:
    booking = sf_booking(goods=(Goods("女装", 1, 0, 12900),))
    data = wire.order_data(settings(), passed(booking))
    assert "weight" not in data["cargoDetails"][0]


def test_agreed_services_of_the_contract_are_sent() -> None:
    config = settings(services=[{"name": "IN91", "value": "13"}], call_courier=True)
    data = wire.order_data(config, passed(sf_booking()))
    assert data["serviceList"] == [{"name": "IN91", "value": "13"}]
    assert data["isDocall"] == 1
