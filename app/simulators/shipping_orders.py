"""Orders with something unusual about them that must nevertheless go out."""

from __future__ import annotations

from dataclasses import replace

from app.domain.states import HoldCode
from app.simulators.goods import ListingKind
from app.simulators.order_desk import DAY_S, HOUR_S, Draft, OrderDesk
from app.simulators.order_shape import after_sale_json, digest
from app.simulators.people import (
    FULL_WIDTH_DETAIL,
    LONG_DETAIL,
    QINGDAO,
    SHANGHAI,
    TIBET,
    XINJIANG,
)
from app.simulators.seed_orders import OrderKind, SeedOrder


def tea_shop_orders(desk: OrderDesk) -> list[SeedOrder]:
    """The kinds that go out of the shop whose labels come from the platform."""
    return [
        _coupon(desk),
        _several_with_gift(desk),
        *_same_buyer(desk, ("LJ-100G", 1), ("XG-250", 2)),
        _double(desk, ("LJ-100G-X2", 1)),
        _bundle(desk, ("ZAOCAN-1", 1)),
        _heavy(desk),
        desk.seal(
            desk.buy(("FM-500", 1), hours_ago=9, person=desk.crowd.person(TIBET, "扎西次仁")),
            OrderKind.REMOTE,
        ),
        _virtual_number(desk),
        _note(desk),
        _urged(desk),
        _gift(desk),
        _presale_due(desk),
        _presale_deadline(desk),
        _partly_refunded(desk),
        _price_difference(desk),
        _partly_shipped(desk),
    ]


def ware_shop_orders(desk: OrderDesk) -> list[SeedOrder]:
    """The kinds that go out of the shop whose labels come from the carriers."""
    merchant_note = desk.buy(("XX-GH", 1), hours_ago=6, person=desk.crowd.person(QINGDAO))
    merchant_note.notes["merchant_notes"] = "老客，送一包火柴"
    ili = desk.crowd.person(XINJIANG, "阿依古丽·买买提")
    long = desk.crowd.person(SHANGHAI, "欧阳喆赟", LONG_DETAIL)
    wide = desk.crowd.person(detail=FULL_WIDTH_DETAIL)
    return [
        desk.seal(merchant_note, OrderKind.MERCHANT_NOTE),
        *_same_buyer(desk, ("FW-QH6", 2), ("KZ-5", 1)),
        _double(desk, ("FW-YB6-X4", 1)),
        _bundle(desk, ("YRS-01", 1)),
        desk.seal(desk.buy(("WJ-YM", 1), hours_ago=11, person=ili), OrderKind.REMOTE),
        desk.seal(desk.buy(("CH-350", 1), hours_ago=4, person=long), OrderKind.LONG_ADDRESS),
        desk.seal(desk.buy(("BJ-A5", 3), hours_ago=3, person=wide), OrderKind.FULL_WIDTH),
    ]


def _coupon(desk: OrderDesk) -> SeedOrder:
    return desk.seal(desk.buy(("LJ-250G", 1), hours_ago=2, coupon_fen=1000), OrderKind.COUPON)


def _several_with_gift(desk: OrderDesk) -> SeedOrder:
    """Two SKUs of one product, another, and a gift line that comes free with the first."""
    draft = desk.buy(("TB-YB200", 2), ("TB-MH200", 1), ("LJ-100G", 1), ("SY-GH", 1), hours_ago=1.5)
    main, gift = draft.lines[2], draft.lines[3]
    draft.lines[0]["is_free_gift"] = False
    gift["is_free_gift"] = True
    gift["free_gift_info"] = {
        "main_product_list": [
            {
                "product_id": main["product_id"],
                "sku_id": main["sku_id"],
                "task_id": "234",
                "gift_cnt": 1,
            }
        ]
    }
    draft.notes["customer_notes"] = "送人的，麻烦不要放价格单，谢谢！"
    return desk.seal(draft, OrderKind.MULTI_GIFT)


def _same_buyer(
    desk: OrderDesk, first: tuple[str, int], second: tuple[str, int]
) -> list[SeedOrder]:
    """Two orders of one buyer for one address, minutes apart."""
    person = desk.crowd.person()
    openid = f"oDemo{digest(desk.shop, person.tel_number)[:23]}"
    return [
        desk.seal(
            desk.buy(pick, hours_ago=hours, person=person, openid=openid),
            OrderKind.SAME_BUYER,
            merge_key=openid,
        )
        for pick, hours in ((first, 3.2), (second, 3.0))
    ]


def _double(desk: OrderDesk, pick: tuple[str, int]) -> SeedOrder:
    return desk.seal(desk.buy(pick, hours_ago=5), OrderKind.DOUBLE)


def _bundle(desk: OrderDesk, pick: tuple[str, int]) -> SeedOrder:
    """Without a mapping nobody knows what to put into the box."""
    known = desk.listing(pick[0]).kind is ListingKind.MAPPED
    holds = () if known else (HoldCode.UNMAPPED,)
    return desk.seal(desk.buy(pick, hours_ago=7), OrderKind.BUNDLE, *holds)


def _heavy(desk: OrderDesk) -> SeedOrder:
    return desk.seal(desk.buy(("DM-5K", 2), hours_ago=10), OrderKind.HEAVY)


def _virtual_number(desk: OrderDesk) -> SeedOrder:
    """The platform hides the phone behind a number with an extension; its label carries it."""
    person = replace(
        desk.crowd.person(),
        virtual_number="13800009999",
        virtual_extension="1234",
        virtual_expires_at_s=desk.now_s + 30 * DAY_S,
    )
    draft = desk.buy(("ZG-6", 1), hours_ago=4, person=person)
    desk.push(draft, 5, desk.now_s - 3 * HOUR_S)
    return desk.seal(draft, OrderKind.VIRTUAL_NUMBER)


