"""Requests to J&T, to the byte (极兔开放平台, ``bizContent`` in a form)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from app.carriers.amounts import kilograms, yuan_text
from app.carriers.calling import Call
from app.carriers.insurance import declared_fen
from app.carriers.jt.settings import JtSettings
from app.carriers.jt.signature import business_digest, header_digest
from app.carriers.validation import Limits, district_of, split_phone, street_address
from app.carriers.wire_json import JsonObject, encode
from app.domain.address import Address
from app.domain.tracking import TrackQuery
from app.domain.waybills import Booking

CREATE = "order/v2/addOrder"
CANCEL = "order/cancelOrder"
SEARCH = "order/getOrders"
BALANCE = "ess/balance"
TRACK = "logistics/trace"
QUOTE = "spmComCost/getComCost"

LIMITS = Limits(name=64, address=150, remark=100, needs_district=True, boxes=1)
NUMBERS_A_CALL = 10  # the platform takes 30, its own kit advises 10
_BY_OUR_ID, _BY_NUMBER = 1, 2
_NOBODYS_ID = "packbench-probe"


def order_data(settings: JtSettings, booking: Booking) -> JsonObject:
    """``bizContent`` of addOrder for a booking that ``validation.ready`` has passed.

    Weight in kg and money in yuan, both as text.
    """
    data: JsonObject = {
        **_customer(settings),
        "txlogisticId": booking.key,
        "expressType": booking.product or settings.product,
        "orderType": settings.order_type,
        "serviceType": settings.service_type,
        "deliveryType": settings.delivery_type,
        "payType": settings.pay_method,
        "sender": _party(booking.sender),
        "receiver": _party(booking.receiver),
        "goodsType": settings.goods_type,
        "weight": _weight(booking),
        "totalQuantity": 1,
    }
    if booking.cod_fen:
        data["itemsValue"] = yuan_text(booking.cod_fen)
    if insured_fen := declared_fen(booking, settings.insure_from_fen):
        data["offerFee"] = yuan_text(insured_fen)
    if booking.remark:
        data["remark"] = booking.remark
    data["items"] = [{"itemName": g.name, "number": g.quantity} for g in booking.goods]
    return data


def cancel_data(settings: JtSettings, key: str) -> JsonObject:
    return {
        **_customer(settings),
        "txlogisticId": key,
        "orderType": settings.order_type,
        "reason": "商家取消",
    }


def search_data(settings: JtSettings, key: str) -> JsonObject:
    """``bizContent`` of getOrders by our own id."""
    return {**_customer(settings), "command": _BY_OUR_ID, "serialNumber": [key]}


def number_data(settings: JtSettings, number: str) -> JsonObject:
    """``bizContent`` of getOrders by J&T's number."""
    return {**_customer(settings), "command": _BY_NUMBER, "serialNumber": [number]}


def probe_data(settings: JtSettings) -> JsonObject:
    """A question that costs nothing: an order that nobody has."""
    return search_data(settings, _NOBODYS_ID)


def balance_data(settings: JtSettings) -> JsonObject:
    return _customer(settings)


def tracks_data(wanted: Sequence[TrackQuery]) -> JsonObject:
    """``bizContent`` of trace for at most ``NUMBERS_A_CALL`` numbers."""
    return {"billCodes": ",".join(query.number for query in wanted)}


def quote_data(settings: JtSettings, booking: Booking) -> JsonObject:
    return {
        **_customer(settings),
        "sender": _place(booking.sender),
        "receiver": _place(booking.receiver),
        "weight": _weight(booking),
    }


def api_call(settings: JtSettings, path: str, data: JsonObject, *, timestamp_ms: int) -> Call:
    """One call of ``path``: the digest covers the JSON before it is put into the form."""
    biz_content = encode(data)
    headers = {
        "content-type": "application/x-www-form-urlencoded;charset=UTF-8",
        "apiAccount": settings.api_account,
        "digest": header_digest(biz_content, settings.private_key),
        "timestamp": str(timestamp_ms),
    }
    query = f"?{urlencode({'uuid': settings.uuid})}" if settings.uuid else ""
    body = urlencode({"bizContent": biz_content}).encode()
    return Call(path.rpartition("/")[2], f"{settings.base_url}/{path}{query}", headers, body)


def _customer(settings: JtSettings) -> JsonObject:
    digest = business_digest(settings.customer_code, settings.password, settings.private_key)
    return {"customerCode": settings.customer_code, "digest": digest}


def _party(person: Address) -> dict[str, str]:
    land_line, mobile = split_phone(person.phone)
    party = {"name": person.name, "mobile": mobile, "countryCode": "CHN"}
    if land_line:
        party["phone"] = land_line
    if person.company:
        party["company"] = person.company
    return {**party, **_place(person)}


def _place(person: Address) -> dict[str, Any]:
    return {
        "prov": person.province,
        "city": person.city,
        "area": district_of(person),
        "address": street_address(person),
    }


def _weight(booking: Booking) -> str:
    """Kilograms as text; below ten grams J&T refuses."""
    return str(kilograms(max(booking.weight_g, 10))).removesuffix(".0")
