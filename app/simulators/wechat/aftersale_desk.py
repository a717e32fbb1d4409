"""What buyers do about goods they do not want, or not like this."""

from __future__ import annotations

from typing import Any

from app.simulators.wechat.lifecycle import (
    ENDED,
    aftersale_goods,
    claim_units,
    push_aftersale,
    set_aftersale_status,
    write_aftersale_detail,
)
from app.simulators.wechat.records import ShopOrder
from app.simulators.wechat.state import ShopState

ANSWER_WITHIN_S = 36 * 3600
AUTO_AGREED = 4


class AftersaleDesk(ShopState):
    """The after-sales of one shop, as its buyers open, withdraw and finish them."""

    def open_aftersale(
        self,
        order_id: str,
        product_id: str,
        sku_id: str,
        count: int,
        *,
        kind: str = "REFUND",
        price_difference_fen: int = 0,
        gifts: tuple[tuple[str, str, int], ...] = (),
        reason: tuple[str, str] = ("10000000", "不想要了"),
        new_sku: tuple[str, str] = ("", ""),
        buyer_has_goods: bool = False,
    ) -> str:
        """The buyer asks for money, a return or an exchange; returns the after-sale's id.

        ``kind`` is REFUND, RETURN, EXCHANGE or RESHIP. With ``price_difference_fen`` only that
        money is asked and no unit is concerned. ``gifts`` (product, SKU, units) go back with it.
        ``new_sku`` (id, code) is what an exchange asks for instead.

        Raises:
            ValueError: more units than the order has outside after-sales.
        """
        with self.lock:
            order = self._known(order_id)
            number = next(self.own_numbers)
            aftersale = _aftersale_json(
                order,
                f"{2000000000100000 + number}",
                (product_id, sku_id, count),
                kind,
                self.now_s(),
            )
            aftersale["reason"], aftersale["reason_text"] = reason
            aftersale["product_info"]["gift_product_list"] = [
                {"product_id": p, "sku_id": s, "sku_code": "", "count": units, "task_id": 0}
                for p, s, units in gifts
            ]
            aftersale["details"]["receive_product"] = buyer_has_goods
            if new_sku[0] and kind == "EXCHANGE":
                exchange = aftersale["exchange_product_info"]
                exchange["new_sku_id"], exchange["new_sku_code"] = new_sku
            if price_difference_fen:
                aftersale["sub_type"] = "REFUND_PRICE_DIFF"
                aftersale["refund_info"]["amount"] = price_difference_fen
            elif kind != "RESHIP":
                for goods, units in aftersale_goods(aftersale).items():
                    claim_units(order, goods, units)
            self.aftersales[aftersale["after_sale_order_id"]] = aftersale
            write_aftersale_detail(self, order)
            if self.quirks.aftersale_touches_order:
                order.touch(self.now_s())
            push_aftersale(self, aftersale)
            return str(aftersale["after_sale_order_id"])

    def finish_refund(self, aftersale_id: str, refund_reason: int = AUTO_AGREED) -> None:
        """The money is back; units that did not ship will not be shipped any more."""
        with self.lock:
            aftersale = self._open_aftersale(aftersale_id)
            aftersale["refund_info"]["refund_reason"] = refund_reason
            done = "MERCHANT_RETURN_SUCCESS" if aftersale["type"] == "RETURN" else ""
            set_aftersale_status(self, aftersale, done or "MERCHANT_REFUND_SUCCESS")

    def withdraw_aftersale(self, aftersale_id: str) -> None:
        """The buyer takes it back: the units may be shipped again."""
        with self.lock:
            set_aftersale_status(self, self._open_aftersale(aftersale_id), "USER_CANCELD")

    def send_back(self, aftersale_id: str, delivery_id: str, waybill_id: str) -> None:
        """The buyer has sent the goods back; the shop has to look at them."""
        with self.lock:
            aftersale = self._open_aftersale(aftersale_id)
            aftersale["return_info"] |= {
                "waybill_id": waybill_id,
                "delivery_id": delivery_id,
                "delivery_name": self.companies.get(delivery_id, ""),
                "return_type": 1,
            }
            set_aftersale_status(self, aftersale, "MERCHANT_WAIT_RECEIPT")

    def confirm_exchange(self, aftersale_id: str) -> None:
        """The buyer has the other goods: the exchange (or the second parcel) is done."""
        with self.lock:
            aftersale = self._open_aftersale(aftersale_id)
            if aftersale["status"] != "USER_WAIT_RECEIPT":
                raise ValueError("nothing was sent for it")
            set_aftersale_status(self, aftersale, "MERCHANT_EXCHANGE_SUCCESS")

    def move_aftersale(self, aftersale_id: str, status: str) -> None:
        """Put an open after-sale into any other status of the platform."""
        with self.lock:
            set_aftersale_status(self, self._open_aftersale(aftersale_id), status)

    def _open_aftersale(self, aftersale_id: str) -> dict[str, Any]:
        aftersale = self.aftersales.get(aftersale_id)
        if aftersale is None or aftersale["status"] in ENDED:
            raise ValueError("no such open after-sale")
        return aftersale

    def _known(self, order_id: str) -> ShopOrder:
        order = self.orders.get(order_id)
        if order is None:
            raise ValueError("no such order")
        return order

    def _in_status(self, order_id: str, status: int) -> ShopOrder:
        order = self._known(order_id)
        if not order.has_status(status):
            raise ValueError(f"the order is in status {order.status}")
        return order


def _aftersale_json(
    order: ShopOrder, aftersale_id: str, goods: tuple[str, str, int], kind: str, now_s: int
) -> dict[str, Any]:
    product_id, sku_id, count = goods
    line = next(order.lines_of((product_id, sku_id)), None)
    if line is None:
        raise ValueError("the order has no such line")
    aftersale: dict[str, Any] = {
        "after_sale_order_id": aftersale_id,
        "status": "MERCHANT_PROCESSING",
        "openid": order.data.get("openid", ""),
        "unionid": "",
        "order_id": order.order_id,
        "product_info": {
            "product_id": product_id,
            "sku_id": sku_id,
            "sku_code": line.get("sku_code", ""),
            "count": count,
            "fast_refund": False,
            "voucher_list": [],
            "gift_product_list": [],
        },
        "refund_info": {"amount": int(line["sale_price"]) * count, "refund_reason": 0},
        "return_info": {"waybill_id": "", "delivery_id": "", "delivery_name": ""},
        "merchant_upload_info": {"reject_reason": "", "refund_certificates": []},
        "create_time": now_s,
        "update_time": now_s,
        "reason": "",
        "reason_text": "",
        "type": kind,
        "sub_type": "DEFAULT",
        "complaint_id": "",
        "refund_resp": {"code": "", "ret": 0, "message": ""},
        "details": {
            "desc": "",
            "receive_product": False,
            "cancel_time": 0,
            "media_id_list": [],
            "tel_number": "",
        },
        "deadline": now_s + ANSWER_WITHIN_S,
    }
    if kind == "EXCHANGE":
        aftersale["exchange_product_info"] = {
            "product_id": product_id,
            "old_sku_id": sku_id,
            "new_sku_id": sku_id,
            "product_cnt": count,
            "old_sku_price": int(line["sale_price"]),
            "new_sku_price": int(line["sale_price"]),
            "old_sku_code": line.get("sku_code", ""),
            "new_sku_code": line.get("sku_code", ""),
        }
    return aftersale
