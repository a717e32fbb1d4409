"""Orders that a right program holds, and orders that are not ours to pack."""

from __future__ import annotations

from app.domain.states import HoldCode
from app.simulators.ground import OUT_OF_RANGE
from app.simulators.order_desk import DAY_S, HOUR_S, Draft, OrderDesk
from app.simulators.order_shape import Json, address_json, after_sale_json, digest
from app.simulators.people import ISLAND
from app.simulators.seed_orders import OrderKind, OutOfFlow, SeedOrder
from app.simulators.shipping_orders import make_gift


def tea_shop_orders(desk: OrderDesk) -> list[SeedOrder]:
    """What must not leave the shop whose labels come from the platform."""
    return [
        _presale_wait(desk),
        _gift_pending(desk),
        _greeting_card(desk),
        _inspection(desk),
        _dropship(desk),
        _address_change(desk),
        _refund_open(desk, ("TB-MH200", 1), ("ZL-L", 1)),
        _unmapped(desk, ("SYCQ-YD-02", 1), ("CP-60", 1)),
        _short(desk),
        _unshippable(desk, ("GM-900", 1)),
        _same_city(desk),
        _virtual_goods(desk),
        _cancelled(desk),
        _shipped(desk),
    ]


def ware_shop_orders(desk: OrderDesk) -> list[SeedOrder]:
    """What must not leave the shop whose labels come from the carriers."""
    return [
        _made_to_order(desk),
        _sku_change(desk),
        _serials(desk),
        _refund_open(desk, ("XX-XS", 1), ("BJ-A5", 1)),
        _unmapped(desk, ("CXTZ-14", 1), ("KZ-5", 1)),
        _unshippable(desk, ("HP-22", 1)),
    ]


def _presale_wait(desk: OrderDesk) -> SeedOrder:
    draft = desk.buy(("QL-300", 1), hours_ago=20, deadline_hours=9 * 24)
    draft.lines[0]["sku_deliver_info"] = {
        "stock_type": 1,
        "predict_delivery_time": str(desk.now_s + 7 * DAY_S),
        "full_payment_presale_delivery_type": 1,
    }
    return desk.seal(draft, OrderKind.PRESALE_WAIT, HoldCode.PRESALE)


def _gift_pending(desk: OrderDesk) -> SeedOrder:
    """Paid, but nobody has accepted it yet: there is no address."""
    draft = desk.buy(("ZG-6", 1), hours_ago=1)
    make_gift(draft, "生日快乐")
    address = draft.delivery["address_info"]
    for key, value in address.items():
        if isinstance(value, str):
            address[key] = ""
    draft.order["status"] = 12
    draft.person = None
    return desk.seal(draft, OrderKind.GIFT_PENDING, HoldCode.GIFT_PENDING)


def _greeting_card(desk: OrderDesk) -> SeedOrder:
    draft = desk.buy(("ZG-6", 1), ("LJ-100G", 1), hours_ago=15)
    make_gift(draft, "新年快乐")
    draft.order["order_detail"]["greeting_card_info"] = {
        "giver_name": "小王",
        "receiver_name": "小李",
        "greeting_message": "新年快乐，身体健康！",
    }
    return desk.seal(draft, OrderKind.GREETING_CARD, HoldCode.SPECIAL)


def _made_to_order(desk: OrderDesk) -> SeedOrder:
    draft = desk.buy(("FB-BS", 1), hours_ago=17)
    draft.order["order_detail"]["custom_info"] = {
        "custom_type": 1,
        "custom_img_url": "",
        "custom_preview_img_url": "",
        "custom_word": "岁岁平安",
    }
    return desk.seal(draft, OrderKind.MADE_TO_ORDER, HoldCode.SPECIAL)


def _inspection(desk: OrderDesk) -> SeedOrder:
    draft = desk.buy(("LJ-250G", 1), hours_ago=12)
    draft.delivery["quality_inspect_type"] = 1
    draft.delivery["quality_inspect_info"] = {"inspect_status": 0}
    return desk.seal(draft, OrderKind.INSPECTION, HoldCode.SPECIAL)


