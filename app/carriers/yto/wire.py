"""Requests to YTO, to the byte (圆通开放平台)."""

from __future__ import annotations

from typing import Any

from app.carriers.amounts import kilograms, size_text, yuan_number
from app.carriers.calling import Call
from app.carriers.insurance import declared_fen
from app.carriers.validation import Limits, district_of, street_address
from app.carriers.wire_json import JsonObject, encode
from app.carriers.yto.settings import YtoSettings
from app.carriers.yto.signature import VERSION, sign
from app.domain.address import Address
from app.domain.tracking import TrackQuery
from app.domain.waybills import Booking, Goods
from app.ports.carriers import Product

CREATE = "privacy_create_adapter"
CANCEL = "korder_cancel_adapter"
TRACK = "track_query_adapter"
PRINT = "waybill_print_adapter"
PRICE = "charge_adapter"

LIMITS = Limits(needs_district=True, boxes=1)
PRODUCTS = (Product("PK", "普快"), Product("YZD", "圆准达"))
_HEADERS = {"content-type": "application/json;charset=UTF-8"}
_COD, _FREIGHT_COLLECT, _INSURED = 1, 2, 4
_MILLIMETRES_PER_CENTIMETRE = 10
_NOBODYS_NUMBER = "YT0000000000000"
_UNDER_QUERY_KEYS = frozenset({TRACK, PRICE})


def order_data(settings: YtoSettings, booking: Booking) -> JsonObject:
    """``param`` of privacy_create_adapter for a booking that ``validation.ready`` has passed.

    Money is in yuan, weight in kg.
    """
    data: JsonObject = {
        "logisticsNo": booking.key,
        **_party("sender", booking.sender),
        **_party("recipient", booking.receiver),
        "remark": booking.remark,
        "gotCode": settings.pickup_code,
        "increments": _increments(settings, booking),
        "goods": [_goods(item) for item in booking.goods],
        "cstOrderNo": booking.order_ids[0] if booking.order_ids else "",
        "weight": kilograms(booking.weight_g),
    }
    product = booking.product or settings.product
    return {**data, "productCode": product} if product else data


def cancel_data(key: str) -> JsonObject:
    return {"logisticsNo": key, "cancelDesc": "订单取消"}


def track_data(query: TrackQuery) -> JsonObject:
    return {"NUMBER": query.number}


def print_data(number: str) -> JsonObject:
    return {"waybillNo": number}


def price_data(settings: YtoSettings, booking: Booking) -> JsonObject:
    """``param`` of charge_adapter; weight in kg, sizes in cm. Its field names are not published."""
    data: JsonObject = {
        "startProvince": booking.sender.province,
        "startCity": booking.sender.city,
        "endProvince": booking.receiver.province,
        "endCity": booking.receiver.city,
        "goodsWeight": kilograms(booking.weight_g),
    }
    sides = size_text(settings.box_size_mm, _MILLIMETRES_PER_CENTIMETRE).split(",")
    if len(sides) == 3:
        names = ("goodsLength", "goodsWidth", "goodsHeight")
        data.update(zip(names, sides, strict=True))
    return data


def track_probe() -> JsonObject:
    """A query for nobody's number: any business answer to it proves the keys."""
    return track_data(TrackQuery(_NOBODYS_NUMBER))


def print_probe() -> JsonObject:
    return print_data(_NOBODYS_NUMBER)


def api_call(settings: YtoSettings, method: str, data: JsonObject, *, timestamp_ms: int) -> Call:
    """One call of ``method``. ``param`` is written once; that text is signed and sent."""
    token, customer, secret = settings.token, settings.customer_code, settings.secret
    if method in _UNDER_QUERY_KEYS:
        token = settings.query_token or token
        customer = settings.query_customer_code or customer
        secret = settings.query_secret or secret
    param = encode(data).decode()
    body = encode(
        {
            "timestamp": str(timestamp_ms),
            "param": param,
            "sign": sign(param, method, secret),
            "format": "JSON",
        }
    )
    url = f"{settings.base_url}/open/{method}/{VERSION}/{token}/{customer}"
    return Call(method, url, _HEADERS, body)


def _party(side: str, person: Address) -> dict[str, str]:
    """One person; the mobile's field takes land lines too."""
    return {
        f"{side}Name": person.name,
        f"{side}ProvinceName": person.province,
        f"{side}CityName": person.city,
        f"{side}CountyName": district_of(person),
        f"{side}Address": street_address(person),
        f"{side}Mobile": person.phone,
    }


def _goods(item: Goods) -> dict[str, Any]:
    goods: dict[str, Any] = {"name": item.name, "quantity": item.quantity}
    return {**goods, "weight": kilograms(item.weight_g)} if item.weight_g > 0 else goods


def _increments(settings: YtoSettings, booking: Booking) -> list[dict[str, Any]]:
    amounts = (
        (_COD, booking.cod_fen),
        (_FREIGHT_COLLECT, settings.freight_collect_fen),
        (_INSURED, declared_fen(booking, settings.insure_from_fen)),
    )
    return [{"type": kind, "amount": yuan_number(fen)} for kind, fen in amounts if fen]
