"""Kuaidi100's names of the companies (快递公司编码) and ours."""

from __future__ import annotations

KD100_NAMES: dict[str, str] = {
    "sf": "shunfeng",
    "zto": "zhongtong",
    "yunda": "yunda",
    "yto": "yuantong",
    "sto": "shentong",
    "jt": "jtexpress",
    "jd": "jd",
    "ems": "ems",
}
"""Our company code to the name that Kuaidi100 uses."""

_ALSO = {"youzhengguonei": "ems", "emsbg": "ems", "yundakuaidi": "yunda"}
_OURS = {theirs: ours for ours, theirs in KD100_NAMES.items()} | _ALSO

LABEL_NAMES: dict[str, str] = {
    "sf": "顺丰速运",
    "zto": "中通快递",
    "yunda": "韵达快递",
    "yto": "圆通速递",
    "sto": "申通快递",
    "jt": "极兔速递",
    "jd": "京东快递",
    "ems": "中国邮政",
}
"""What stands at the top of the label."""


def our_code(name: str) -> str:
    """Our company code for Kuaidi100's name; ``""`` for a company we have no code for."""
    return _OURS.get(name, "")