def _dropship(desk: OrderDesk) -> SeedOrder:
    """The second line was given to a supplier, who sends it himself."""
    draft = desk.buy(("CJ-LN3", 1), ("ZL-S", 1), hours_ago=11)
    draft.delivery["dropship_flag"] = 2
    draft.lines[1]["dropship_info"] = {"ds_order_id": f"4429{draft.order['order_id'][-15:]}"}
    desk.push(draft, 14, desk.now_s - 10 * HOUR_S)
    return desk.seal(draft, OrderKind.DROPSHIP, HoldCode.SPECIAL)


def _address_change(desk: OrderDesk) -> SeedOrder:
    draft = desk.buy(("FM-500", 2), hours_ago=9)
    at_s = desk.now_s - HOUR_S
    draft.delivery["address_under_review"] = address_json(
        desk.crowd.person(), draft.order["openid"]
    )
    draft.delivery["address_apply_time"] = at_s
    draft.touch(at_s)
    desk.push(draft, 4, at_s)
    return desk.seal(draft, OrderKind.ADDRESS_CHANGE, HoldCode.ADDRESS_CHANGE)


def _sku_change(desk: OrderDesk) -> SeedOrder:
    draft = desk.buy(("TX-BM", 1), hours_ago=7)
    line = draft.lines[0]
    at_s = desk.now_s - HOUR_S
    line["change_sku_info"] = {
        "preshipment_change_sku_state": 3,
        "old_sku_id": line["sku_id"],
        "new_sku_id": desk.listing("TX-BL").sku_id,
        "ddl_time_stamp": desk.now_s + 23 * HOUR_S,
    }
    draft.touch(at_s)
    desk.push(draft, 9, at_s)
    return desk.seal(draft, OrderKind.SKU_CHANGE, HoldCode.SKU_CHANGE)


def _serials(desk: OrderDesk) -> SeedOrder:
    """The state pays a part, and wants to know which piece was sent."""
    draft = desk.buy(("DT-30", 1), hours_ago=8)
    line, prices = draft.lines[0], draft.order["order_detail"]["price_info"]
    subsidy_fen = line["sale_price"] * 15 // 100
    for place in (line, prices):
        place["national_subsidy_discounted_price"] = subsidy_fen
    line["real_price"] -= subsidy_fen
    line["estimate_price"] -= subsidy_fen
    prices["order_price"] -= subsidy_fen
    prices["estimate_product_price"] -= subsidy_fen
    return desk.seal(draft, OrderKind.SERIALS, HoldCode.SPECIAL)


def _refund_open(desk: OrderDesk, kept: tuple[str, int], unwanted: tuple[str, int]) -> SeedOrder:
    """The second line is asked back; the shop would refuse to hear of the first one too."""
    draft = desk.buy(kept, unwanted, hours_ago=21)
    line, at_s = draft.lines[1], desk.now_s - 2 * HOUR_S
    line["on_aftersale_sku_cnt"] = unwanted[1]
    after_sale = _after_sale(desk, draft, line, unwanted[1], at_s)
    draft.order["aftersale_detail"] = {
        "aftersale_order_list": [
            {"aftersale_order_id": after_sale["after_sale_order_id"], "status": 2}
        ],
        "on_aftersale_order_cnt": 1,
    }
    draft.touch(at_s)
    return desk.seal(draft, OrderKind.REFUND_OPEN, HoldCode.REFUND)


def _unmapped(desk: OrderDesk, unknown: tuple[str, int], known: tuple[str, int]) -> SeedOrder:
    draft = desk.buy(unknown, known, hours_ago=6)
    return desk.seal(draft, OrderKind.UNMAPPED, HoldCode.UNMAPPED)


def _short(desk: OrderDesk) -> SeedOrder:
    """Three are wanted, two are on the shelf."""
    return desk.seal(desk.buy(("XH-150", 3), hours_ago=19), OrderKind.SHORT, HoldCode.SHORT)


