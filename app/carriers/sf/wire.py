"""Requests to SF, to the byte (丰桥, form protocol ``/std/service``)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.carriers.amounts import kilograms, yuan, yuan_short_text, yuan_text
from app.carriers.calling import Call
from app.carriers.insurance import declared_fen
from app.carriers.sf.settings import SfSettings
from app.carriers.sf.signature import java_urlencode, message_digest
from app.carriers.validation import Limits, split_phone, street_address
from app.carriers.wire_json import JsonObject, encode
from app.domain.address import Address
from app.domain.tracking import TrackQuery
from app.domain.waybills import Booking, Goods

CREATE = "EXP_RECE_CREATE_ORDER"
SEARCH = "EXP_RECE_SEARCH_ORDER_RESP"
UPDATE = "EXP_RECE_UPDATE_ORDER"
ROUTES = "EXP_RECE_SEARCH_ROUTES"
TOKEN = "oauth2/accessToken"  # noqa: S105 - a path

LIMITS = Limits(
    name=100,
    address=200,
    goods_name=128,
    remark=100,
    needs_district=False,
    boxes=307,
    several_boxes_above_g=6000,
)
_HEADERS = {"content-type": "application/x-www-form-urlencoded;charset=UTF-8"}
_SENDER, _RECEIVER = 1, 2
_CANCEL = 2
# Of the right shape and nobody's: asking for it proves the keys and costs nothing.
NOBODYS_NUMBER = "SF0000000000000"


def order_data(settings: SfSettings, booking: Booking) -> JsonObject:
    """``msgData`` of EXP_RECE_CREATE_ORDER for a booking that ``validation.ready`` has passed."""
    data: JsonObject = {
        "language": "zh-CN",
        "orderId": booking.key,
        "custReferenceNo": ",".join(booking.order_ids)[:100],
        "monthlyCard": settings.monthly_account,
        "payMethod": int(settings.pay_method),
        "expressTypeId": int(booking.product or settings.product),
        "parcelQty": booking.box_count,
        "totalWeight": kilograms(booking.weight_g),
        "isDocall": int(settings.call_courier),
        "isReturnRoutelabel": 1,
        "isUnifiedWaybillNo": 1,
        "isGenWaybillNo": 1,
        "isSignBack": int(settings.return_slip),
        "remark": booking.remark,
        "cargoDetails": [_cargo(item) for item in booking.goods],
        "contactInfoList": contacts(booking),
        "serviceList": _services(settings, booking),
        "extraInfoList": [],
    }
    if settings.return_slip:
        data["isReturnSignBackRoutelabel"] = 1
    return data


def search_data(key: str) -> JsonObject:
    return {"searchType": "1", "orderId": key, "language": "zh-CN"}


def cancel_data(key: str) -> JsonObject:
    return {"dealType": _CANCEL, "language": "zh-CN", "orderId": key}


def routes_data(wanted: Sequence[TrackQuery]) -> JsonObject:
    """``msgData`` of EXP_RECE_SEARCH_ROUTES for at most ten numbers."""
    ends = dict.fromkeys(query.phone_end for query in wanted if query.phone_end)
    return {
        "language": "zh-CN",
        "trackingType": "1",
        "trackingNumber": [query.number for query in wanted],
        "methodType": "1",
        "checkPhoneNo": ",".join(ends),
    }


def probe_data() -> JsonObject:
    """A route query that any rightly configured account may make."""
    return routes_data([TrackQuery(NOBODYS_NUMBER, "0000")])


def service_call(
    settings: SfSettings,
    service: str,
    data: JsonObject | list[JsonObject],
    *,
    request_id: str,
    timestamp_ms: int,
    token: str = "",
) -> Call:
    """One call of ``service``. ``token`` replaces the digest where the app signs in by OAuth2.

    ``request_id`` is fresh for every attempt, also when the same data is sent again.
    """
    msg_data, timestamp = encode(data).decode(), str(timestamp_ms)
    if token:
        proof = ("accessToken", token)
    else:
        digest = message_digest(settings.signature, msg_data, timestamp, settings.checkword)
        proof = ("msgDigest", digest)
    fields = (
        ("partnerID", settings.partner_id),
        ("requestID", request_id),
        ("serviceCode", service),
        ("timestamp", timestamp),
        proof,
        ("msgData", msg_data),
    )
    return Call(service, settings.base_url, _HEADERS, _form(fields))


def token_call(settings: SfSettings) -> Call:
    """Asks for an OAuth2 access token."""
    fields = (
        ("partnerID", settings.partner_id),
        ("secret", settings.checkword),
        ("grantType", "password"),
    )
    return Call(TOKEN, settings.token_url, _HEADERS, _form(fields))


def _form(fields: tuple[tuple[str, str], ...]) -> bytes:
    return "&".join(f"{name}={java_urlencode(value)}" for name, value in fields).encode("ascii")


def _cargo(item: Goods) -> dict[str, Any]:
    cargo: dict[str, Any] = {"name": item.name, "count": item.quantity, "unit": "件"}
    if item.weight_g > 0:
        cargo["weight"] = kilograms(item.weight_g)
    return {**cargo, "amount": yuan(item.price_fen), "currency": "CNY", "sourceArea": "CHN"}


def contacts(booking: Booking) -> list[dict[str, Any]]:
    """Sender and receiver as every service of SF takes them."""
    return [_contact(_SENDER, booking.sender), _contact(_RECEIVER, booking.receiver)]


def _contact(kind: int, person: Address) -> dict[str, Any]:
    land_line, mobile = split_phone(person.phone)
    return {
        "contactType": kind,
        "company": person.company[:100],
        "contact": person.name,
        "tel": land_line,
        "mobile": mobile,
        "country": "CN",
        "province": person.province,
        "city": person.city,
        "county": person.district,
        "address": street_address(person),
    }


def _services(settings: SfSettings, booking: Booking) -> list[dict[str, str]]:
    services = [dict(service) for service in settings.services]
    if booking.cod_fen:
        cod = {"name": "COD", "value": yuan_text(booking.cod_fen)}
        services.append({**cod, "value1": settings.monthly_account})
    if insured_fen := declared_fen(booking, settings.insure_from_fen):
        services.append({"name": "INSURE", "value": yuan_short_text(insured_fen)})
    return services
