"""Requests to ZTO, to the byte (中通开放平台, JSON mode)."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

from app.carriers.amounts import kilograms, size_text, yuan_number
from app.carriers.calling import Call
from app.carriers.insurance import declared_fen
from app.carriers.validation import Limits, district_of, split_phone, street_address
from app.carriers.wire_json import JsonObject, encode
from app.carriers.zto.settings import ZtoSettings
from app.carriers.zto.signature import data_digest
from app.domain.address import Address
from app.domain.tracking import TrackQuery
from app.domain.waybills import Booking, Goods

CREATE = "zto.open.createOrder"
MARK = "zto.innovate.bagAddrMark"
INFO = "zto.open.getOrderInfo"
CANCEL = "zto.open.cancelPreOrder"
BALANCE = "zto.open.queryAvailableBalanceNew"
TRACK = "zto.merchant.waybill.track.query"
BIND = "zto.open.bindingEaccount"
SITE = "zto.sp.getBaseOrganizeByFullNameGateway"
STOPPED = "zto.sp.findAllForbServiceGateway"
QUOTE = "zto.open.obtainPicePrescription"  # spelled as ZTO spells it

LIMITS = Limits(needs_district=True, boxes=1)
_ORDINARY_ACCOUNT, _XINGLIAN_ACCOUNT = 1, 74
_ORDERED_BY_MISTAKE = "2"
_MILLIMETRES_PER_CENTIMETRE = 10
_NOBODYS_NUMBER = "73000000000000"
_CHINA = timezone(timedelta(hours=8))


def order_data(settings: ZtoSettings, booking: Booking) -> JsonObject:
    """The body of zto.open.createOrder for a booking that ``validation.ready`` has passed.

    Amounts of extra services are in fen, prices in yuan, weights in grams.
    """
    price_fen = sum(item.price_fen * item.quantity for item in booking.goods)
    return {
        "partnerType": settings.partner_type,
        "orderType": settings.order_type,
        "partnerOrderCode": booking.key,
        "accountInfo": _account(settings),
        "billCode": "",
        "senderInfo": {"senderId": "", **_party("sender", booking.sender)},
        "receiveInfo": _party("receiver", booking.receiver),
        "orderVasList": _services(settings, booking),
        "hallCode": "",
        "siteCode": settings.site_code,
        "siteName": settings.site_name,
        "summaryInfo": {
            "size": size_text(settings.box_size_mm, _MILLIMETRES_PER_CENTIMETRE),
            "quantity": sum(item.quantity for item in booking.goods),
            "price": yuan_number(price_fen),
            "freight": 0,
            "premium": 0,
            "startTime": "",
            "endTime": "",
        },
        "remark": booking.remark,
        "orderItems": [_item(settings, item) for item in booking.goods],
        "cabinet": {"address": "", "specification": 0, "code": ""},
    }


def mark_data(booking: Booking) -> JsonObject:
    """The body of zto.innovate.bagAddrMark: route text for an address, no number is used up."""
    sides = (("send", booking.sender), ("receive", booking.receiver))
    data: JsonObject = {"unionCode": booking.key}
    for side, person in sides:
        data[f"{side}_province"] = person.province
        data[f"{side}_city"] = person.city
        data[f"{side}_district"] = district_of(person)
        data[f"{side}_address"] = street_address(person)
    return data


def info_data(settings: ZtoSettings, key: str) -> JsonObject:
    """The body of zto.open.getOrderInfo by our own key, which not every account may use."""
    kind = 0 if settings.is_appointment else 1
    return {"type": kind, "orderCode": "", "billCode": "", "partnerOrderCode": key}


def probe_data() -> JsonObject:
    """A query for nobody's number that any rightly configured app may make."""
    return {"type": 1, "orderCode": "", "billCode": _NOBODYS_NUMBER}


def cancel_data(number: str, carrier_order: str) -> JsonObject:
    return {"cancelType": _ORDERED_BY_MISTAKE, "orderCode": carrier_order, "billCode": number}


def track_data(query: TrackQuery) -> JsonObject:
    """The body of the track query; ZTO wants the end of the receiver's or sender's phone."""
    return {"billCode": query.number, "mobilePhone": query.phone_end}


