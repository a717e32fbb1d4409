"""getaftersaleorder in our words, and the desk over real HTTP."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.domain.after_sales import AfterSaleCase, AfterSaleGoods, AfterSaleKind, AfterSaleStage
from app.shops.wechat import wire_after_sales
from app.shops.wechat.after_sale_mapping import case_of, stage_of
from app.shops.wechat.codes import MEANINGS
from app.shops.wechat.payloads import picture_kind, picture_size
from app.shops.wechat.wire import read

SAMPLES = Path(__file__).parents[2] / "data" / "wechat"
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def told(name: str) -> dict[str, Any]:
    sample = json.loads((SAMPLES / f"aftersale_get_{name}.json").read_text(encoding="utf-8"))
    order: dict[str, Any] = sample["response"]["after_sale_order"]
    return order


def case(order: dict[str, Any]) -> AfterSaleCase:
    found = read(wire_after_sales.CaseAnswer, {"after_sale_order": order})
    return case_of(found.after_sale_order, order, NOW)


def test_a_refund_before_shipping() -> None:
    found = case(told("refund_before_ship"))
    assert (found.kind, found.stage) == (AfterSaleKind.REFUND, AfterSaleStage.ASKED)
    assert (found.amount_fen, found.order_id) == (2900, "3732000000000000103")
    assert found.goods == (AfterSaleGoods("10000154828333", "3616331801", "BAG-01", 1),)
    assert found.deadline_at == datetime.fromtimestamp(1767357600, UTC)
    assert found.affects_goods


def test_a_refund_agreed_in_seconds_takes_its_gift_along() -> None:
    found = case(told("refund_done"))
    assert (found.stage, found.refund_reason, found.open) == (AfterSaleStage.REFUNDED, 4, False)
    assert found.goods[1] == AfterSaleGoods(
        "10000154828444", "3616331901", "STICKER-1", 1, gift=True
    )


def test_an_exchange_names_what_goes_and_what_comes() -> None:
    found = case(told("exchange"))
    assert (found.kind, found.stage) == (AfterSaleKind.EXCHANGE, AfterSaleStage.RETURNED)
    assert [g.sku_code for g in found.goods] == ["TEE-WHT-M"]
    assert (found.new_sku_id, found.new_sku_code) == ("3616331702", "TEE-BLK-L")
    assert found.return_number == "YT0000000000003"


def test_the_documents_name_for_the_pieces_of_an_exchange_is_read_too() -> None:
    order = told("exchange")
    exchange = order["exchange_product_info"]
    exchange["product_count"] = exchange.pop("product_cnt") + 2
    assert case(order).goods[0].quantity == 3


def test_a_return_that_is_on_its_way_waits_to_be_looked_at() -> None:
    found = case(told("return_waiting_receipt"))
    assert (found.kind, found.stage) == (AfterSaleKind.RETURN, AfterSaleStage.RETURNED)
    assert (found.words, found.media, found.buyer_has_goods) == ("颜色不喜欢", ("MEDIAID1",), True)


# trap 35
def test_a_price_difference_looks_like_a_refund_and_touches_no_goods() -> None:
    found = case(told("price_diff"))
    assert (found.kind, found.price_difference) == (AfterSaleKind.REFUND, True)
    assert not found.affects_goods


def test_a_negotiation_waits_for_the_buyer() -> None:
    assert case(told("negotiation")).stage is AfterSaleStage.WAIT_BUYER


@pytest.mark.parametrize(
    ("deadline", "expected"),
    [
        (7200, NOW + timedelta(hours=2)),
        (1767357600, datetime.fromtimestamp(1767357600, UTC)),
        ("7200", NOW + timedelta(hours=2)),
        (0, None),
        (None, None),
    ],
)
def test_a_deadline_is_a_time_or_what_is_left_of_it(
    deadline: object, expected: datetime | None
) -> None:
    assert case(told("refund_before_ship") | {"deadline": deadline}).deadline_at == expected


@pytest.mark.parametrize(
    ("status", "kind", "number", "stage"),
    [
        ("MERCHANT_PROCESSING", "RESHIP", "", AfterSaleStage.SHIP_EXCHANGE),
        ("MERCHANT_WAIT_RECEIPT", "EXCHANGE", "", AfterSaleStage.SHIP_EXCHANGE),
        ("MERCHANT_OVERDUE_REFUND", "RETURN", "YT1", AfterSaleStage.RETURNED),
        ("MERCHANT_OVERDUE_REFUND", "REFUND", "", AfterSaleStage.ASKED),
        ("PLATFORM_REFUND_FAIL", "REFUND", "", AfterSaleStage.PAY_OUTSIDE),
        ("PLATFORM_REFUNDING", "REFUND", "", AfterSaleStage.PLATFORM),
        ("WAIT_PACKAGE_INTERCEPT", "REFUND", "", AfterSaleStage.PLATFORM),
        ("USER_WAIT_RECEIPT", "EXCHANGE", "", AfterSaleStage.WAIT_BUYER),
        ("MERCHANT_EXCHANGE_SUCCESS", "EXCHANGE", "", AfterSaleStage.EXCHANGED),
        ("USER_CANCELD", "REFUND", "", AfterSaleStage.NOTHING),
        ("RETURN_CLOSED", "RETURN", "", AfterSaleStage.NOTHING),
        ("MERCHANT_REJECT_RESHIP", "RESHIP", "", AfterSaleStage.NOTHING),
        ("A_NEW_ONE", "REFUND", "", AfterSaleStage.UNKNOWN),
        ("", "", "", AfterSaleStage.UNKNOWN),
    ],
)
def test_every_status_says_whose_turn_it_is(
    status: str, kind: str, number: str, stage: AfterSaleStage
) -> None:
    order = told("refund_before_ship") | {"status": status, "type": kind}
    order["return_info"] = {"waybill_id": number}
    found = case(order)
    assert found.stage is stage
    assert found.open is (not stage.ended)


def test_a_failed_refund_that_is_proven_is_the_platforms_turn() -> None:
    order = told("refund_before_ship") | {"status": "PLATFORM_REFUND_FAIL"}
    order["merchant_upload_info"] = {"refund_certificates": ["M1"]}
    found = read(wire_after_sales.CaseAnswer, {"after_sale_order": order}).after_sale_order
    assert stage_of(found, AfterSaleKind.REFUND) is AfterSaleStage.PLATFORM


def test_what_is_kept_names_no_person() -> None:
    order = told("exchange")
    order["details"]["tel_number"] = "18300002807"
    order["virtual_tel_num_info"] = {"virtual_tel_number": "13212345774-1234"}
    kept = case(order).raw
    assert "MERCHANT_WAIT_RECEIPT" in kept
    for hidden in ("林**", "2807", "13212345774", "罗源县", order["openid"]):
        assert hidden not in kept


@pytest.mark.parametrize("name", ["reason_list", "reject_reason_list"])
def test_the_list_of_reasons_has_two_names(name: str) -> None:
    entry = {"reject_reason_type": 4, "reject_reason_type_text": "已发货", "reject_scene": 1}
    (found,) = read(wire_after_sales.ReasonsAnswer, {name: [entry]}).reasons()
    assert (found.reject_reason_type, found.reject_scene) == (4, 1)


@pytest.mark.parametrize(
    "code",
    [
        10020000,
        10020001,
        10020004,
        10021041,
        10021043,
        10021044,
        10021045,
        10021046,
        10021050,
        10021057,
        10021059,
        10020261,
        9700224,
    ],
)
def test_every_code_of_after_sales_has_a_sentence_and_a_remedy(code: int) -> None:
    known = MEANINGS[code]
    assert str(known.message)
    assert str(known.remedy)


@pytest.mark.parametrize(
    ("content", "kind", "size"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x03\x00\x00\x00\x02", "png", (3, 2)),
        (b"GIF89a\x03\x00\x02\x00", "gif", (3, 2)),
        (b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x0b\x08\x00\x02\x00\x03", "jpeg", (3, 2)),
        (b"\xff\xd8\xff\xe0", "jpeg", (0, 0)),
        (b"%PDF-1.7", "", (0, 0)),
    ],
)
def test_pictures_tell_their_kind_and_size(
    content: bytes, kind: str, size: tuple[int, int]
) -> None:
    assert picture_kind(content) == kind
    assert picture_size(content) == size
