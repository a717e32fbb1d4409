"""A simulated WeChat Store: what buyers and the merchant do there, and what truly happened."""

from __future__ import annotations

import copy
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from app.simulators.wechat import delivery, order_changes, receivers
from app.simulators.wechat.addresses import Receiver, mask_in_place, receiver_of
from app.simulators.wechat.aftersale_desk import AftersaleDesk
from app.simulators.wechat.delivery import VIRTUAL_METHODS
from app.simulators.wechat.goods_desk import GoodsDesk
from app.simulators.wechat.records import (
    CANCELLED,
    DONE,
    GIFT_WAITING,
    WAIT_PAY,
    WAIT_RECEIPT,
    WAIT_SHIP,
    LabelOrder,
    PrintNotice,
    Shipment,
    ShopOrder,
    goods_of,
)

NOTES_CHANGED, ADDRESS_ASKED, URGED, SKU_ASKED = 3, 4, 7, 9
AGREED = 16
BUYER, TIMEOUT, ALL_REFUNDED, OVERSOLD = "1", "2", "3", "4"


class WechatShop(AftersaleDesk, GoodsDesk):
    """One shop. Any thread may call; every change moves the order's update_time.

    Constructor arguments are those of ``ShopState``. ``sells`` False makes it another kind of
    account (a mini-program), whose tokens are good and whose calls are refused with 48001.
    """

    sells = True

    # What buyers do

    def add_order(
        self,
        order: Mapping[str, Any],
        receiver: Receiver | Mapping[str, Any] | None,
        after_sales: Iterable[Mapping[str, Any]] = (),
    ) -> str:
        """Take an order in the shape of order/get, and its after-sales; returns its id.

        ``receiver`` is who really gets it (fields of a decoded address; empty while a gift waits).
        Addresses inside ``order`` may be in clear: they are masked before anybody sees them.
        """
        with self.lock:
            data = copy.deepcopy(dict(order))
            added = ShopOrder(data, receiver_of(receiver))
            self._mask(added)
            for parcel in added.delivery["delivery_product_info"]:
                for line in parcel["product_infos"]:
                    added.shipped[goods_of(line)] += int(line["product_cnt"])
            added.updated_at_s.append(int(data["update_time"]))
            self.orders[added.order_id] = added
            for after_sale in after_sales:
                self.aftersales[str(after_sale["after_sale_order_id"])] = copy.deepcopy(
                    dict(after_sale)
                )
            if self.quirks.orders_take_stock:
                for (product_id, sku_id), units in added.ordered().items():
                    self.take_stock(product_id, sku_id, units)
            self._push_order("channels_ec_order_new", added, int)
            if added.status == WAIT_SHIP:
                self._push_order("channels_ec_order_wait_shipping", added, int)
            return added.order_id

    def pay(self, order_id: str) -> None:
        """The buyer pays; a gift then waits for its recipient."""
        with self.lock:
            order = self._in_status(order_id, WAIT_PAY)
            order.detail["pay_info"]["pay_time"] = self.now_s()
            order.detail["pay_info"]["transaction_id"] = f"42000026{order_id}"
            order.status = GIFT_WAITING if order.data.get("is_present") else WAIT_SHIP
            order.touch(self.now_s())
            self._push_order("channels_ec_order_pay", order, str, pay_time=str(self.now_s()))
            if order.status == WAIT_SHIP:
                self._push_order("channels_ec_order_wait_shipping", order, int)

    def accept_gift(self, order_id: str, receiver: Receiver | Mapping[str, Any]) -> None:
        """The recipient of a gift says where it shall go."""
        with self.lock:
            order = self._in_status(order_id, GIFT_WAITING)
            order.receiver = receiver_of(receiver)
            order.status = WAIT_SHIP
            self._mask(order)
            order.touch(self.now_s())
            self._push_order("channels_ec_order_wait_shipping", order, int)

    def request_address_change(
        self, order_id: str, new_address: Receiver | Mapping[str, Any]
    ) -> None:
        """The buyer asks for another address; the shop has to answer."""
        with self.lock:
            order = self._unshipped(order_id)
            asked = receiver_of(new_address)
            if asked is None:
                raise ValueError("an address is needed")
            order.asked_receiver = asked
            order.delivery["address_under_review"] = asked.masked(self.app_id, order.data["openid"])
            order.delivery["address_apply_time"] = self.now_s()
            self._ext_info(order, ADDRESS_ASKED)

    def change_address(self, order_id: str, new_address: Receiver | Mapping[str, Any]) -> None:
        """The address is another one from now on, without anybody having been asked."""
        with self.lock:
            order = self._unshipped(order_id)
            order.receiver = receiver_of(new_address)
            self._mask(order)
            self._ext_info(order, 19)

    def answer_proposal(self, order_id: str, kind: int) -> None:
        """What the buyer does about the merchant's proposed address.

        16 agrees, 17 refuses, 18 does not answer in time, 20 it was shipped before.
        """
        with self.lock:
            order = self._known(order_id)
            if kind == AGREED:
                order_changes.settle_proposal(self, order)
            order.proposed_receiver = None
            self._ext_info(order, kind)

    def give_virtual_number(
        self, order_id: str, number: str, extension: str, expires_at_s: int
    ) -> None:
        """The platform hides the phone behind a number some time after the order was paid."""
        with self.lock:
            order = self._known(order_id)
            if order.receiver is None:
                raise ValueError("nobody to call")
            receivers.give_number(
                self,
                order,
                replace(
                    order.receiver,
                    virtual_number=number,
                    virtual_extension=extension,
                    virtual_expires_at_s=expires_at_s,
                ),
            )

    def request_sku_change(
        self,
        order_id: str,
        product_id: str,
        old_sku_id: str,
        new_sku_id: str,
        within_s: int = 86400,
    ) -> None:
        """The buyer asks for another SKU of the same product; refused by itself in the end."""
        with self.lock:
            order = self._unshipped(order_id)
            for line in order.lines_of((product_id, old_sku_id)):
                line["change_sku_info"] = {
                    "preshipment_change_sku_state": 3,
                    "old_sku_id": old_sku_id,
                    "new_sku_id": new_sku_id,
                    "ddl_time_stamp": self.now_s() + within_s,
                }
                self._ext_info(order, SKU_ASKED)
                return
            raise ValueError("the order has no such line")

    def urge(self, order_id: str) -> None:
        """The buyer urges."""
        with self.lock:
            self._ext_info(self._known(order_id), URGED)

    def cancel(self, order_id: str, cancel_type: str = BUYER) -> None:
        """The order is off; units that did not ship go back into the shop's stock."""
        with self.lock:
            order = self._known(order_id)
            if self.quirks.refunds_return_stock:
                for (product_id, sku_id), units in order.owed().items():
                    self.take_stock(product_id, sku_id, -units)
            order.status = CANCELLED
            order.touch(self.now_s())
            self._push_order("channels_ec_order_cancel", order, str, cancel_type=cancel_type)

    def confirm_receipt(self, order_id: str) -> None:
        """The buyer has the parcel."""
        with self.lock:
            order = self._in_status(order_id, WAIT_RECEIPT)
            order.status = DONE
            order.detail["ext_info"]["confirm_receipt_time"] = self.now_s()
            order.touch(self.now_s())
            self._push_order("channels_ec_order_confirm", order, str, confirm_type="1")

    # What the merchant does elsewhere

    def ship_elsewhere(
        self,
        order_id: str,
        delivery_id: str,
        waybill_id: str,
        goods: Iterable[tuple[str, str, int]] | None = None,
    ) -> None:
        """Somebody ships in the back office: ``goods`` (product, SKU, units), else all of it."""
        with self.lock:
            order = self._known(order_id)
            if goods is None:
                goods = [(p, s, units) for (p, s), units in order.shippable().items()]
            parcel = {
                "delivery_id": delivery_id,
                "waybill_id": waybill_id,
                "deliver_type": 1,
                "product_infos": [
                    {"product_id": p, "sku_id": s, "product_cnt": units} for p, s, units in goods
                ],
            }
            delivery.ship(self, order, [parcel], via="elsewhere")

    def write_merchant_note(self, order_id: str, text: str) -> None:
        """Somebody writes a note in the back office."""
        with self.lock:
            order = self._known(order_id)
            order.detail["ext_info"]["merchant_notes"] = text
            self._ext_info(order, NOTES_CHANGED)

    def drop_return_address(self) -> None:
        """The shop has no default return address (606003)."""
        with self.lock:
            for address in self.merchant_addresses:
                address["default_recv"] = False

    def bind_to_isv(self, order_id: str) -> None:
        """Another software owns the order (606034)."""
        with self.lock:
            self._known(order_id).other_isv = True

    def pick_up(self, waybill_id: str) -> None:
        """The carrier takes the parcel: the number can no longer be cancelled.

        Raises:
            KeyError: no platform label has this number.
        """
        with self.lock:
            step = {"update_time": self.now_s(), "status": 1, "desc": "快件已揽收"}
            self.labels_by_number[waybill_id].path_info.append(step)

    def refuse_labels(self, delivery_id: str, *messages: str) -> None:
        """The carrier refuses the next labels, one message each (may be empty)."""
        with self.lock:
            self.label_refusals.setdefault(delivery_id, deque()).extend(messages)

    # The truth

    def shipments(self, order_id: str = "") -> list[Shipment]:
        """Parcels the shop took notice of, corrections and extra parcels too, oldest first."""
        with self.lock:
            return [s for s in self.shipment_log if order_id in ("", s.order_id)]

    def refusals(self, order_id: str, errcode: int) -> int:
        """How often delivery/send of the order was refused with this code."""
        with self.lock:
            return self.refused_shipments[order_id, errcode]

    def waybills(self, *, alive: bool | None = None) -> dict[str, LabelOrder]:
        """Waybills issued, by ewaybill_order_id; ``alive`` picks the not cancelled ones."""
        with self.lock:
            return {
                label_id: copy.deepcopy(label)
                for label_id, label in self.label_orders.items()
                if not label.burnt and alive in (None, label.alive)
            }

    def printed(self, waybill_id: str = "") -> list[PrintNotice]:
        """The "printed" notices received."""
        with self.lock:
            return [n for n in self.print_notices if waybill_id in ("", n.waybill_id)]

    def order_data(self, order_id: str) -> dict[str, Any]:
        """The order as order/get would show it, without calling."""
        with self.lock:
            return copy.deepcopy(self.order(order_id).data)

    def ids_with_status(self, status: int) -> list[str]:
        """Ids of the orders in a status (20 holds partly shipped ones)."""
        with self.lock:
            return [order_id for order_id, o in self.orders.items() if o.has_status(status)]

    def _mask(self, order: ShopOrder) -> None:
        openid = str(order.data.get("openid", ""))
        info = order.delivery
        if order.receiver is not None and info.get("deliver_method", 0) not in VIRTUAL_METHODS:
            shown = order.receiver.masked(self.app_id, openid)
            info["address_info"] = info.get("address_info", {}) | shown
        else:
            mask_in_place(info["address_info"])
        asked = info.get("address_under_review")
        if asked is not None and order.asked_receiver is None:  # written in clear by the scenario
            order.asked_receiver = _written_in(asked)
            info["address_under_review"] = asked | order.asked_receiver.masked(self.app_id, openid)

    def _ext_info(self, order: ShopOrder, kind: int) -> None:
        order.touch(self.now_s())
        self._push_order("channels_ec_order_ext_info_update", order, int, type=kind)

    def _push_order(
        self, event: str, order: ShopOrder, id_type: type[int] | type[str], **info: Any
    ) -> None:
        # Events of one family disagree about the type of the id: each has the one it has live.
        payload = {"order_id": id_type(order.order_id), **info}
        self.push(event, str(order.data.get("openid", "")), order_info=payload)

    def _unshipped(self, order_id: str) -> ShopOrder:
        return self._in_status(order_id, WAIT_SHIP)


def _written_in(address: Mapping[str, Any]) -> Receiver:
    return Receiver(
        user_name=str(address.get("user_name", "")),
        tel_number=str(address.get("tel_number", "")),
        province_name=str(address.get("province_name", "")),
        city_name=str(address.get("city_name", "")),
        county_name=str(address.get("county_name", "")),
        detail_info=str(address.get("detail_info", "")),
        house_number=str(address.get("house_number", "")),
        postal_code=str(address.get("postal_code", "")),
    )
