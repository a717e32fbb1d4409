"""Refusals of the platform: an errcode, a message that ends in a rid, sometimes more fields."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator, Mapping
from typing import Any

MESSAGES: Mapping[int, str] = {
    -1: "system error",
    40001: "invalid credential, access_token is invalid or not latest",
    40002: "invalid grant_type",
    40013: "invalid appid",
    40014: "invalid access_token",
    40066: "invalid url",
    40097: "invalid args",
    40125: "invalid appsecret",
    41001: "access_token missing",
    42001: "access_token expired",
    43001: "require GET method",
    43002: "require POST method",
    45009: "reach max api daily quota limit",
    45011: "api minute-quota reach limit, must slower, retry next minute",
    47001: "data format error",
    48001: "api unauthorized",
    31042: ", 订单数量过多,请缩小时间范围",
    606006: ", next_key参数不正确,本次请求参数与上一页不一致",
    606030: ", 同一 sku 的所有商品必须在一个包裹里发出",
    606031: ", 发货请求里product_id或sku_id填写不正确",
    10025005: "电子面单取号失败,请参考delivery_error_msg字段后重试",
    10025006: "取消下单失败",
    10025010: "电子面单订单不存在,请确认面单ID",
    10025017: "小店订单信息错误,请检查小店订单相关字段",
    10025019: "电子面单已存在",
    10025020: "EWaybill Order ID 的数据内容是Uint64,用字符串传递参数,请确认是否正确",
    10021059: "当前平台退款请求太频繁,请稍后重试",
}


class RefusalError(Exception):
    """The platform says no. ``extra`` are fields of the answer beside errcode and errmsg."""

    def __init__(self, errcode: int, detail: str = "", **extra: Any) -> None:
        super().__init__(errcode)
        self.errcode = errcode
        self.detail = detail
        self.extra = extra

    def as_answer(self, rid: str) -> dict[str, Any]:
        """The body of the answer."""
        known = MESSAGES.get(self.errcode, "")
        text = ", ".join(part for part in (known, self.detail) if part)
        return {"errcode": self.errcode, "errmsg": f"{text} rid: {rid}", **self.extra}


class RidCounter:
    """Makes the ``xxxxxxxx-xxxxxxxx-xxxxxxxx`` ids under which support finds a call."""

    def __init__(self) -> None:
        self._numbers: Iterator[int] = itertools.count(1)
        self._lock = threading.Lock()

    def next(self, now_s: float) -> str:
        """A rid that was not given before."""
        with self._lock:
            number = next(self._numbers)
        return (
            f"{int(now_s) & 0xFFFFFFFF:08x}-{(number * 2654435761) & 0xFFFFFFFF:08x}-{number:08x}"
        )
