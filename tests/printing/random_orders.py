"""Orders as a year brings them, made from a seed: near and far, short and endless, every mark.

All people, phones, streets and numbers are invented. The same seed makes the same order on every
machine.
"""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

from app.domain.address import Address
from app.domain.labels import DrawnLabel, OwnArea
from tests.printing.samples import PRINTED_AT, RARE, sf_route, yunda_route, zto_route

CARRIERS = ("sf", "zto", "yunda", "plain")
_REGIONS = (
    ("上海市", "上海市", "徐汇区", "漕河泾街道"),
    ("浙江省", "杭州市", "余杭区", "良渚街道"),
    ("北京市", "北京市", "朝阳区", ""),
    ("内蒙古自治区", "呼伦贝尔市", "莫力达瓦达斡尔族自治旗", "尼尔基镇"),
    ("新疆维吾尔自治区", "克孜勒苏柯尔克孜自治州", "阿合奇县", "哈拉布拉克乡"),
    ("云南省", "西双版纳傣族自治州", "勐腊县", "关累镇"),
    ("贵州省", "黔西南布依族苗族自治州", "望谟县", "打易镇"),
    ("广东省", "东莞市", "", "松山湖"),
)
_STREETS = ("桂平路", "好运路", "团结东路", "凤凰大道", "石桥铺", "阿合奇村和平街", "人民南路")
_PLACES = ("", "幸福家园小区", "云栖科技园 B 座", "第三人民医院住院部", "Sunny Garden Phase II")
_HINTS = ("", "（放门卫室）", "（电话联系不上请勿投递，放快递柜，谢谢）", f"（{RARE}茶庄对面）")
_GOODS = (
    "茶叶 1 件", "土蜂蜜、月白茶杯等 5 件", "", "龙井",
    f"{RARE}牌高山云雾有机绿茶礼盒装、土蜂蜜、月白手作茶杯、竹制茶盘等共 78 件",
)  # fmt: skip
_LINES = (
    "龙井 特级 100g 罐 ×2", "土蜂蜜 500g ×1", "高山云雾有机绿茶礼盒装 特级 500g 罐 明前采摘 ×12",
    "T-Shirt XXL navy-blue ×1", f"{RARE}月白茶杯 ×3",
)  # fmt: skip
_NOTES = (
    "",
    "送人的，麻烦不要放价格单",
    "请用加厚纸箱，附手写贺卡：祝生日快乐，周末不在家请工作日送货",
)
_PRODUCTS = ("", "标快", "特快", "T 标快", "电商标快", "陆运包裹")
_COMPANIES = ("圆通速递", "申通快递", "极兔速递", "京东快递", "中国邮政速递物流")


def random_label(template: str, seed: int) -> DrawnLabel:
    """The order of this seed for this carrier."""
    dice = random.Random(f"{template} {seed}")
    number = _number(dice, template)
    kind = dice.choices(("mother", "child", "return_slip"), (7, 3, 1))[0]
    boxes = dice.randint(2, 13) if kind == "child" else dice.choice((1, 1, 2, 9))
    box = dice.randint(2, boxes) if kind == "child" else 1
    extra = {
        "product": dice.choice(_PRODUCTS),
        "payment": dice.choice(("", "寄付月结", "到付 ￥23.00", "第三方付")),
        "remark": dice.choice(("", "轻放", "保鲜，当日送达，收件前请先致电")),
    }
    if template == "plain":
        extra["hotline"] = dice.choice(("", "95554", "400-0000-000"))
    return DrawnLabel(
        template=template,
        number=number,
        route=_route(dice, template, number),
        sender=_person(dice, sender=True),
        receiver=_person(dice, sender=False),
        goods=dice.choice(_GOODS),
        own=_own(dice),
        printed_at=PRINTED_AT + timedelta(minutes=dice.randint(0, 500_000)),
        weight_g=dice.choice((0, 80, 1_260, 29_950)),
        box_no=box,
        box_count=boxes,
        mother_number=_number(dice, template) if kind == "child" else "",
        kind=kind,
        reprint_no=dice.choice((0, 0, 0, 1, 12)),
        cod_fen=dice.choice((0, 0, 100, 1_234_00, 99_999_99)),
        extra={key: value for key, value in extra.items() if value},
    )


