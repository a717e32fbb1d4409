"""What SF will charge (EXP_RECE_QUERY_DELIVERTM) and has charged (EXP_RECE_QUERY_SFWAYBILL)."""

from __future__ import annotations

from datetime import datetime

from app.carriers.amounts import fen_of_yuan, grams_of_kilograms, kilograms
from app.carriers.sf import errors
from app.carriers.sf.answers import Answer
from app.carriers.sf.settings import SfSettings
from app.carriers.track_times import china_text, china_time
from app.carriers.validation import street_address
from app.carriers.wire_json import JsonObject, as_object, as_objects, as_text
from app.domain.address import Address
from app.domain.fees import Billed, Quote, Quotes
from app.domain.waybills import Booking

QUOTE = "EXP_RECE_QUERY_DELIVERTM"
BILL = "EXP_RECE_QUERY_SFWAYBILL"


def quote_data(settings: SfSettings, booking: Booking, now: datetime) -> JsonObject:
    """``msgData`` of EXP_RECE_QUERY_DELIVERTM for a booking that ``validation.ready`` has passed.

    Source: SF 丰桥, 时效标准及价格查询接口.
    """
    return {
        "businessType": booking.product or settings.product,
        "weight": kilograms(booking.weight_g),
        "consignedTime": china_text(now),
        "searchPrice": "1",
        "destAddress": _place(booking.receiver),
        "srcAddress": _place(booking.sender),
        "monthlyCard": settings.monthly_account,
    }


def read_quotes(answer: Answer) -> Quotes:
    """One quote a product; times are China's, money is yuan."""
    if not answer.success:
        return Quotes(problem=answer.problem)
    rows = as_objects((as_object(answer.data) or {}).get("deliverTmDto"))
    return Quotes(tuple(_quote(row) for row in rows))


def bill_data(settings: SfSettings, number: str) -> JsonObject:
    """``msgData`` of EXP_RECE_QUERY_SFWAYBILL. Source: SF 丰桥, 清单运费查询接口."""
    return {"trackingType": settings.bill_tracking_type, "trackingNum": number}


def read_billed(answer: Answer, number: str) -> Billed:
    """The sum of all fees and the weight charged for; both stay open until SF has billed."""
    if not answer.success:
        return Billed(number, problem=answer.problem)
    data = as_object(answer.data) or {}
    info = as_object(data.get("waybillInfo")) or {}
    if as_text(info.get("waybillNo")) not in {"", number}:
        return Billed(number, problem=errors.other_bill())
    fees = [
        amount
        for row in as_objects(data.get("waybillFeeList"))
        if (amount := fen_of_yuan(row.get("value"), below_zero=True)) is not None
    ]
    weight = grams_of_kilograms(info.get("meterageWeightQty")) or grams_of_kilograms(
        info.get("realWeightQty")
    )
    return Billed(number, sum(fees) if fees else None, weight)


def _place(person: Address) -> dict[str, str]:
    return {
        "province": person.province,
        "city": person.city,
        "district": person.district,
        "address": street_address(person),
    }


def _quote(row: JsonObject) -> Quote:
    times = as_text(row.get("deliverTime")).split(",")
    return Quote(
        as_text(row.get("businessType")),
        as_text(row.get("businessTypeDesc")),
        fen_of_yuan(row.get("fee")),
        china_time(times[0]),
        china_time(times[-1]),
    )
