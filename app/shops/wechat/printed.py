"""Telling the platform that labels are on paper.

Source: WeChat Store, electronic waybill, ``order/print`` and ``order/batchprint``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.domain.companies import company as company_of
from app.domain.errors import RetryableError
from app.domain.text import T
from app.net.limiter import Priority
from app.ports import PrintedNotice, Reported, ReportLater, ReportOutcome
from app.shops.wechat import wire, wire_labels
from app.shops.wechat.client import WechatClient
from app.shops.wechat.errors import Answer
from app.shops.wechat.label_calls import BASE
from app.shops.wechat.writing import outcome_of

PRINTED_PATH = f"{BASE}/order/print"
BATCH_PATH = f"{BASE}/order/batchprint"
BATCH_MAX = 50


def tell_printed(client: WechatClient, notices: Sequence[PrintedNotice]) -> list[ReportOutcome]:
    """The outcome of each notice. A batch says of the others only that it did not take them."""
    if len(notices) == 1:
        (notice,) = notices
        got = client.write(
            PRINTED_PATH, _body(notice), ref=notice.booking_key, priority=Priority.LABEL
        )
        return [outcome_of(got, notice.booking_key)]
    body = {"req_list": [_body(notice) for notice in notices[:BATCH_MAX]]}
    got = client.write(BATCH_PATH, body, ref=f"{len(notices)} labels", priority=Priority.LABEL)
    outcome = outcome_of(got, "")
    if not isinstance(outcome, Reported) or not isinstance(got, Answer):
        return [outcome for _ in notices]
    try:
        taken = set(wire.read(wire_labels.BatchPrintAnswer, got.data).succ_ewaybill_order_id)
    except RetryableError as error:
        return [ReportLater(error.message) for _ in notices]
    refused = ReportLater(T("WeChat Store did not take the notice that this label is printed."))
    return [Reported() if n.booking_key in taken else refused for n in notices]


def _body(notice: PrintedNotice) -> dict[str, Any]:
    return {
        "ewaybill_order_id": notice.booking_key,
        "delivery_id": company_of(notice.company).wechat,
        "waybill_id": notice.number,
        "re_print": int(notice.again),
    }
