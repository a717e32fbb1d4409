"""order/get in our words: the recorded situations, and the oddities reported of the live wire."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from app.domain.address import Address
from app.domain.errors import RetryableError
from app.domain.orders import AfterSale, OrderSnapshot, ReportedParcel
from app.domain.states import Flow, OrderStatus
from app.shops.wechat import mapping, wire
from tests.shops.wechat.recording import HIDDEN, sample, sample_order

SITUATIONS = (
    "address_change_pending",
    "address_changed",
    "cancelled_after_refund",
    "change_sku_pending",
    "gift",
    "multi_sku",
    "partial_refund",
    "presale",
    "shipped",
    "single",
    "split_shipped",
    "virtual_tel",
)


def at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def parsed(order: dict[str, Any]) -> wire.Order:
    return wire.read(wire.OrderAnswer, {"errcode": 0, "order": order}).order


def mapped(order: dict[str, Any], **details: dict[str, Any]) -> OrderSnapshot:
    asked = {
        key: wire.read(wire.AftersaleAnswer, {"after_sale_order": value}).after_sale_order
        for key, value in details.items()
    }
    return mapping.snapshot(parsed(order), json.dumps(order), asked)


def changed(name: str, **changes: Any) -> dict[str, Any]:
    """A recorded order with values at dotted paths replaced (``__`` for a dot, digits index)."""
    order = copy.deepcopy(sample_order(name))
    for path, value in changes.items():
        *parents, last = path.split("__")
        place: Any = order
        for part in parents:
            place = place[int(part)] if part.isdecimal() else place[part]
        place[last] = value
    return order


LINE = "order_detail__product_infos__0__"
DELIVERY = "order_detail__delivery_info__"
ADDRESS = f"{DELIVERY}address_info__"


@pytest.mark.parametrize("name", SITUATIONS)
def test_every_recorded_order_is_mapped_whole(name: str) -> None:
    order = sample_order(name)
    got = mapped(order)
    lines = order["order_detail"]["product_infos"]
    assert got.order_id == order["order_id"]
    assert got.shop_status == str(order["status"])
    assert got.created_at == at(order["create_time"])
    assert got.updated_at == at(order["update_time"])
    assert got.paid_at == at(1767225600)
    assert got.paid_fen == order["order_detail"]["price_info"]["order_price"]
    assert got.freight_fen == order["order_detail"]["price_info"]["freight"]
    assert got.address_hash == order["order_detail"]["delivery_info"]["address_info"]["hash_code"]
    assert got.receiver.masked
    assert got.flow is Flow.PARCEL
    assert [line.line_key for line in got.lines] == [p["product_unique_id"] for p in lines]
    assert [line.quantity for line in got.lines] == [p["sku_cnt"] for p in lines]
    assert [line.sku_code for line in got.lines] == [p["sku_code"] for p in lines]
    assert sum(line.paid_fen for line in got.lines) == got.paid_fen - got.freight_fen
    assert json.loads(got.raw) == order
    assert "林" not in repr(got)


def test_single_order() -> None:
    got = mapped(sample_order("single"))
    assert got.status is OrderStatus.PAID
    assert got.receiver == HIDDEN
    assert got.buyer_note == "请发顺丰"
    assert got.buyer_id == "oAbCdEfGhIjKlMnOpQrStUvWxYz1"
    assert got.label_code.startswith("ofDEMO")
    assert got.deadline_at == at(1767398403)
    assert [got.is_gift, got.quality_inspection, got.serials_wanted] == [False] * 3
    assert got.after_sales == ()
    assert (got.greeting, got.custom_work, got.pending_address) == ("", "", None)
    (line,) = got.lines
    assert (line.product_id, line.sku_id) == ("10000154828123", "3616331648")
    assert (line.title, line.spec) == ("无线控制器", "浪漫粉 无配件")
    assert (line.unit_price_fen, line.paid_fen) == (39800, 38800)
    assert line.image_url.startswith("https://")
    assert line.to_ship == 1


def test_lines_of_one_product_stay_apart_and_the_gift_ships_too() -> None:
    got = mapped(sample_order("multi_sku"))
    assert [(line.sku_id, line.quantity) for line in got.lines] == [
        ("3616331701", 2),
        ("3616331702", 1),
        ("3616331801", 1),
        ("3616331901", 1),
    ]
    assert [line.is_free_gift for line in got.lines] == [False, False, False, True]
    assert (got.freight_fen, got.paid_fen) == (600, 21200)
    assert (got.buyer_note, got.merchant_note) == ("黑色那件请分开包", "老客")


def test_refunded_pieces_shrink_the_line_and_open_ones_hold_the_order() -> None:
    got = mapped(sample_order("partial_refund"))
    shirt, bag = got.lines
    assert (shirt.refunded_quantity, shirt.refunding_quantity, shirt.to_ship) == (1, 0, 1)
    assert (bag.refunded_quantity, bag.refunding_quantity, bag.to_ship) == (0, 1, 1)
    assert got.after_sales == (
        AfterSale("2000000000006680", "MERCHANT_REFUND_SUCCESS", False, True),
        AfterSale("2000000000006699", "MERCHANT_PROCESSING", True, True),
    )
    assert got.has_open_after_sale


# trap 12
def test_presale_keeps_its_own_times() -> None:
    (line,) = mapped(sample_order("presale")).lines
    assert line.presale
    assert line.predicted_at == at(1768435200)
    assert line.deadline_at == at(1768521599)
    as_number = changed("presale", **{f"{LINE}sku_deliver_info__predict_delivery_time": 1768435200})
    assert mapped(as_number).lines[0].predicted_at == at(1768435200)


def test_gift_belongs_to_its_recipient_and_carries_its_card() -> None:
    got = mapped(sample_order("gift"))
    assert got.is_gift
    assert got.greeting == "小李\n新年快乐\n小王"
    assert got.status is OrderStatus.PAID


def test_requested_address_is_pending_and_not_in_force() -> None:
    got = mapped(sample_order("address_change_pending"))
    assert got.receiver.district == "罗源县"
    assert got.address_hash == "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
    assert got.pending_address is not None
    assert got.pending_address.district == "仓山区"
    assert got.pending_address_hash == "a11f0c9d51f04b7bb2cf3d1f1b9a77aa"


def test_address_change_in_force_shows_in_the_hash() -> None:
    before = mapped(sample_order("address_change_pending"))
    after = mapped(sample_order("address_changed"))
    assert after.pending_address is None
    assert after.address_hash == before.pending_address_hash != before.address_hash


def test_variant_change_waits_only_while_the_merchant_has_not_answered() -> None:
    (line,) = mapped(sample_order("change_sku_pending")).lines
    assert line.sku_change_pending
    assert (line.sku_id, line.new_sku_id) == ("3616331701", "3616331702")
    for state in (4, 5, 6, 7, 99):
        path = f"{LINE}change_sku_info__preshipment_change_sku_state"
        (line,) = mapped(changed("change_sku_pending", **{path: state})).lines
        assert (line.sku_change_pending, line.new_sku_id) == (False, "")


# trap 8
def test_what_left_is_counted_and_read_back() -> None:
    got = mapped(sample_order("split_shipped"))
    assert got.status is OrderStatus.PARTLY_SHIPPED
    shirt, bag = got.lines
    assert (shirt.shipped_quantity, shirt.to_ship) == (2, 0)
    assert (bag.shipped_quantity, bag.to_ship) == (0, 1)
    assert got.reported == (
        ReportedParcel("ZTO", "78900000000001", (("10000154828200", "3616331701", 2),)),
    )
    whole = mapped(sample_order("shipped"))
    assert whole.status is OrderStatus.SHIPPED
    assert [line.to_ship for line in whole.lines] == [0]


def test_virtual_number_is_shown_with_its_extension() -> None:
    got = mapped(sample_order("virtual_tel"))
    assert got.uses_virtual_number
    assert (got.receiver.phone, got.receiver.extension) == ("13212345774", "1234")
    assert got.receiver.masked


# trap 18
def test_virtual_number_may_arrive_later_than_the_order() -> None:
    path = f"{ADDRESS}tel_number_ext_info__virtual_tel_number"
    got = mapped(changed("virtual_tel", **{path: ""}))
    assert got.uses_virtual_number
    assert (got.receiver.phone, got.receiver.extension) == ("183****2807", "")


@pytest.mark.parametrize(
    ("number", "parts"),
    [
        ("13212345774-1234", ("13212345774", "1234")),
        ("13212345774", ("13212345774", "")),
        ("0571-87654321", ("0571-87654321", "")),
        ("0571-87654321-77", ("0571-87654321", "77")),
        ("", ("", "")),
    ],
)
def test_extension_is_told_from_an_area_code(number: str, parts: tuple[str, str]) -> None:
    assert mapping.split_virtual(number) == parts


# trap 5
@pytest.mark.parametrize(
    ("number", "status"),
    [
        (10, OrderStatus.UNPAID),
        (12, OrderStatus.GIFT_PENDING),
        (13, OrderStatus.GROUPING),
        (20, OrderStatus.PAID),
        (21, OrderStatus.PARTLY_SHIPPED),
        (30, OrderStatus.SHIPPED),
        (100, OrderStatus.DONE),
        (190, OrderStatus.CANCELLED),
        (200, OrderStatus.CANCELLED),
        (250, OrderStatus.CANCELLED),
        (60, OrderStatus.UNKNOWN),
        ("20", OrderStatus.PAID),
    ],
)
def test_status_numbers(number: object, status: OrderStatus) -> None:
    assert mapped(changed("single", status=number)).status is status


# trap 7
def test_cancelled_order_was_paid_when_payment_or_after_sales_say_so() -> None:
    assert mapped(sample_order("cancelled_after_refund")).paid_at == at(1767225600)
    pay = "order_detail__pay_info"
    never_paid = changed("single", status=250, **{pay: {"prepay_time": 1767225482}})
    assert mapped(never_paid).paid_at is None
    no_time = {"prepay_time": 1767225482, "pay_time": 0}
    refunded = changed("cancelled_after_refund", **{pay: no_time})
    assert mapped(refunded).paid_at == at(1767225482)
    with_transaction = changed("single", status=250, **{pay: {**no_time, "transaction_id": "42"}})
    assert mapped(with_transaction).paid_at == at(1767225482)


def test_order_to_be_paid_later_is_to_be_sent_all_the_same() -> None:
    pay = {"payment_method": 2, "prepay_time": 1767225482, "pay_time": 0}
    got = mapped(changed("single", order_detail__pay_info=pay))
    assert got.paid_at == at(1767225482)


def test_unpaid_order_has_no_payment_time() -> None:
    pay = {"payment_method": 1, "prepay_time": 1767225482, "pay_time": 0}
    assert mapped(changed("single", status=10, order_detail__pay_info=pay)).paid_at is None


@pytest.mark.parametrize(
    ("changes", "flow"),
    [
        ({f"{DELIVERY}deliver_method": 1}, Flow.VIRTUAL),
        ({f"{DELIVERY}deliver_method": 3}, Flow.VIRTUAL),
        ({"is_flash_sale_order": True}, Flow.SAME_CITY),
        ({"intra_city_order_info": {"shop_id": "1"}}, Flow.SAME_CITY),
        ({"intra_city_order_info": {}}, Flow.PARCEL),
        ({f"{LINE}voucher_list": [{"id": 1}], f"{DELIVERY}address_info": {}}, Flow.PICKUP),
        ({f"{LINE}voucher_list": [{"id": 1}]}, Flow.PARCEL),
    ],
)
def test_what_is_no_parcel_stays_out_of_the_flow(changes: dict[str, Any], flow: Flow) -> None:
    assert mapped(changed("single", **changes)).flow is flow


# trap 13
@pytest.mark.parametrize(
    ("value", "flag"),
    [(True, True), (1, True), ("1", True), (False, False), (0, False), (7, False), ([], False)],
)
def test_free_gift_flag_comes_as_bool_or_number(value: object, flag: bool) -> None:
    assert mapped(changed("single", **{f"{LINE}is_free_gift": value})).lines[0].is_free_gift is flag


def test_ids_as_numbers_become_text_without_loss() -> None:
    order = changed(
        "single",
        order_id=3732000000000000101,
        **{f"{LINE}product_id": 10000154828123, f"{LINE}sku_id": 9223372036854775807},
    )
    got = mapped(order)
    assert got.order_id == "3732000000000000101"
    assert (got.lines[0].product_id, got.lines[0].sku_id) == (
        "10000154828123",
        "9223372036854775807",
    )


def test_unknown_fields_and_empty_placeholders_do_no_harm() -> None:
    order = changed(
        "single",
        something_new={"a": [1]},
        order_detail__greeting_card_info="",
        order_detail__ext_info=None,
        intra_city_order_info=[],
        aftersale_detail=None,
        **{
            f"{LINE}change_sku_info": "",
            f"{LINE}dropship_info": [],
            f"{LINE}sku_attrs": None,
            f"{LINE}sku_deliver_info": {"stock_type": 0, "predict_delivery_time": "soon"},
            f"{DELIVERY}delivery_product_info": None,
            f"{DELIVERY}address_under_review": "",
        },
    )
    got = mapped(order)
    assert (got.lines[0].spec, got.lines[0].predicted_at, got.lines[0].dropship) == (
        "",
        None,
        False,
    )
    assert (got.reported, got.after_sales, got.pending_address) == ((), (), None)


@pytest.mark.parametrize(
    "changes",
    [
        {"order_id": ""},
        {"order_detail__product_infos": []},
        {"order_detail__product_infos": None},
        {f"{LINE}sku_cnt": None},
        {f"{LINE}sku_cnt": "two"},
        {f"{LINE}sku_id": ""},
    ],
)
def test_order_without_what_must_be_there_is_refused_and_names_no_values(
    changes: dict[str, Any],
) -> None:
    with pytest.raises(RetryableError) as caught:
        mapped(changed("single", **changes))
    assert caught.value.code == "shop_shape"
    assert "order" in str(caught.value.message)
    assert "two" not in str(caught.value)
    assert "林" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


# trap 9
def test_time_without_deadline_is_the_usual_promise() -> None:
    order = changed("single", **{f"{LINE}delivery_deadline": 0})
    assert mapped(order).deadline_at == at(1767225600 + 48 * 3600)
    presale = changed("presale", **{f"{LINE}delivery_deadline": 0})
    assert mapped(presale).deadline_at is None


def test_deadline_is_that_of_what_is_still_to_be_sent() -> None:
    order = changed("split_shipped", **{f"{LINE}delivery_deadline": 1767300000})
    assert mapped(order).deadline_at == at(1767398403)  # the shirts of line 1 have left


def test_milliseconds_where_seconds_are_due_are_understood() -> None:
    assert mapped(changed("single", update_time=1767225602000)).updated_at == at(1767225602)


def test_two_lines_of_the_same_goods_share_what_was_sent() -> None:
    order = changed("shipped")
    lines = order["order_detail"]["product_infos"]
    lines.append({**lines[0], "is_free_gift": 1})
    first, second = mapped(order).lines
    assert (first.shipped_quantity, second.shipped_quantity) == (1, 0)
    assert first.line_key != second.line_key


def test_compensation_parcel_does_not_ship_more_than_was_ordered() -> None:
    order = changed("shipped")
    sent = order["order_detail"]["delivery_info"]["delivery_product_info"]
    sent.append({**sent[0], "waybill_id": "SF0000000000002"})
    got = mapped(order)
    assert got.lines[0].shipped_quantity == 1
    assert [parcel.number for parcel in got.reported] == ["SF0000000000001", "SF0000000000002"]


def test_goods_of_another_supplier_are_not_ours_to_pack() -> None:
    some = changed("multi_sku", **{f"{LINE}dropship_info": {"ds_order_id": 4429}})
    assert [line.dropship for line in mapped(some).lines] == [True, False, False, False]
    all_of_it = changed("multi_sku", **{f"{DELIVERY}dropship_flag": 3})
    assert all(line.dropship for line in mapped(all_of_it).lines)


@pytest.mark.parametrize(
    ("info", "told"),
    [
        ({"custom_type": 1, "custom_word": "平安"}, "平安"),
        ({"custom_type": 2, "custom_img_url": "https://a/1.png"}, "https://a/1.png"),
        (
            {"custom_type": 2, "custom_img_url": "a", "custom_preview_img_url": "https://b/2.png"},
            "https://b/2.png",
        ),
        ({"custom_type": 3}, "Made to order: see the order in the console."),
        ({"custom_type": 0}, ""),
    ],
)
def test_work_to_order_is_told(info: dict[str, Any], told: str) -> None:
    assert mapped(changed("single", order_detail__custom_info=info)).custom_work == told
    assert mapped(changed("single", **{f"{LINE}custom_info": info})).custom_work == told


def test_card_without_words_is_no_card() -> None:
    card = {"giver_name": "小王", "receiver_name": "小李", "greeting_message": " "}
    assert mapped(changed("gift", order_detail__greeting_card_info=card)).greeting == ""


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (0, "Inspection: still to be entered"),
        (201, "Inspection: failed"),
        (77, "Inspection: step 77"),
    ],
)
def test_how_far_the_inspection_is_comes_along(status: int, told: str) -> None:
    changes: dict[str, Any] = {
        f"{DELIVERY}quality_inspect_type": 1,
        f"{DELIVERY}quality_inspect_info": {"inspect_status": status},
    }
    assert str(mapped(changed("single", **changes)).inspection) == told
    assert mapped(sample_order("single")).inspection is None


def test_requests_of_the_buyer_come_with_their_times() -> None:
    address = mapped(sample_order("address_change_pending"))
    assert address.pending_address_at is not None
    assert mapped(sample_order("address_changed")).pending_address_at is None
    (line,) = mapped(sample_order("change_sku_pending")).lines
    assert line.sku_change_until_at is not None


@pytest.mark.parametrize("kind", [1, 2])
def test_goods_for_inspection_are_marked(kind: int) -> None:
    assert mapped(changed("single", **{f"{DELIVERY}quality_inspect_type": kind})).quality_inspection


@pytest.mark.parametrize(
    "changes",
    [
        {f"{LINE}national_subsidy_discounted_price": 500},
        {f"{LINE}order_product_coupon_info_list": [{"coupon_type": 4}]},
        {f"{LINE}order_product_coupon_info_list": [{"coupon_type": 5}]},
        {"order_detail__price_info__national_subsidy_discounted_price": 1},
    ],
)
def test_goods_subsidised_by_the_state_want_their_serial_numbers(changes: dict[str, Any]) -> None:
    assert mapped(changed("single", **changes)).serials_wanted


def test_changed_freight_replaces_the_first_one() -> None:
    price = {"order_price": 100, "freight": 600, "is_change_freight": True, "change_freight": 0}
    assert mapped(changed("single", order_detail__price_info=price)).freight_fen == 0


# trap 29
def test_unusual_names_stay_as_they_came() -> None:
    got = mapped(changed("single", **{f"{ADDRESS}user_name": "୧**"}))
    assert got.receiver.name == "୧**"


def test_receiver_that_comes_in_clear_is_not_called_masked() -> None:
    clear = {
        f"{ADDRESS}user_name": "林晓",
        f"{ADDRESS}tel_number": "18300002807",
        f"{ADDRESS}detail_info": "示例路1号",
        f"{ADDRESS}house_number": "2单元301",
    }
    assert mapped(changed("single", **clear)).receiver == Address(
        name="林晓",
        phone="18300002807",
        province="福建省",
        city="福州市",
        district="罗源县",
        address="示例路1号2单元301",
    )
    assert mapped(changed("single", **{**clear, f"{ADDRESS}tel_number": ""})).receiver.masked


# After-sales


def aftersales(count: int, *entries: tuple[str, object], pieces: int = 0) -> dict[str, Any]:
    listed = [{"aftersale_order_id": key, "status": status} for key, status in entries]
    detail = {"on_aftersale_order_cnt": count, "aftersale_order_list": listed}
    return changed("single", aftersale_detail=detail, **{f"{LINE}on_aftersale_sku_cnt": pieces})


@pytest.mark.parametrize("status", [2, 6, 8, 12, 15, 16, 17])
def test_open_after_sales(status: int) -> None:
    assert mapped(aftersales(1, ("1", status), pieces=1)).has_open_after_sale


@pytest.mark.parametrize("status", [1, 4, 5, 7, 13, 14, 18, 19])
def test_settled_after_sales(status: int) -> None:
    order = aftersales(0, ("1", status))
    assert not mapped(order).has_open_after_sale
    assert mapping.unclear_status(parsed(order)) == mapping.unclear_kind(parsed(order)) == ()


def test_open_after_sale_without_pieces_is_asked_for() -> None:
    order = aftersales(1, ("1", 13), ("2", 2))
    assert mapping.unclear_kind(parsed(order)) == ("2",)
    assert mapping.unclear_status(parsed(order)) == ()
    assert mapping.unclear_kind(parsed(aftersales(1, ("2", 2), pieces=1))) == ()


def test_difference_in_price_holds_nothing() -> None:
    asked = sample("aftersale_get_price_diff")["response"]["after_sale_order"]
    got = mapped(aftersales(1, ("9", 2)), **{"9": {**asked, "status": "MERCHANT_PROCESSING"}})
    assert got.after_sales == (AfterSale("9", "MERCHANT_PROCESSING", True, False),)
    assert not got.has_open_after_sale


def test_unknown_number_is_asked_for_while_more_is_open_than_known() -> None:
    order = aftersales(1, ("9", 77), pieces=1)
    assert mapping.unclear_status(parsed(order)) == ("9",)
    waiting = {"type": "EXCHANGE", "sub_type": "DEFAULT", "status": "USER_WAIT_RECEIPT"}
    assert mapped(order, **{"9": waiting}).has_open_after_sale
    done = {**waiting, "status": "MERCHANT_EXCHANGE_SUCCESS"}
    assert not mapped(order, **{"9": done}).has_open_after_sale
    settled = aftersales(0, ("9", 77))
    assert mapping.unclear_status(parsed(settled)) == ()
    assert not mapped(settled).has_open_after_sale


@pytest.mark.parametrize(
    ("name", "is_open"),
    [
        ("WAIT_PACKAGE_INTERCEPT", True),
        ("USER_WAIT_CONFIRM_UPDATE", True),
        ("PLATFORM_PROCESSING", True),
        ("SOMETHING_NEW", True),
        ("MERCHANT_REJECT_EXCHANGE", False),
        ("MERCHANT_RETURN_SUCCESS", False),
    ],
)
def test_named_statuses(name: str, is_open: bool) -> None:
    got = mapped(aftersales(1, ("9", 77)), **{"9": {"status": name}})
    assert got.has_open_after_sale is is_open


def test_number_that_the_count_of_open_ones_denies_is_asked_for() -> None:
    order = aftersales(0, ("9", 2))
    assert mapping.unclear_status(parsed(order)) == ("9",)
    done = {"type": "EXCHANGE", "sub_type": "DEFAULT", "status": "MERCHANT_EXCHANGE_SUCCESS"}
    assert not mapped(order, **{"9": done}).has_open_after_sale


def test_what_was_asked_earlier_decides_only_what_never_changes() -> None:
    earlier = {"type": "REFUND", "sub_type": "REFUND_PRICE_DIFF", "status": ""}
    got = mapped(aftersales(1, ("9", 8)), **{"9": earlier})
    assert got.after_sales == (AfterSale("9", "MERCHANT_WAIT_RECEIPT", True, False),)
