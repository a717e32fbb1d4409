"""Telling the shop that a parcel has left: what is sent, and what each answer leaves certain."""

from __future__ import annotations

from typing import Any

import pytest

from app.domain.orders import ReportedParcel
from app.domain.text import T
from app.net.transport import CallNotSentError, CallUnclearError, Response
from app.ports import (
    Reported,
    ReportLater,
    ReportOutcome,
    ReportRefused,
    ReportUnclear,
    ShipmentReport,
)
from app.shops.wechat.client import TOKEN_PATH
from app.shops.wechat.deliveries import SEND_PATH
from app.shops.wechat.shop import ORDER_PATH
from tests.shops.wechat.recording import (
    ORDER_ID,
    RecordingTransport,
    html,
    refused,
    sample,
    shop,
    token,
)
from tests.support.clock import FakeClock

OK = {"errcode": 0, "errmsg": "ok"}
LINE = ("10000154828123", "3616331648", 1)
REPORT = ShipmentReport(ORDER_ID, "SF", "SF0000000000001", (LINE,))


def report(transport: RecordingTransport, clock: FakeClock, answer: Any) -> ReportOutcome:
    transport.script(SEND_PATH, answer)
    return shop(transport, clock).report_shipped(REPORT)


def test_report_is_sent_as_in_the_platforms_own_sample(
    transport: RecordingTransport, clock: FakeClock
) -> None:
    assert report(transport, clock, OK) == Reported()
    assert transport.bodies(SEND_PATH) == [sample("delivery_send")["whole_order"]["request"]]


def test_part_of_an_order_names_only_what_is_in_this_parcel(
    transport: RecordingTransport, clock: FakeClock
) -> None:
    transport.script(SEND_PATH, OK)
    wanted = sample("delivery_send")["partial_only"]["request"]
    part = ShipmentReport(
        wanted["order_id"],
        "zto",  # our own code of the carrier will do too
        "78900000000001",
        (("10000154828200", "3616331701", 1), ("10000154828200", "3616331701", 1)),
    )
    shop(transport, clock).report_shipped(part)
    assert transport.bodies(SEND_PATH) == [wanted]


def test_each_field_of_a_report_has_the_type_the_platform_takes(
    transport: RecordingTransport, clock: FakeClock
) -> None:
    report(transport, clock, OK)
    (body,) = transport.bodies(SEND_PATH)
    (parcel,) = body["delivery_list"]
    (goods,) = parcel["product_infos"]
    assert type(body["order_id"]) is str
    assert {name: type(value) for name, value in parcel.items()} == {
        "delivery_id": str,
        "waybill_id": str,
        "deliver_type": int,
        "product_infos": list,
    }
    assert {name: type(value) for name, value in goods.items()} == {
        "product_id": str,
        "sku_id": str,
        "product_cnt": int,
    }


@pytest.mark.parametrize(
    ("code", "reread"),
    [
        (108009, True),
        (109002, False),
        (109205, False),
        (100002, True),
        (606003, False),
        (606004, False),
        (606005, False),
        (606008, False),
        (606030, False),
        (606031, True),
        (606034, False),
        (47001, False),
        (606999, True),  # undocumented: the order shows what it was
    ],
)
def test_final_refusals(
    transport: RecordingTransport, clock: FakeClock, code: int, reread: bool
) -> None:
    got = report(transport, clock, refused(code))
    assert isinstance(got, ReportRefused)
    assert got.reread is reread
    assert got.problem.code == str(code)
    assert got.problem.reference == "6683b36e-5be86892-04872704"
    assert str(got.problem.message)
    assert str(got.problem.remedy)
    assert len(transport.calls(SEND_PATH)) == 1


@pytest.mark.parametrize(
    "answer",
    [
        refused(-1),  # says nothing about the effect
        html(502),
        html(200),
        Response(200, {}, b'{"errcode":0'),
        Response(500, {}, b""),
        CallUnclearError(T("{host} did not answer in time.", host="h")),
    ],
    ids=["-1", "502", "html", "cut off", "500", "time-out"],
)
def test_what_may_have_taken_effect_is_read_back_and_never_repeated(
    transport: RecordingTransport, clock: FakeClock, answer: Any
) -> None:
    got = report(transport, clock, answer)
    assert isinstance(got, ReportUnclear)
    assert str(got.reason)
    assert len(transport.calls(SEND_PATH)) == 1
    assert clock.sleeps == []


def on_file(*parcels: tuple[str, str, int]) -> dict[str, Any]:
    """The order with parcels of its one line: number, SKU, pieces."""
    answer: dict[str, Any] = sample("order_get_single")["response"]
    answer["order"]["order_detail"]["delivery_info"]["delivery_product_info"] = [
        {
            "waybill_id": number,
            "delivery_id": "SF",
            "product_infos": [{"product_id": LINE[0], "sku_id": sku, "product_cnt": count}],
        }
        for number, sku, count in parcels
    ]
    return answer


