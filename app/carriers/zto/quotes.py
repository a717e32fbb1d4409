"""Price and time of arrival from ZTO (zto.open.obtainPicePrescription).

Source: ZTO open platform; the fields of the answer are not documented, so several names are read.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from app.carriers.amounts import fen_of_yuan
from app.carriers.track_times import millisecond_time
from app.carriers.wire_json import JsonObject, as_count, as_object, as_objects, as_text, first_text
from app.carriers.zto import errors
from app.carriers.zto.answers import Answer
from app.domain.fees import Quote, Quotes

_PRICES = ("price", "totalPrice", "totalFee", "fee", "freight")
_FIRST_KILOGRAM = "firstWeightPrice"  # the whole price of a parcel up to 1 kg, and of no other
_HOURS = ("hours", "hour", "prescription", "totalHour", "timeLimit")
_TIMES = ("arriveTime", "arrivalTime", "estimateTime", "deliveryTime")
_CODES = ("productCode", "productType", "vasType")
_LISTS = ("list", "products", "priceList", "data")
_ONE_KILOGRAM_G = 1000
_MOST_HOURS = 24 * 60


def read_quotes(answer: Answer, weight_g: int, now: datetime) -> Quotes:
    """What ZTO offers; prices come in yuan, the time as hours from now or as a moment."""
    if not answer.success:
        return Quotes(problem=answer.problem)
    whole = as_object(answer.result) or {}
    inner = next((as_objects(whole[key]) for key in _LISTS if as_objects(whole.get(key))), None)
    names = (*_PRICES, _FIRST_KILOGRAM) if weight_g <= _ONE_KILOGRAM_G else _PRICES
    quotes = [_quote(row, names, now) for row in inner or as_objects(answer.result)]
    found = tuple(q for q in quotes if q.fee_fen is not None or q.arrives_by is not None)
    return Quotes(found) if found else Quotes(problem=errors.no_quote())


def _quote(row: JsonObject, prices: tuple[str, ...], now: datetime) -> Quote:
    fees = (fen_of_yuan(row.get(name)) for name in prices)
    hours = next((n for name in _HOURS if (n := as_count(row.get(name)))), None)
    moments = (millisecond_time(row.get(name)) for name in _TIMES)
    arrives_by = next((at for at in moments if at is not None), None)
    if arrives_by is None and hours is not None and hours <= _MOST_HOURS:
        arrives_by = now + timedelta(hours=hours)
    return Quote(
        product=first_text(row, _CODES),
        product_name=as_text(row.get("productName")),
        fee_fen=next((fen for fen in fees if fen is not None), None),
        arrives_by=arrives_by,
    )
