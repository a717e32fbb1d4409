"""Requests to STO, to the byte (申通开放平台, link gateway)."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from app.carriers.amounts import kilograms, yuan_text
from app.carriers.calling import Call
from app.carriers.insurance import declared_fen
from app.carriers.sto.settings import StoSettings
from app.carriers.sto.signature import data_digest
from app.carriers.validation import Limits, district_of, split_phone
from app.carriers.wire_json import JsonObject, encode
from app.domain.address import Address
from app.domain.tracking import TrackQuery
from app.domain.waybills import Booking

CREATE = "OMS_EXPRESS_ORDER_CREATE"
CANCEL = "EDI_MODIFY_ORDER_CANCEL"
DISPATCH = "GET_ORDERDISPATCH_INFO"
TRACK = "STO_TRACE_QUERY_COMMON"

LIMITS = Limits(needs_district=True, boxes=1)
_HEADERS = {"content-type": "application/x-www-form-urlencoded;charset=UTF-8"}
_ORDERS, _TRACES = "sto_oms", "sto_trace_query"
_GOODS_NAME_LENGTH = 100
_NOBODYS_NUMBER = "770000000000000"


def order_data(settings: StoSettings, booking: Booking) -> JsonObject:
    """``content`` of OMS_EXPRESS_ORDER_CREATE for a booking that ``validation.ready`` has passed.

    Money is in yuan with two places, weight in kg.
    """
    data: JsonObject = {
        "orderNo": booking.key,
        "orderSource": _source(settings),
        "billType": settings.cod_bill_type if booking.cod_fen else settings.bill_type,
        "orderType": settings.order_type,
        "sender": _person(booking.sender),
        "receiver": _person(booking.receiver),
        "cargo": {
            "battery": settings.battery,
            "goodsType": settings.goods_type,
            "goodsName": "、".join(item.name for item in booking.goods)[:_GOODS_NAME_LENGTH],
            "goodsCount": sum(item.quantity for item in booking.goods),
            "weight": kilograms(booking.weight_g),
        },
        "customer": {
            "siteCode": settings.site_code,
            "customerName": settings.customer_name,
            "sitePwd": settings.site_password,
        },
    }
    if booking.cod_fen:
        data["codValue"] = yuan_text(booking.cod_fen)
    insured_fen = declared_fen(booking, settings.insure_from_fen)
    if insured_fen:
        value_fen = sum(item.price_fen * item.quantity for item in booking.goods)
        data["insuredAnnex"] = {
            "insuredValue": yuan_text(insured_fen),
            "goodsValue": yuan_text(value_fen or insured_fen),
        }
    if booking.product:
        data["productType"] = booking.product
    if booking.remark:
        data["remark"] = booking.remark
    return data


def cancel_data(settings: StoSettings, key: str, number: str) -> JsonObject:
    return {
        "billCode": number,
        "sourceOrderId": key,
        "orderSource": _source(settings),
        "orderType": settings.order_type,
        "remark": "订单取消",
    }


def dispatch_data(settings: StoSettings, key: str, number: str) -> JsonObject:
    """``content`` of GET_ORDERDISPATCH_INFO, which spells its names with capitals."""
    return {"BillCode": number, "SourceOrderId": key, "OrderSourceCode": _source(settings)}


def track_data(query: TrackQuery) -> JsonObject:
    return {"order": "asc", "waybillNoList": [query.number]}


def probe_data() -> JsonObject:
    """A query for nobody's number: any business answer to it proves the keys."""
    return track_data(TrackQuery(_NOBODYS_NUMBER))


def api_call(settings: StoSettings, api: str, data: JsonObject, *, timestamp_ms: int) -> Call:
    """One call of ``api``; STO signs no time. ``content`` is written once, signed and sent."""
    del timestamp_ms
    content = encode(data).decode()
    receiver = {
        CREATE: _ORDERS,
        CANCEL: settings.cancel_code,
        DISPATCH: settings.dispatch_code,
        TRACK: _TRACES,
    }[api]
    fields = (
        ("content", content),
        ("data_digest", data_digest(content, settings.secret_key)),
        ("api_name", api),
        ("from_appkey", settings.app_key),
        ("from_code", settings.from_code or settings.app_key),
        ("to_appkey", receiver),
        ("to_code", receiver),
    )
    body = "&".join(f"{name}={quote(value, safe='')}" for name, value in fields).encode("ascii")
    return Call(api, settings.base_url, _HEADERS, body)


def _source(settings: StoSettings) -> str:
    return settings.order_source or settings.app_key


def _person(person: Address) -> dict[str, Any]:
    """A person; a land line goes into a field of its own."""
    land_line, mobile = split_phone(person.phone)
    phone = {"tel": land_line, "mobile": ""} if land_line else {"mobile": mobile}
    return {
        "name": person.name,
        **phone,
        "province": person.province,
        "city": person.city,
        "area": district_of(person),
        "town": person.street if person.district and person.address else "",
        "address": person.address or person.street,
    }