def balance_data(settings: ZtoSettings, now: datetime) -> JsonObject:
    return {
        "datetime": now.astimezone(_CHINA).strftime("%Y-%m-%d %H:%M:%S"),
        "partner": settings.account_id,
        "verify": settings.account_password,
        "content": {"typeId": "1", "lastNo": ""},
    }


def bind_data(settings: ZtoSettings, site_code: str) -> JsonObject:
    """The body of zto.open.bindingEaccount: ties the e-waybill account to the app."""
    return {
        "eaccount": settings.account_id,
        "eaccountPwd": settings.account_password,
        "siteCode": site_code,
    }


def site_data(full_name: str) -> JsonObject:
    """The body of the query for a site's code, by the name that ZTO's map gives it."""
    return {"fullName": full_name}


def quote_data(settings: ZtoSettings, booking: Booking) -> JsonObject:
    """The body of zto.open.obtainPicePrescription: from whom to whom, and how heavy."""
    in_grams = settings.quote_weight_unit == "g"
    return {
        "transportType": 0,
        "sender": _place(booking.sender),
        "addresser": _place(booking.receiver),  # ZTO's word for the receiver
        "weight": booking.weight_g if in_grams else kilograms(booking.weight_g),
    }


def api_call(settings: ZtoSettings, api: str, data: JsonObject, *, timestamp_ms: int) -> Call:
    """One call of ``api``.

    ZTO's SDK and its documents name the header of the app differently: both are sent. The header
    of the digest differs in capitals only, which HTTP does not tell apart: it is sent once.
    """
    body = encode(data)
    timestamp = str(timestamp_ms) if settings.sign_timestamp else ""
    digest = data_digest(
        body,
        settings.app_secret,
        algorithm=settings.signature.removesuffix("_hex"),
        hmac_key=settings.hmac_key,
        timestamp=timestamp,
        as_hex=settings.signature.endswith("_hex"),
    )
    headers = {
        "content-type": "application/json; charset=utf-8",
        "x-companyid": settings.app_key,
        "x-appkey": settings.app_key,
        "x-datadigest": digest,
    }
    if timestamp:
        headers["x-timestamp"] = timestamp
    return Call(api, f"{settings.base_url}/{api}", headers, body)


def _account(settings: ZtoSettings) -> dict[str, Any]:
    return {
        "accountId": settings.account_id,
        "accountPassword": settings.account_password,
        "type": _XINGLIAN_ACCOUNT if settings.is_xinglian else _ORDINARY_ACCOUNT,
        "customerId": settings.customer_id,
    }


def _party(side: str, person: Address) -> dict[str, str]:
    land_line, mobile = split_phone(person.phone)
    return {
        f"{side}Name": person.name,
        f"{side}Phone": land_line,
        f"{side}Mobile": mobile,
        f"{side}Province": person.province,
        f"{side}City": person.city,
        f"{side}District": district_of(person),
        f"{side}Address": street_address(person),
    }


def _place(person: Address) -> dict[str, str]:
    return {
        "province": person.province,
        "city": person.city,
        "district": district_of(person),
        "address": street_address(person),
    }


def _item(settings: ZtoSettings, item: Goods) -> dict[str, Any]:
    return {
        "name": item.name,
        "category": settings.goods_category,
        "material": "",
        "size": "",
        "weight": item.weight_g,
        "unitprice": yuan_number(item.price_fen),
        "quantity": item.quantity,
        "remark": "",
    }


def _services(settings: ZtoSettings, booking: Booking) -> list[dict[str, Any]]:
    services = [_service(row.get("name", ""), 0) for row in settings.services]
    if booking.cod_fen:
        services.append(_service("COD", booking.cod_fen, settings.cod_account))
    if insured_fen := declared_fen(booking, settings.insure_from_fen):
        services.append(_service("insured", insured_fen))
    if settings.return_slip:
        services.append(_service("receiveReturnService", 0))
    return services


def _service(kind: str, amount_fen: int, account: str = "") -> dict[str, Any]:
    return {
        "vasType": kind,
        "vasAmount": amount_fen,
        "vasPrice": 0,
        "vasDetail": "",
        "accountNo": account,
    }
