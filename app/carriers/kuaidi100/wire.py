"""Requests to Kuaidi100, to the byte: three hosts, three ways to prove who asks."""

from __future__ import annotations

from urllib.parse import urlencode

from app.carriers.amounts import kilograms, yuan_number
from app.carriers.calling import Call
from app.carriers.insurance import declared_fen
from app.carriers.kuaidi100.names import KD100_NAMES
from app.carriers.kuaidi100.settings import Kuaidi100Settings
from app.carriers.kuaidi100.signature import label_sign, query_sign
from app.carriers.validation import Limits, split_phone, street_address
from app.carriers.wire_json import JsonObject, encode
from app.domain.address import Address
from app.domain.tracking import TrackQuery
from app.domain.waybills import Booking

CREATE = "order"
CANCEL = "cancel"
TRACK = "query"
DETECT = "autonumber"

LIMITS = Limits(name=50, address=200, remark=100, needs_district=True, boxes=1)
_FORM = {"content-type": "application/x-www-form-urlencoded;charset=UTF-8"}
_NOBODYS_NUMBER = "00000000000000"
_WITH_CODES = "4"  # resultv2: every event says its own state


def order_data(settings: Kuaidi100Settings, booking: Booking) -> JsonObject:
    """``param`` of method order for a booking that ``validation.ready`` has passed.

    ``reorder`` false is the promise that everything else rests on: the same ``orderId`` is answered
    with the same number for 48 hours. Weight in kg, money in yuan.
    """
    data: JsonObject = {
        **_contract(settings),
        "recMan": _party(booking.receiver),
        "sendMan": _party(booking.sender),
        "cargo": booking.goods[0].name,
        "count": 1,
        "weight": kilograms(booking.weight_g),
        "payType": settings.pay_method,
        "expType": booking.product or settings.product,
        "orderId": booking.key,
        "printType": "NON",
        "needDesensitization": settings.protect_privacy,
        "reorder": False,
    }
    if booking.cod_fen:
        data["collection"] = yuan_number(booking.cod_fen)
    if insured_fen := declared_fen(booking, settings.insure_from_fen):
        data["valinsPay"] = yuan_number(insured_fen)
    if booking.remark:
        data["remark"] = booking.remark
    return data


def cancel_data(
    settings: Kuaidi100Settings, key: str, number: str, carrier_order: str
) -> JsonObject:
    return {
        **_contract(settings),
        "kuaidinum": number,
        "orderId": carrier_order or key,
        "reason": "商家取消",
    }


def track_data(query: TrackQuery, name: str) -> JsonObject:
    """``param`` of the track query; ``name`` is the company as Kuaidi100 calls it."""
    data: JsonObject = {"com": name, "num": query.number}
    if query.phone_end:
        data["phone"] = query.phone_end
    return {**data, "resultv2": _WITH_CODES}


def probe_data(settings: Kuaidi100Settings) -> JsonObject:
    """A question that costs nothing: a number that nobody has."""
    name = KD100_NAMES[settings.company or "zto"]
    return track_data(TrackQuery(_NOBODYS_NUMBER), name)


def label_probe_data(settings: Kuaidi100Settings) -> JsonObject:
    """Cancelling what was never booked proves the keys of the label service and changes nothing."""
    return cancel_data(settings, "packbench-probe", _NOBODYS_NUMBER, "")


def label_call(
    settings: Kuaidi100Settings, method: str, data: JsonObject, *, timestamp_ms: int
) -> Call:
    """One call of the label service."""
    param, t = encode(data).decode(), str(timestamp_ms)
    form = {
        "method": method,
        "key": settings.key,
        "t": t,
        "sign": label_sign(param, t, settings.key, settings.secret),
        "param": param,
    }
    return Call(method, settings.base_url, _FORM, urlencode(form).encode())


def query_call(
    settings: Kuaidi100Settings, service: str, data: JsonObject, *, timestamp_ms: int
) -> Call:
    """One question about tracks. The time is no part of it."""
    param = encode(data).decode()
    form = {
        "customer": settings.customer,
        "sign": query_sign(param, settings.key, settings.customer),
        "param": param,
    }
    return Call(service, settings.query_url, _FORM, urlencode(form).encode())


def detect_call(
    settings: Kuaidi100Settings, service: str, data: JsonObject, *, timestamp_ms: int
) -> Call:
    """One question whose number it is; a GET, and nothing is signed."""
    query = urlencode({"num": data["num"], "key": settings.key})
    return Call(service, f"{settings.detect_url}?{query}", {}, b"", method="GET")


def _contract(settings: Kuaidi100Settings) -> JsonObject:
    """The company and the merchant's credentials there."""
    data = {
        "kuaidicom": KD100_NAMES[settings.company],
        "partnerId": settings.partner_id,
        "partnerKey": settings.partner_key,
        "net": settings.partner_site,
    }
    if settings.partner_secret:
        data["partnerSecret"] = settings.partner_secret
    if settings.partner_code:
        data["code"] = settings.partner_code
    return data


def _party(person: Address) -> dict[str, str]:
    land_line, mobile = split_phone(person.phone)
    party = {"name": person.name, "mobile": mobile}
    if land_line:
        party["tel"] = land_line
    party["printAddr"] = _whole_address(person)
    if person.company:
        party["company"] = person.company
    return party


def _whole_address(person: Address) -> str:
    """The address in one line; a municipality is named once."""
    same = person.province.removesuffix("市") == person.city.removesuffix("市")
    province = "" if same else person.province
    return f"{province}{person.city}{person.district}{street_address(person)}"
