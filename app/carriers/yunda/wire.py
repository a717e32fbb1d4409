"""Requests to Yunda, to the byte (韵达开放平台, 电子面单)."""

from __future__ import annotations

import zlib
from typing import Any

from app.carriers.amounts import kilograms, size_text, yuan_number
from app.carriers.calling import Call
from app.carriers.insurance import declared_fen
from app.carriers.validation import Limits, district_of, split_phone, street_address
from app.carriers.wire_json import JsonObject, encode
from app.carriers.yunda.settings import YundaSettings
from app.carriers.yunda.signature import sign
from app.domain.address import Address
from app.domain.tracking import TrackQuery
from app.domain.waybills import Booking

_PREFIX = "openapi-api/v1/accountOrder"
CREATE = f"{_PREFIX}/createBmOrder"
UPDATE = f"{_PREFIX}/updateBmOrder"
CANCEL = f"{_PREFIX}/cancelBmOrder"
BALANCE = f"{_PREFIX}/searchCount"
ROUTE = "openapi-api/v1/bm/queryRoute"
TRACK = "openapi/outer/logictis/query"  # spelled as Yunda spells it

LIMITS = Limits(needs_district=True, boxes=1)
_DOMESTIC_NODE = "350"
_MILLIMETRES_PER_METRE = 1000
_LARGEST_LONG = 2**63 - 1


def order_data(settings: YundaSettings, booking: Booking) -> JsonObject:
    """The body of createBmOrder and of updateBmOrder: one order, so an error is one parcel's.

    The booking has passed ``validation.ready``. Money is in yuan, weight in kg, size in metres.
    """
    value_fen = sum(item.price_fen * item.quantity for item in booking.goods)
    items = [{"name": g.name, "number": g.quantity, "remark": ""} for g in booking.goods]
    order: JsonObject = {
        "order_serial_no": booking.key,
        "khddh": booking.key,
        "node_id": _DOMESTIC_NODE,
        "order_type": "common",
        "sender": _party(booking.sender),
        "receiver": _party(booking.receiver),
        "weight": kilograms(booking.weight_g),
        "size": size_text(settings.box_size_mm, _MILLIMETRES_PER_METRE),
        "value": yuan_number(value_fen),
        "collection_value": yuan_number(booking.cod_fen),
        "special": 0,
        "items": items,
        "remark": booking.remark,
        "cus_area1": f"订单号:{','.join(booking.order_ids)}" if booking.order_ids else "",
        "cus_area2": "",
        "wave_no": "",
        "isProtectPrivacy": "1" if settings.protect_privacy else "0",
        "markingInfos": _markings(settings, booking),
    }
    return {**_merchant(settings), "orders": [order]}


def cancel_data(settings: YundaSettings, key: str, number: str) -> JsonObject:
    return {**_merchant(settings), "orders": [{"order_serial_no": key, "mailno": number}]}


def label_query(settings: YundaSettings, number: str) -> JsonObject:
    """The body of bmGetPdfInfo: label data of a number that is already ours."""
    return {**_merchant(settings), "orders": [{"mailno": number}]}


def query_id(booking: Booking) -> int:
    """The ``id`` of a route query, which Yunda wants as a long: of the booking's key, if it can."""
    if booking.key.isdigit() and int(booking.key) <= _LARGEST_LONG:
        return int(booking.key)
    return zlib.crc32(booking.key.encode())


def route_data(settings: YundaSettings, booking: Booking) -> JsonObject:
    """The body of bm/queryRoute: two addresses, no people."""
    merchant = _merchant(settings) if settings.route_with_merchant else {}
    return {
        **merchant,
        "id": query_id(booking),
        "sender_address": _one_line(booking.sender),
        "receiver_address": _one_line(booking.receiver),
    }


def track_data(query: TrackQuery) -> JsonObject:
    return {"mailno": query.number}


def balance_data(settings: YundaSettings) -> JsonObject:
    return {**_merchant(settings), "type": "common"}


def api_call(settings: YundaSettings, path: str, data: JsonObject, *, timestamp_ms: int) -> Call:
    """One call of ``path``. ``req-time`` is not part of the signature."""
    body = encode(data)
    req_time = timestamp_ms if settings.req_time == "ms" else timestamp_ms // 1000
    headers = {
        "content-type": "application/json;charset=UTF-8",
        "app-key": settings.app_key,
        "req-time": str(req_time),
        "sign": sign(body, settings.app_secret),
    }
    return Call(path.rpartition("/")[2], f"{settings.base_url}/{path}", headers, body)


def _merchant(settings: YundaSettings) -> JsonObject:
    return {
        "appid": settings.app_key,
        "partner_id": settings.partner_id,
        "secret": settings.partner_secret,
    }


def _party(person: Address) -> dict[str, str]:
    """A person; the address text repeats province, city and district with half-width commas."""
    land_line, mobile = split_phone(person.phone)
    district = district_of(person)
    return {
        "name": person.name,
        "company": person.company,
        "province": person.province,
        "city": person.city,
        "county": district,
        "address": ",".join((person.province, person.city, district, street_address(person))),
        "postcode": "",
        "phone": land_line,
        "mobile": mobile,
    }


def _one_line(person: Address) -> str:
    """Province to door without commas, as Yunda's own example writes it."""
    return f"{person.province}{person.city}{district_of(person)}{street_address(person)}"


def _markings(settings: YundaSettings, booking: Booking) -> list[dict[str, Any]]:
    markings: list[tuple[str, int | float | str]] = []
    if insured_fen := declared_fen(booking, settings.insure_from_fen):
        markings.append(("INSURED", yuan_number(insured_fen)))
    if booking.cod_fen:
        markings.append(("COD", yuan_number(booking.cod_fen)))
    if settings.return_slip:
        markings.append(("RETURN", settings.return_slip_kind))
    return [{"type": kind, "markingValue": {"value": value}} for kind, value in markings]