def _unshippable(desk: OrderDesk, pick: tuple[str, int]) -> SeedOrder:
    """Only the carrier knows that it does not go there, and says so when it is asked."""
    person = desk.crowd.person(ISLAND, detail=f"示例岛示例路 1 号（{OUT_OF_RANGE}）")
    draft = desk.buy(pick, hours_ago=13, person=person)
    return desk.seal(draft, OrderKind.UNSHIPPABLE, HoldCode.OUT_OF_RANGE)


def _same_city(desk: OrderDesk) -> SeedOrder:
    draft = desk.buy(("GM-900", 2), hours_ago=0.5, deadline_hours=4)
    draft.order["is_flash_sale_order"] = True
    draft.order["intra_city_order_info"] = {
        "shop_id": "5000000000001",
        "predict_arrive_time_type": 0,
        "predict_arrive_start_time": desk.now_s + HOUR_S,
        "predict_arrive_end_time": desk.now_s + 2 * HOUR_S,
    }
    for line in draft.lines:
        line["is_flash_sale"] = True
    return desk.seal(draft, OrderKind.SAME_CITY, out_of_flow=OutOfFlow.SAME_CITY)


def _virtual_goods(desk: OrderDesk) -> SeedOrder:
    """A membership card: a phone number, no place to send anything."""
    draft = desk.buy(("VIP-90", 1), hours_ago=2.5)
    address = draft.delivery["address_info"]
    for key in ("user_name", "postal_code", "province_name", "city_name", "county_name"):
        address[key] = ""
    phone = address["tel_number"]
    address.update(
        detail_info="",
        tel_number="",
        virtual_order_tel_number=phone,
        hash_code=digest(draft.order["openid"], phone),
    )
    draft.delivery["deliver_method"] = 1
    return desk.seal(draft, OrderKind.VIRTUAL_GOODS, out_of_flow=OutOfFlow.VIRTUAL)


def _cancelled(desk: OrderDesk) -> SeedOrder:
    """Everything was refunded before anything was sent."""
    draft = desk.buy(("CJ-LN1", 2), hours_ago=28)
    line, at_s = draft.lines[0], desk.now_s - 25 * HOUR_S
    line["finish_aftersale_sku_cnt"] = 2
    after_sale = _after_sale(desk, draft, line, 2, at_s)
    after_sale["status"] = "MERCHANT_REFUND_SUCCESS"
    after_sale["refund_info"]["refund_reason"] = 4
    after_sale["complete_time"] = at_s + 30
    draft.order["aftersale_detail"]["aftersale_order_list"] = [
        {"aftersale_order_id": after_sale["after_sale_order_id"], "status": 13}
    ]
    draft.order["status"] = 250
    draft.touch(at_s + 30)
    return desk.seal(draft, OrderKind.CANCELLED, out_of_flow=OutOfFlow.CANCELLED)


def _shipped(desk: OrderDesk) -> SeedOrder:
    """Sent in the shop's own back office before this program came."""
    draft = desk.buy(("ZA-100-X3", 1), hours_ago=40)
    line, at_s = draft.lines[0], desk.now_s - 30 * HOUR_S
    draft.order["status"] = 30
    draft.delivery["delivery_product_info"] = [
        {
            "waybill_id": "SF0000000000022",
            "delivery_id": "SF",
            "delivery_name": "顺丰速运",
            "delivery_time": at_s,
            "deliver_type": 1,
            "product_infos": [
                {"product_id": line["product_id"], "sku_id": line["sku_id"], "product_cnt": 1}
            ],
        }
    ]
    draft.delivery["ship_done_time"] = at_s
    draft.touch(at_s)
    return desk.seal(draft, OrderKind.SHIPPED, out_of_flow=OutOfFlow.SHIPPED)


def _after_sale(desk: OrderDesk, draft: Draft, line: Json, pieces: int, at_s: int) -> Json:
    after_sale = after_sale_json(
        draft.order, line, desk.numbers.after_sale_id(draft.order["order_id"]), pieces, at_s
    )
    draft.after_sales.append(after_sale)
    return after_sale
