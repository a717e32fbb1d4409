"""Invented labels to look at a design with, where no real order shows it all. Nobody in here is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from app.domain.address import Address
from app.domain.labels import DrawnLabel, OwnArea

_SENDER = Address(
    name="山野集", phone="0571-****0000", province="浙江省", city="杭州市", district="余杭区",
    street="良渚街道", address="好运路 1 号",
)  # fmt: skip
_RECEIVER = Address(
    name="林*", phone="138****2046", province="上海市", city="上海市", district="徐汇区",
    street="漕河泾街道", address="桂平路 4 号 2 号楼 601 室",
)  # fmt: skip
_FAR = Address(
    name="欧**", phone="138****2046", province="新疆维吾尔自治区",
    city="克孜勒苏柯尔克孜自治州", district="阿合奇县", street="哈拉布拉克乡",
    address="阿合奇村团结路与和平街交叉口东北角二百米处幸福家园小区十二号楼三单元 1203 室"
    "（快递请放门卫室，电话联系不上请勿投递）",
)  # fmt: skip
_OWN = OwnArea(
    lines=("龙井 特级 100g 罐 ×2", "土蜂蜜 500g ×1", "月白茶杯 ×2"),
    wave="0318-05", position="42/64", bin="A-01-3", note="送人的，麻烦不要放价格单",
    codes=("TEA-001 ×2", "HONEY-02 ×1", "CUP-011 ×2"), merchant_note="老客户，送一包样品",
)  # fmt: skip
_FULL_OWN = OwnArea(
    lines=tuple(f"高山云雾有机绿茶礼盒装 特级 {i}00g 罐 明前手工采摘 ×{i}" for i in range(1, 13)),
    wave="0318-05", position="420/1064", bin="A-01-3-22",
    note="送人的，不要放价格单，请用加厚纸箱，附手写贺卡：祝生日快乐，周末不在家请工作日送货",
    codes=tuple(f"TEA-GIFT-{i:03d}-A ×{i}" for i in range(1, 13)),
    merchant_note="老客户，送一包样品，箱内放干燥剂",
)  # fmt: skip
_NUMBERS = {
    "sf": "SF7444496931331", "zto": "73100196611386", "yunda": "462019873345121",
    "plain": "JDVA12345678901",
}  # fmt: skip
_ROUTES: Mapping[str, Mapping[str, Any]] = {
    "sf": {
        "waybillNo": "SF7444496931331", "destRouteLabel": "755WE-571A3", "codingMapping": "K35",
        "codingMappingOut": "S10", "destTeamCode": "021", "proCode": "T 标快",
        "proName": "顺丰标快", "xbFlag": "1", "abFlag": "A", "printIcon": "00110000",
        "twoDimensionCode": "MMM={'k1':'755WE','k2':'571A3','k3':'021','k4':'T4','k5':"
        "'SF7444496931331','k6':'','k7':'7f3c21aa'}",
    },
    "zto": {"mark": "200- A3-08 12", "bagAddr": "上海青浦转运中心"},
    "yunda": {
        "position": "300G096", "position_no": "00 20", "package_wdjc": "集包地：上海分拨包",
        "innerProvinceName": "省内件", "qrcode": "462019873345121/300G096-00 20",
    },
    "plain": {"company": "京东快递", "bagAddr": "上海青浦转运中心"},
}  # fmt: skip


def usual(template: str, printed_at: datetime) -> DrawnLabel:
    """An order like most."""
    return DrawnLabel(
        template=template,
        number=_NUMBERS[template],
        route=_ROUTES[template],
        sender=_SENDER,
        receiver=_RECEIVER,
        goods="茶叶、蜂蜜、茶杯 共 5 件",
        own=_OWN,
        printed_at=printed_at,
        weight_g=1260,
    )


def worst(template: str, printed_at: datetime) -> DrawnLabel:
    """Everything at its longest: a child box, cash on delivery, a reprint, a dozen goods."""
    route = dict(_ROUTES[template])
    if template == "sf":
        route |= {"printIcon": "11111110", "abFlag": "B"}
    return replace(
        usual(template, printed_at),
        route=route,
        receiver=_FAR,
        own=_FULL_OWN,
        goods="高山云雾有机绿茶礼盒装、土蜂蜜、月白手作茶杯、竹制茶盘等共 78 件",
        cod_fen=123_400,
        reprint_no=12,
        box_no=2,
        box_count=13,
        kind="child",
        mother_number=_NUMBERS[template][:-3] + "000",
    )
