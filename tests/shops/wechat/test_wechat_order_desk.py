"""Notes, requests and virtual numbers of the adapter: what is sent, and what answers mean."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from app.domain.address import Address
from app.domain.errors import RetryableError, UserError
from app.domain.text import T
from app.net.transport import CallNotSentError, CallUnclearError
from app.ports import (
    Reported,
    ReportLater,
    ReportOutcome,
    ReportRefused,
    ReportUnclear,
)
from app.shops.wechat.order_desk import (
    ACCEPT_ADDRESS_PATH,
    ACCEPT_VARIANT_PATH,
    EXTEND_PATH,
    NEW_NUMBER_PATH,
    NOTE_PATH,
    PROPOSE_ADDRESS_PATH,
    REJECT_ADDRESS_PATH,
    REJECT_VARIANT_PATH,
    VIRTUAL_PATH,
    WechatOrderDesk,
)
from app.shops.wechat.shop import ORDER_PATH, WechatShop
from tests.shops.wechat.recording import (
    ORDER_ID,
    RecordingTransport,
    client,
    html,
    refused,
    sample,
    settings,
    shop,
)
from tests.support.clock import FakeClock

OK = {"errcode": 0, "errmsg": "ok"}
VIRTUAL_ORDER = "3732000000000000108"
Write = Callable[[WechatOrderDesk], ReportOutcome]
PLACE = Address(
    name="陈先生",
    phone="13900000000",
    province="广东省",
    city="广州市",
    district="海珠区",
    street="示例街道",
    address="示例路1号",
)
WRITES: list[tuple[str, Write, dict[str, Any]]] = [
    (NOTE_PATH, lambda d: d.write_note(ORDER_ID, "缺货,周五发"), {"merchant_notes": "缺货,周五发"}),
    (ACCEPT_ADDRESS_PATH, lambda d: d.answer_address(ORDER_ID, accept=True), {}),
    (REJECT_ADDRESS_PATH, lambda d: d.answer_address(ORDER_ID, accept=False), {}),
    (ACCEPT_VARIANT_PATH, lambda d: d.answer_variant(ORDER_ID, accept=True), {}),
    (REJECT_VARIANT_PATH, lambda d: d.answer_variant(ORDER_ID, accept=False), {}),
    (
        PROPOSE_ADDRESS_PATH,
        lambda d: d.propose_address(ORDER_ID, PLACE),
        {
            "user_address": {
                "user_name": "陈先生",
                "tel_number": "13900000000",
                "province_name": "广东省",
                "city_name": "广州市",
                "county_name": "海珠区",
                "detail_info": "示例街道示例路1号",
            }
        },
    ),
]
EVERY_WRITE = pytest.mark.parametrize(
    ("path", "write", "fields"), WRITES, ids=[w[0].rpartition("order/")[2] for w in WRITES]
)


@EVERY_WRITE
def test_every_call_names_the_order_in_text(
    transport: RecordingTransport,
    clock: FakeClock,
    path: str,
    write: Write,
    fields: dict[str, Any],
) -> None:
    transport.script(path, OK)
    assert isinstance(write(shop(transport, clock).order_desk), Reported)
    assert transport.bodies(path) == [{"order_id": ORDER_ID, **fields}]


@EVERY_WRITE
@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (html(502), ReportUnclear),
        (CallUnclearError(T("no answer")), ReportUnclear),
        (CallNotSentError(T("no network")), ReportLater),
        (refused(45011), ReportLater),
        (refused(45009), ReportLater),
        (refused(48001), ReportLater),
        (refused(-1), ReportUnclear),
        (refused(100002), ReportRefused),
        (refused(606000), ReportRefused),
        (refused(7654321), ReportRefused),
    ],
    ids=["html", "lost", "offline", "fast", "quota", "right", "busy", "missing", "late", "new"],
)
def test_no_answer_is_taken_for_another(
    transport: RecordingTransport,
    clock: FakeClock,
    path: str,
    write: Write,
    fields: dict[str, Any],
    answer: Any,
    outcome: type,
) -> None:
    transport.script(path, answer)
    got = write(shop(transport, clock).order_desk)
    assert isinstance(got, outcome)
    if isinstance(got, ReportRefused):
        assert str(got.problem.remedy)


@EVERY_WRITE
def test_a_connection_that_may_only_read_sends_nothing(
    transport: RecordingTransport,
    clock: FakeClock,
    path: str,
    write: Write,
    fields: dict[str, Any],
) -> None:
    opened = client(transport, clock)
    opened._settings = settings(read_only=True)
    got = write(WechatShop(opened._settings, opened).order_desk)
    assert isinstance(got, ReportLater)
    assert got.code == "shop_read_only"
    assert transport.sent == []


def test_a_note_that_is_refused_says_that_it_may_be_too_long(
    transport: RecordingTransport, clock: FakeClock
) -> None:
    transport.script(NOTE_PATH, refused(40097, "merchant_notes is too long"))
    got = shop(transport, clock).order_desk.write_note(ORDER_ID, "字" * 200)
    assert isinstance(got, ReportRefused)
    assert got.problem.code == "note_refused"
    assert "Shorten" in str(got.problem.remedy)


@pytest.mark.parametrize("accept", [True, False])
def test_an_answer_without_request_asks_to_look_again(
    transport: RecordingTransport, clock: FakeClock, accept: bool
) -> None:
    transport.script(ACCEPT_ADDRESS_PATH, refused(40097))
    transport.script(REJECT_ADDRESS_PATH, refused(40097))
    got = shop(transport, clock).order_desk.answer_address(ORDER_ID, accept=accept)
    assert isinstance(got, ReportRefused)
    assert (got.problem.code, got.reread) == ("request_gone", True)


def virtual_order() -> dict[str, Any]:
    return dict(sample("order_get_virtual_tel")["response"])


def test_a_virtual_number_comes_with_its_end_and_how_often_it_was_extended(
    transport: RecordingTransport, clock: FakeClock
) -> None:
    transport.script(ORDER_PATH, virtual_order())
    answer = {"virtual_tel_number": "13212345774-1234", "virtual_tel_expire_time": 1769817600}
    transport.script(VIRTUAL_PATH, answer)
    got = shop(transport, clock).order_desk.virtual_number(VIRTUAL_ORDER)
    info = virtual_order()["order"]["order_detail"]["delivery_info"]["address_info"]
    assert (got.number, got.extension) == ("13212345774", "1234")
    assert got.expires_at is not None
    assert got.expires_at.timestamp() == 1769817600
    assert got.extended == info["tel_number_ext_info"].get("has_delay_times", 0)


def test_extending_tells_how_often_it_was_done_before(
    transport: RecordingTransport, clock: FakeClock
) -> None:
    transport.script(ORDER_PATH, virtual_order())
    transport.script(EXTEND_PATH, {**OK, "expiration": 1772409600, "available_extend_num": 3})
    got = shop(transport, clock).order_desk.extend_virtual_number(VIRTUAL_ORDER, 0)
    assert transport.bodies(EXTEND_PATH) == [{"order_id": VIRTUAL_ORDER, "has_delay_times": 0}]
    assert (got.extended, got.extensions_left) == (1, 3)


def test_a_lost_answer_about_a_new_number_is_looked_up_in_the_order(
    transport: RecordingTransport, clock: FakeClock
) -> None:
    old, new = virtual_order(), virtual_order()
    info = new["order"]["order_detail"]["delivery_info"]["address_info"]["tel_number_ext_info"]
    info["virtual_tel_number"] = "13212345775-1235"
    transport.script(NEW_NUMBER_PATH, CallUnclearError(T("no answer")))
    transport.script(ORDER_PATH, old, new)
    got = shop(transport, clock).order_desk.new_virtual_number(VIRTUAL_ORDER)
    assert (got.number, got.extension) == ("13212345775", "1235")
    transport.script(ORDER_PATH, old)
    with pytest.raises(RetryableError):
        shop(transport, clock).order_desk.new_virtual_number(VIRTUAL_ORDER)


@pytest.mark.parametrize("code", [40097, 6060453, 48001])
def test_a_number_that_cannot_be_had_says_what_to_do(
    transport: RecordingTransport, clock: FakeClock, code: int
) -> None:
    transport.script(ORDER_PATH, virtual_order())
    transport.script(EXTEND_PATH, refused(code))
    transport.script(NEW_NUMBER_PATH, refused(code))
    desk = shop(transport, clock).order_desk
    with pytest.raises(UserError) as not_extended:
        desk.extend_virtual_number(VIRTUAL_ORDER, 0)
    with pytest.raises(UserError) as not_renewed:
        desk.new_virtual_number(VIRTUAL_ORDER)
    assert str(not_extended.value.remedy)
    assert str(not_renewed.value.remedy)
