"""Does SF serve an address: EXP_RECE_FILTER_ORDER_BSP. No number is used up by asking."""

from __future__ import annotations

from app.carriers.reaching import answered, unasked
from app.carriers.sf import errors
from app.carriers.sf.answers import Answer
from app.carriers.sf.wire import contacts
from app.carriers.wire_json import JsonObject, as_objects, as_text
from app.domain.reach import ReachAnswer, ReachOrigin, ReachVerdict
from app.domain.text import T
from app.domain.waybills import Booking

FILTER = "EXP_RECE_FILTER_ORDER_BSP"
_BY_MACHINE = 1  # filterType: nobody at SF is asked to look


def filter_data(booking: Booking) -> list[JsonObject]:
    """``msgData``: an array, alone among SF's services. Source: SF 丰桥, 订单筛选接口."""
    entry: JsonObject = {
        "filterType": _BY_MACHINE,
        "orderId": booking.key,
        "contactInfos": contacts(booking),
    }
    return [entry]


def read_reach(answer: Answer, booking: Booking) -> ReachAnswer:
    """SF's answer for ``booking``; it comes as a list or as one object."""
    if not answer.success:
        return unasked(answer.problem)
    rows = as_objects(answer.data)
    row = next((r for r in rows if as_text(r.get("orderId")) == booking.key), None)
    row = row or (rows[0] if rows else {})
    result, remark = as_text(row.get("filterResult")), as_text(row.get("remark"))
    match result:
        case "2":
            return ReachAnswer(ReachVerdict.REACHED, ReachOrigin.ONLINE, said=remark)
        case "3":
            refused = errors.out_of_range(remark, answer.reference)
            return answered(ReachVerdict.REFUSED, refused)
        case "1":
            reason = T("SF will check by hand whether it delivers to this address.")
        case "4":
            reason = T("SF could not place the address exactly: check it before printing.")
        case _:
            reason = T("SF does not say whether it delivers to this address.")
            return ReachAnswer(ReachVerdict.UNKNOWN, ReachOrigin.ONLINE, reason, "", remark)
    code = f"filterResult {result}"
    return ReachAnswer(ReachVerdict.DOUBTFUL, ReachOrigin.ONLINE, reason, code, remark)
