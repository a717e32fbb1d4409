"""Invented receivers for the demo: nobody lives here, no phone here rings.

Phones are 1380000xxxx and 1390000xxxx, streets are 示例路 and its side roads.
"""

from __future__ import annotations

import csv
import random
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from app.simulators.goods import DEMO_FOLDER

PHONE_PREFIXES = ("1390000", "1380000")

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
GIVEN_NAMES = (
    "敏", "静", "强", "磊", "洋", "勇", "艳", "杰", "娟", "涛",
    "明", "超", "霞", "平", "刚", "桂英", "晓雯", "子涵", "雨桐", "思远",
    "若溪", "佳宁", "文博", "志远", "海燕", "建国", "春梅", "一诺", "梓萱", "浩然",
    "安琪", "嘉怡", "书瑶", "俊熙", "晨曦", "秋月", "立新", "雪莹", "清扬", "知夏",
)  # fmt: skip
# Characters outside GBK or outside the basic plane: labels, lists and files must carry them.
RARE_NAMES = ("陈㛃", "周𬭊安", "林龘", "李喆", "王赟", "欧阳喆赟", "张㛃𬭊", "龘小龙")
LANES = ("示例路", "示例东路", "示例西路", "示例南街", "示例一巷", "示例大道")
ESTATES = (
    "云栖里", "桂语山房", "清河坊", "望江台", "松风苑", "半山公馆",
    "梧桐里", "南溪花园", "书香苑", "青枫园",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Region:
    """Province, city, district and post code as order/get spells them."""

    province: str
    city: str
    county: str
    postal_code: str


@dataclass(frozen=True, slots=True)
class Person:
    """A receiver in clear; the field names are those of a decoded address."""

    user_name: str
    tel_number: str
    province_name: str
    city_name: str
    county_name: str
    detail_info: str
    house_number: str = ""
    postal_code: str = ""
    virtual_number: str = ""
    virtual_extension: str = ""
    virtual_expires_at_s: int = 0

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


TIBET = Region("西藏自治区", "拉萨市", "城关区", "850000")
XINJIANG = Region("新疆维吾尔自治区", "伊犁哈萨克自治州", "察布查尔锡伯自治县", "835300")
ISLAND = Region("海南省", "三沙市", "西沙区", "573199")
QINGDAO = Region("山东省", "青岛市", "市南区", "266071")
SHANGHAI = Region("上海市", "上海市", "徐汇区", "200030")

LONG_DETAIL = (
    "示例街道示例大道 1288 号青枫园国际创新产业社区二期北区 12 号楼 B 座 3 单元 27 层 2706 室"
    "（从示例东路 5 号门进，快递请放一楼服务台右手边第三个铁架，送到请发一条短信，周末不在家）"
)
FULL_WIDTH_DETAIL = "示例街道示例路１２８号云栖里６幢２单元３０１室"


def load_regions(folder: Path = DEMO_FOLDER) -> tuple[Region, ...]:
    """Where the demo's ordinary buyers live; nowhere that a rule calls remote."""
    with (folder / "regions.csv").open(encoding="utf-8", newline="") as file:
        return tuple(Region(**row) for row in csv.DictReader(file))


class Crowd:
    """Hands out receivers in ``regions``, the same ones for the same ``rng``.

    Each has a phone number of their own; the first comes back after 20,000 people.
    """

    def __init__(self, rng: random.Random, regions: tuple[Region, ...]) -> None:
        self._rng = rng
        self._regions = regions
        self._count = 0
        self._shift = rng.randrange(10_000)

    def person(
        self, region: Region | None = None, name: str = "", detail: str = "", rare: bool = False
    ) -> Person:
        """The next receiver; what is not given is drawn."""
        region = region or self._rng.choice(self._regions)
        if not name:
            name = RARE_NAMES[self._count % len(RARE_NAMES)] if rare else self._name()
        return Person(
            user_name=name,
            tel_number=self._phone(),
            province_name=region.province,
            city_name=region.city,
            county_name=region.county,
            detail_info=detail or self._detail(),
            postal_code=region.postal_code,
        )

    def _name(self) -> str:
        return self._rng.choice(SURNAMES) + self._rng.choice(GIVEN_NAMES)

    def _phone(self) -> str:
        # 7 has no common factor with 10,000, so every ending comes once before any comes again.
        ending = (self._shift + self._count * 7) % 10_000
        prefix = PHONE_PREFIXES[self._count // 10_000 % len(PHONE_PREFIXES)]
        self._count += 1
        return f"{prefix}{ending:04d}"

    def _detail(self) -> str:
        r = self._rng
        lane = f"示例街道{r.choice(LANES)} {r.randrange(1, 399)} 号"
        if r.random() < 0.2:
            return f"{lane}{r.choice(('示例小学门卫', '示例科技园 2 号楼前台', '示例药店隔壁'))}"
        room = f"{r.randrange(1, 28)}0{r.randrange(1, 5)}"
        return (
            f"{lane}{r.choice(ESTATES)} {r.randrange(1, 19)} 幢 {r.randrange(1, 4)} 单元 {room} 室"
        )