@pytest.mark.parametrize("code", [109000, 109001])
def test_already_sent_is_success_when_our_number_is_on_file(
    transport: RecordingTransport, clock: FakeClock, code: int
) -> None:
    transport.script(ORDER_PATH, on_file((REPORT.number, LINE[1], 1)))
    assert report(transport, clock, refused(code)) == Reported()


@pytest.mark.parametrize(
    ("code", "parcels"),
    [
        (109000, ()),  # refunded meanwhile, or another number of pieces
        (109000, (("SF0000000000009", LINE[1], 1),)),
        (109001, (("SF0000000000009", LINE[1], 1),)),
        (109001, ((REPORT.number, "another", 1),)),
    ],
)
def test_already_sent_with_another_number_is_refused_and_the_order_read_again(
    transport: RecordingTransport,
    clock: FakeClock,
    code: int,
    parcels: tuple[tuple[str, str, int], ...],
) -> None:
    transport.script(ORDER_PATH, on_file(*parcels))
    got = report(transport, clock, refused(code))
    assert isinstance(got, ReportRefused)
    assert got.reread
    assert got.problem.code == str(code)


@pytest.mark.parametrize("code", [109000, 109001])
def test_already_sent_that_cannot_be_read_back_stays_unclear(
    transport: RecordingTransport, clock: FakeClock, code: int
) -> None:
    transport.script(ORDER_PATH, html(502))
    assert isinstance(report(transport, clock, refused(code)), ReportUnclear)


def test_shipped_order_without_any_parcel_on_file_is_read_again_later(
    transport: RecordingTransport, clock: FakeClock
) -> None:
    transport.script(ORDER_PATH, on_file())
    assert isinstance(report(transport, clock, refused(109001)), ReportUnclear)


@pytest.mark.parametrize(
    ("answer", "waits"),
    [
        (refused(100003), True),
        (refused(45009), True),
        (refused(45011), True),
        (CallNotSentError(T("No connection to {host}.", host="h")), False),
        (Response(429, {}, b""), False),
    ],
)
def test_what_had_no_effect_is_sent_again_later(
    transport: RecordingTransport, clock: FakeClock, answer: Any, waits: bool
) -> None:
    got = report(transport, clock, answer)
    assert isinstance(got, ReportLater)
    assert (got.retry_after_s is not None) is waits
    assert len(transport.calls(SEND_PATH)) == 1


@pytest.mark.parametrize("answer", [refused(40164, "invalid ip 203.0.113.9"), refused(48001)])
def test_what_is_wrong_with_the_app_is_no_refusal_of_the_parcel(
    transport: RecordingTransport, clock: FakeClock, answer: dict[str, Any]
) -> None:
    got = report(transport, clock, answer)
    assert isinstance(got, ReportLater)
    assert got.retry_after_s is not None
    assert got.retry_after_s >= 60


def test_gate_of_the_whitelist_says_what_to_do_and_the_report_waits(
    transport: RecordingTransport, clock: FakeClock
) -> None:
    got = report(transport, clock, Response(403, {}, b""))
    assert isinstance(got, ReportLater)
    assert "whitelist" in str(got.reason)


def test_wrong_secret_leaves_the_report_waiting(
    transport: RecordingTransport, clock: FakeClock
) -> None:
    transport.script(TOKEN_PATH, refused(40125))
    got = report(transport, clock, OK)
    assert isinstance(got, ReportLater)
    assert "app_secret" in str(got.reason)
    assert transport.calls(SEND_PATH) == []


def test_report_refused_for_its_token_is_sent_again_because_nothing_happened(
    transport: RecordingTransport, clock: FakeClock
) -> None:
    transport.script(TOKEN_PATH, token("90_a"), token("90_b"))
    transport.script(SEND_PATH, refused(42001), OK)
    assert shop(transport, clock).report_shipped(REPORT) == Reported()
    assert len(transport.calls(SEND_PATH)) == 2


def test_spent_quota_keeps_further_reports_in_the_house(
    transport: RecordingTransport, clock: FakeClock
) -> None:
    transport.script(SEND_PATH, refused(45009), OK)
    connected = shop(transport, clock)
    assert isinstance(connected.report_shipped(REPORT), ReportLater)
    again = connected.report_shipped(REPORT)
    assert isinstance(again, ReportLater)
    assert again.retry_after_s is not None
    assert len(transport.calls(SEND_PATH)) == 1
    clock.advance(again.retry_after_s + 1)
    assert connected.report_shipped(REPORT) == Reported()


def test_parcels_on_file_are_read_back(transport: RecordingTransport, clock: FakeClock) -> None:
    transport.script(ORDER_PATH, sample("order_get_split_shipped")["response"])
    assert shop(transport, clock).reported_parcels("3732000000000000107") == (
        ReportedParcel("ZTO", "78900000000001", (("10000154828200", "3616331701", 2),)),
    )