def _note(desk: OrderDesk) -> SeedOrder:
    draft = desk.buy(("CY-750", 1), ("JJ-230", 2), hours_ago=8)
    draft.notes["customer_notes"] = "瓶子多包两层，上次碎了一个"
    return desk.seal(draft, OrderKind.BUYER_NOTE)


def _urged(desk: OrderDesk) -> SeedOrder:
    """Two hours before it is late; the buyer has asked where it is."""
    draft = desk.buy(("LA-500", 2), hours_ago=46)
    desk.push(draft, 7, desk.now_s - HOUR_S)
    return desk.seal(draft, OrderKind.URGED, urged=True)


def make_gift(draft: Draft, note: str) -> None:
    """Turn an order into a gift: somebody else paid, and the prices are his secret."""
    gift_id = f"4226{draft.order['order_id'][-15:]}"
    giver = f"oGiver{draft.order['openid'][-22:]}"
    draft.order.update(
        is_present=True,
        present_note=note,
        present_giver_openid=giver,
        present_giver_unionid="",
        present_order_id_str=gift_id,
        present_send_type=0,
        order_present_info={
            "present_send_type": 0,
            "present_order_id_str": gift_id,
            "present_note": note,
            "present_giver_openid": giver,
            "is_b2c_free_present": False,
        },
    )


def _gift(desk: OrderDesk) -> SeedOrder:
    draft = desk.buy(("CP-60", 2), hours_ago=14)
    make_gift(draft, "尝尝这个")
    return desk.seal(draft, OrderKind.GIFT)


def _presale_due(desk: OrderDesk) -> SeedOrder:
    """The day of delivery has come."""
    draft = desk.buy(("QL-300", 1), hours_ago=64, deadline_hours=64 + 18)
    draft.lines[0]["sku_deliver_info"] = {
        "stock_type": 1,
        "predict_delivery_time": str(desk.now_s - 6 * HOUR_S),
        "full_payment_presale_delivery_type": 1,
    }
    return desk.seal(draft, OrderKind.PRESALE_DUE)


def _presale_deadline(desk: OrderDesk) -> SeedOrder:
    """No day of delivery was promised, and the deadline is less than two days away."""
    draft = desk.buy(("QL-300", 2), hours_ago=70, deadline_hours=70 + 30)
    draft.lines[0]["sku_deliver_info"] = {"stock_type": 1}
    return desk.seal(draft, OrderKind.PRESALE_DEADLINE)


def _partly_refunded(desk: OrderDesk) -> SeedOrder:
    """One of two pieces is refunded for good; the other one goes out."""
    draft = desk.buy(("GJ-220", 2), ("GM-900", 1), hours_ago=18)
    line, at_s = draft.lines[0], desk.now_s - 12 * HOUR_S
    line["finish_aftersale_sku_cnt"] = 1
    after_sale = after_sale_json(
        draft.order, line, desk.numbers.after_sale_id(draft.order["order_id"]), 1, at_s
    )
    after_sale["status"] = "MERCHANT_REFUND_SUCCESS"
    after_sale["refund_info"]["refund_reason"] = 4
    after_sale["complete_time"] = at_s + 30
    draft.after_sales.append(after_sale)
    draft.order["aftersale_detail"]["aftersale_order_list"] = [
        {"aftersale_order_id": after_sale["after_sale_order_id"], "status": 13}
    ]
    draft.touch(at_s + 30)
    return desk.seal(draft, OrderKind.PARTIAL_REFUND)


def _price_difference(desk: OrderDesk) -> SeedOrder:
    """An open request for the difference in price: money only, the goods are still wanted."""
    draft = desk.buy(("FM-250", 1), hours_ago=16)
    line, at_s = draft.lines[0], desk.now_s - 2 * HOUR_S
    after_sale = after_sale_json(
        draft.order, line, desk.numbers.after_sale_id(draft.order["order_id"]), 1, at_s
    )
    after_sale["sub_type"] = "REFUND_PRICE_DIFF"
    after_sale["reason"] = "10001337"
    after_sale["reason_text"] = "商品降价"
    after_sale["refund_info"]["amount"] = 300
    draft.after_sales.append(after_sale)
    draft.order["aftersale_detail"] = {
        "aftersale_order_list": [
            {"aftersale_order_id": after_sale["after_sale_order_id"], "status": 2}
        ],
        "on_aftersale_order_cnt": 1,
    }
    draft.touch(at_s)
    return desk.seal(draft, OrderKind.PRICE_DIFFERENCE)


def _partly_shipped(desk: OrderDesk) -> SeedOrder:
    """The first line left yesterday from elsewhere; only the second is ours."""
    draft = desk.buy(("HT-400", 2), ("ZL-S", 1), hours_ago=30)
    line, at_s = draft.lines[0], desk.now_s - 20 * HOUR_S
    draft.order["status"] = 21
    draft.delivery["delivery_product_info"] = [
        {
            "waybill_id": "78900000000021",
            "delivery_id": "ZTO",
            "delivery_name": "中通快递",
            "delivery_time": at_s,
            "deliver_type": 1,
            "product_infos": [
                {"product_id": line["product_id"], "sku_id": line["sku_id"], "product_cnt": 2}
            ],
        }
    ]
    draft.touch(at_s)
    return desk.seal(draft, OrderKind.PARTLY_SHIPPED)
