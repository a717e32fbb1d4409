"""order/list/get: ids of orders by the time of their last change or of their making.

Source: WeChat Store, ``POST /channels/ec/order/list/get``: one of the two ranges, at most 7 days,
at most 100 ids a page; every page of a run repeats the arguments of the first (else 606006).
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import Any

from pydantic import model_validator

from app.domain.errors import RetryableError
from app.domain.orders import OrderPage
from app.domain.states import OrderStatus
from app.domain.text import T
from app.net.limiter import Priority
from app.shops.wechat import mapping, wire
from app.shops.wechat.client import WechatClient, unreadable
from app.shops.wechat.codes import MEANINGS

LIST_PATH = "/channels/ec/order/list/get"
PAGE_SIZE = 100
LONGEST_WINDOW = timedelta(days=7)


class OrderListAnswer(wire.Wire):
    """order/list/get. An answer that says neither which orders nor whether more follow is none."""

    order_id_list: list[wire.Id]
    next_key: wire.WireText = ""
    has_more: wire.Flag = False

    @model_validator(mode="before")
    @classmethod
    def _an_empty_list_may_be_left_out(cls, data: Any) -> Any:
        if isinstance(data, dict) and data.get("order_id_list") in (None, ""):
            told = data.get("has_more") is not None or data.get("next_key") is not None
            return {**data, "order_id_list": []} if told else data
        return data


def listed(
    client: WechatClient,
    time_range: str,
    since: datetime,
    until: datetime,
    page_key: str,
    status: OrderStatus | None,
    priority: Priority,
) -> OrderPage:
    """One page of the orders whose ``time_range`` lies in ``[since, until]``, each id once.

    Raises:
        RetryableError: ``sync_restart``, ``sync_narrow``, or no usable answer.
    """
    if until - since > LONGEST_WINDOW:
        raise _meaning(31042)
    body: dict[str, object] = {
        time_range: {
            "start_time": math.floor(since.timestamp()),
            "end_time": math.ceil(until.timestamp()),
        },
        "page_size": PAGE_SIZE,
    }
    if status is not None:
        body["status"] = mapping.FILTERS[status]
    if page_key:
        body["next_key"] = page_key
    answer = client.read(LIST_PATH, body, priority=priority)
    page = wire.read(OrderListAnswer, answer.data)
    if page.has_more and page.next_key == page_key != "":
        raise _meaning(606006)  # the same page for ever: as good as a key that does not fit
    if page.has_more and not page.next_key:
        raise unreadable(T("WeChat Store's list of orders ends in the middle."))
    ids = tuple(dict.fromkeys(order_id for order_id in page.order_id_list if order_id))
    return OrderPage(ids, page.next_key if page.has_more else "")


def _meaning(code: int) -> RetryableError:
    known = MEANINGS[code]
    return RetryableError(known.name, known.message, known.remedy)
