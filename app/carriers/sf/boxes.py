"""More boxes for an order that has its number: EXP_RECE_GET_SUB_MAILNO, before pickup only."""

from __future__ import annotations

from app.carriers.sf import errors
from app.carriers.sf.answers import Answer, box_numbers
from app.carriers.sf.label import TEMPLATE
from app.carriers.sf.settings import SfSettings
from app.carriers.wire_json import JsonObject
from app.domain.text import T
from app.domain.waybills import Issued, IssuedNumber, Rejected, Unknown

MORE_BOXES = "EXP_RECE_GET_SUB_MAILNO"


def more_data(settings: SfSettings, key: str, had: int, count: int) -> JsonObject:
    """``msgData``: ``count`` more than the ``had`` boxes. Source: SF 丰桥, 子单号申请接口."""
    quantity = had + count if settings.added_boxes == "total" else count
    return {"orderId": key, "parcelQty": quantity}


def read_more(answer: Answer, known: frozenset[str], count: int) -> Issued | Rejected | Unknown:
    """The numbers that are new; SF may list the others too."""
    if not answer.success:
        moving = answer.code == errors.PICKED_UP
        return Rejected(errors.picked_up() if moving else answer.problem, answer.raw)
    new = tuple(
        IssuedNumber(number, "child") for number in box_numbers(answer.data) if number not in known
    )
    if not new:
        return Unknown(T("SF did not name the numbers of the new boxes."), answer.raw)
    warning = None
    if len(new) != count:
        warning = T("SF gave {n} numbers for {boxes} boxes.", n=len(new), boxes=count)
    return Issued(new, TEMPLATE, {}, warning=warning, raw=answer.raw)