def _digits(dice: random.Random, count: int) -> str:
    return "".join(dice.choice("0123456789") for _ in range(count))


def _number(dice: random.Random, template: str) -> str:
    match template:
        case "sf":
            return f"SF{_digits(dice, 13)}"
        case "zto":
            return f"73{_digits(dice, 12)}"
        case "yunda":
            return f"4{_digits(dice, dice.choice((12, 14)))}"
        case _:
            start, digits = dice.choice(
                (("YT", 13), ("JT", 13), ("JDVA", 11), ("77", 13), ("1", 12))
            )
            return start + _digits(dice, digits)


def _route(dice: random.Random, template: str, number: str) -> dict[str, Any]:
    match template:
        case "sf":
            flags = "".join(dice.choice("01") for _ in range(9))
            return sf_route(
                waybillNo=number,
                destRouteLabel=dice.choice(
                    ("755WE-571A3", "020W-F3-CK", "010-BA", "8711-ADL-0001")
                ),
                twoDimensionCode="MMM={'k1':'020W','k2':'020CK','k3':'','k4':'T801',"
                f"'k5':'{number}','k6':'','k7':'{_digits(dice, 8)}'}}",
                codingMapping=dice.choice(("", "K35", "F12", "W99")),
                codingMappingOut=dice.choice(("", "S10", "1A")),
                destTeamCode=dice.choice(("", "021", "7")),
                printFlag=dice.choice(("000000000", "111111111", "", flags)),
                proCode=dice.choice(("T 标快", "特快", "T 电标", "生鲜速配")),
                proName=dice.choice(("", "顺丰标快", "顺丰特快（陆运）")),
                xbFlag=dice.choice("01"),
                abFlag=dice.choice(("", "A", "B")),
                printIcon="".join(dice.choice("001") for _ in range(8)),
            )
        case "zto":
            return {
                **zto_route(),
                "mark": dice.choice(("300- H12 09", "沪西 12-08", "新疆-阿合奇 001", "571-A 1 2")),
                "bagAddr": dice.choice(("", "沪西", "克孜勒苏柯尔克孜转运中心（新建）")),
            }
        case "yunda":
            return {
                **yunda_route(),
                "position": dice.choice(("300G096", "571A001", "9")),
                "position_no": dice.choice(("0020", "A-12")),
                "package_wdjc": dice.choice(
                    ("集包地：上海分拨包", "", "集包地:克孜勒苏柯尔克孜分拨包")
                ),
                "qrcode": dice.choice(
                    ("", f"{number}|300G096", "https://example.test/" + "a" * 40)
                ),
            }
        case _:
            route = {
                "company": dice.choice(_COMPANIES),
                "bagAddr": dice.choice(("", "上海青浦转运中心")),
            }
            if dice.random() < 0.5:
                route["mark"] = dice.choice(("300-012-08", "上海 徐汇 A12"))
            return route


def _person(dice: random.Random, *, sender: bool) -> Address:
    province, city, district, street = dice.choice(_REGIONS)
    name = "山野集" if sender else dice.choice(("林**", "欧**", f"{RARE[0]}**", "A***** S****"))
    phone = dice.choice((f"138****{_digits(dice, 4)}", "0571-****0000", "1****"))
    building = f"{dice.randint(1, 1999)} 号 {dice.randint(1, 40)} 号楼 {dice.randint(101, 3204)} 室"
    place = f"{dice.choice(_STREETS)} {building}{dice.choice(_PLACES)}"
    return Address(
        name=name,
        phone=phone,
        extension=dice.choice(("", "", _digits(dice, 4))),
        company=dice.choice(("", "", "山野集茶业", "阿合奇县边境贸易进出口有限责任公司")),
        province=province,
        city=city,
        district=district,
        street=street,
        address=place + ("" if sender else dice.choice(_HINTS)),
    )


def _own(dice: random.Random) -> OwnArea:
    lines = tuple(dice.choice(_LINES) for _ in range(dice.choice((0, 1, 3, 6, 12))))
    if not lines and dice.random() < 0.5:
        return OwnArea()
    return OwnArea(
        lines=lines,
        wave=dice.choice(("", "0318-05")),
        position=dice.choice(("", "4/64", "420/1064")),
        bin=dice.choice(("", "A-01-3", "A-01-3-22")),
        note=dice.choice(_NOTES),
    )
