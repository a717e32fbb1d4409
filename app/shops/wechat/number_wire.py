"""The shapes of what WeChat Store answers about virtual numbers."""

from __future__ import annotations

from app.shops.wechat.wire import Number, Wire, WireText


class VirtualNumberAnswer(Wire):
    virtual_tel_number: WireText = ""
    virtual_tel_expire_time: Number = 0


class NewNumberAnswer(Wire):
    virtual_number: WireText = ""
    extension: WireText = ""


class ExtendedAnswer(Wire):
    expiration: Number = 0
    available_extend_num: Number | None = None
