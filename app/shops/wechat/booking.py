"""The body of an e-waybill booking, and what is refused before it is sent.

Source: WeChat Store, electronic waybill, ``order/create``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.domain.address import Address, clean_text
from app.domain.label_templates import STANDARD
from app.domain.text import T, Text
from app.domain.waybills import Booking, Goods, Problem, ProblemClass
from app.ports import PlatformAccount

ORDER_TYPE = 1  # the carrier's ordinary product
MAX_BOXES = 300
CARRIERS_WITH_BOXES = frozenset({"JD", "SF"})
_UINT64_MAX = 2**64 - 1


def request_of(
    booking: Booking, account: PlatformAccount, template: str = STANDARD
) -> dict[str, Any]:
    """The JSON body of ``order/create``; ``refusal_before_sending`` must have let it pass."""
    record = record_of(booking, account)
    body: dict[str, Any] = {
        "ewaybill_order_id": booking.key,
        "delivery_id": str(record["delivery_id"]),
        "site_code": str(record.get("site_code") or ""),
        "ewaybill_acct_id": str(record["ewaybill_acct_id"]),
        "shop_id": str(record["shop_id"]),
        "sender": _place(sender_of(booking, account)),
        "receiver": _place(booking.receiver),
        "ec_order_list": [_order(oid, goods) for oid, goods in _by_order(booking).items()],
        "template_id": template,
        "order_type": ORDER_TYPE,
        "remark": clean_text(booking.remark),
    }
    if booking.box_count > 1:
        body["delivery_info"] = {"package_quantity": booking.box_count}
    return body


def precheck_of(booking: Booking, account: PlatformAccount) -> dict[str, Any]:
    """The JSON body of ``order/precreate``: a booking without our key and without a template."""
    body = request_of(booking, account)
    del body["ewaybill_order_id"], body["template_id"]
    return body


def template_of(booking: Booking, account: PlatformAccount) -> str:
    """The label template chosen for the account."""
    return str(record_of(booking, account).get("template_id") or STANDARD)


def record_of(booking: Booking, account: PlatformAccount) -> Mapping[str, Any]:
    """The account record the parcel was booked with; ``account``'s own for a new booking."""
    return booking.account or account.record


def sender_of(booking: Booking, account: PlatformAccount) -> Address:
    """The account's own place with a name and a phone: the platform keeps only the place."""
    own, given = account.sender, booking.sender
    if not own.province:
        return given
    return Address(
        name=own.name or given.name,
        phone=own.phone or given.phone,
        province=own.province,
        city=own.city,
        district=own.district,
        street=own.street,
        address=own.address,
    )


def refusal_before_sending(booking: Booking, account: PlatformAccount) -> Problem | None:
    """Why the platform cannot take ``booking`` at all, or None. Nothing is dropped silently."""
    if not all(record_of(booking, account).get(k) for k in ("ewaybill_acct_id", "shop_id")):
        return _refusal(
            ProblemClass.ACCOUNT,
            T("The e-waybill account is not complete."),
            T("Fetch the accounts of the shop again."),
        )
    if booking.cod_fen or booking.insured_fen:
        return _refusal(
            ProblemClass.PRODUCT_OR_VAS,
            T("The platform's label takes no insurance and no cash on delivery."),
            T("Use a direct label for this parcel, or leave the extra service out."),
        )
    if booking.box_count > 1 and (
        account.delivery_id not in CARRIERS_WITH_BOXES or booking.box_count > MAX_BOXES
    ):
        return _refusal(
            ProblemClass.PRODUCT_OR_VAS,
            T("This carrier does not take {n} boxes in one shipment.", n=booking.box_count),
            T("Split the parcel, or choose another carrier."),
        )
    if not booking.order_ids or not all(_is_id(order_id) for order_id in booking.order_ids):
        return _refusal(
            ProblemClass.OTHER,
            T("The platform makes labels for its own orders only."),
            T("Use a direct label for this parcel."),
        )
    sender = sender_of(booking, account)
    needed = (sender.name, sender.phone, sender.province, sender.city, sender.address)
    if not all(part.strip() for part in needed):
        return _refusal(
            ProblemClass.FIX_ADDRESS,
            T("The sender is not complete."),
            T("Give name, phone and address of the sender in the settings."),
        )
    if any("*" in part for part in (*needed, sender.district, sender.street)):
        return _refusal(
            ProblemClass.FIX_ADDRESS,
            T("The sender is hidden; the platform wants it in clear."),
            T("Give name, phone and address of the sender in the settings."),
        )
    return None


def _refusal(kind: ProblemClass, message: Text, remedy: Text) -> Problem:
    return Problem(kind, "local", "", message, remedy)


def _by_order(booking: Booking) -> dict[str, list[Goods]]:
    """The goods under their orders; goods of no order of the parcel travel with the first one."""
    found: dict[str, list[Goods]] = {order_id: [] for order_id in booking.order_ids}
    for goods in booking.goods:
        owner = goods.order_id if goods.order_id in found else booking.order_ids[0]
        found[owner].append(goods)
    return {order_id: goods for order_id, goods in found.items() if goods} or found


def _order(order_id: str, goods: list[Goods]) -> dict[str, Any]:
    return {"ec_order_id": int(order_id), "goods_list": [_goods(item) for item in goods]}


def _goods(goods: Goods) -> dict[str, Any]:
    """One kind of goods; ids of 0 mean that only the text is printed."""
    known = _is_id(goods.product_id) and _is_id(goods.sku_id)
    return {
        "good_name": clean_text(goods.name) or clean_text(goods.sku) or "-",
        "good_count": goods.quantity,
        "product_id": int(goods.product_id) if known else 0,
        "sku_id": int(goods.sku_id) if known else 0,
    }


def _place(person: Address) -> dict[str, str]:
    """``person`` in the words of the e-waybill platform, the texts as they came."""
    return {
        "name": person.name,
        "mobile": person.phone,
        "province": person.province,
        "city": person.city,
        "county": person.district,
        "street": person.street,
        "address": person.address,
    }


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdecimal() and 0 < int(text) <= _UINT64_MAX
