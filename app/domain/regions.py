"""Names of regions: when two of them mean one place, however shops and carriers write them.

``上海`` and ``上海市`` are one place, so are ``凉山州`` and ``凉山彝族自治州``;
``朝阳区`` and ``朝阳县``, ``江西`` and ``广西`` are not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.domain.address import Address

PROVINCES = (
    "北京市",
    "天津市",
    "河北省",
    "山西省",
    "内蒙古自治区",
    "辽宁省",
    "吉林省",
    "黑龙江省",
    "上海市",
    "江苏省",
    "浙江省",
    "安徽省",
    "福建省",
    "江西省",
    "山东省",
    "河南省",
    "湖北省",
    "湖南省",
    "广东省",
    "广西壮族自治区",
    "海南省",
    "重庆市",
    "四川省",
    "贵州省",
    "云南省",
    "西藏自治区",
    "陕西省",
    "甘肃省",
    "青海省",
    "宁夏回族自治区",
    "新疆维吾尔自治区",
    "台湾省",
    "香港特别行政区",
    "澳门特别行政区",
)
"""All provinces under their full names."""

_MUNICIPALITIES = frozenset({"北京市", "天津市", "上海市", "重庆市"})
# What address tables put where a city has no name of its own.
_NO_CITY = frozenset({"", "市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"})

_PEOPLES = (
    "壮族|回族|维吾尔|朝鲜族|土家族|苗族|藏族|羌族|彝族|布依族|侗族|哈尼族|傣族|白族|景颇族|"
    "傈僳族|蒙古族|蒙古|哈萨克|柯尔克孜|黎族|瑶族|满族|畲族|仫佬族|毛南族|仡佬族|水族|纳西族|"
    "拉祜族|佤族|布朗族|独龙族|怒族|普米族|土族|撒拉族|东乡族|保安族|裕固族|锡伯|塔吉克|达斡尔族|"
    "鄂温克族|鄂伦春|各族"
)
# Suffixes of one kind name the same level: a prefecture that became a city is the same place, and
# people write 广西省. A county and a district of one name are two places.
_KINDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("province", re.compile(r"特别行政区|省")),
    ("province", re.compile(rf"(?:{_PEOPLES})*自治区")),
    ("prefecture", re.compile(rf"(?:{_PEOPLES})*自治州|地区|盟|州|市")),
    ("county", re.compile(rf"(?:{_PEOPLES})*自治县|县")),
    ("banner", re.compile(rf"(?:{_PEOPLES})*自治旗|旗")),
    ("district", re.compile(r"区")),
    ("subdistrict", re.compile(r"街道办事处|街道")),
    ("town", re.compile(r"镇")),
    ("township", re.compile(rf"(?:{_PEOPLES})*乡|苏木")),
)


def same_region(ours: str, theirs: str) -> bool:
    """Whether two names of one level (two provinces, two cities …) mean the same place.

    A name without its ending (``西湖``) fits every ending; two different endings do not fit.
    """
    if not ours or not theirs:
        return False
    if ours == theirs:
        return True
    stem, kind = _parted(ours)
    other, other_kind = _parted(theirs)
    if not kind:
        stem, other = ours, _stem_for(theirs, ours)
    elif not other_kind:
        stem, other = _stem_for(ours, theirs), theirs
    return stem == other and (kind == other_kind or not kind or not other_kind)


def short_name(region: str) -> str:
    """``贵州`` for ``贵州省``, ``凉山`` for ``凉山彝族自治州``: as people say it."""
    return _parted(region)[0]


def is_province(name: str) -> bool:
    """Whether a province is called so, in full or as people say it."""
    return any(same_region(name, full) for full in PROVINCES)


def province_name(province: str) -> str:
    """The full name of a province (``上海`` → ``上海市``); other words come back as they are."""
    return next((full for full in PROVINCES if same_region(province, full)), province)


@dataclass(frozen=True, slots=True)
class Place:
    """A region; an empty part means all of it."""

    province: str = ""
    city: str = ""
    district: str = ""
    street: str = ""

    @property
    def depth(self) -> int:
        """How exactly the region is named: 0 is everywhere, 4 a street."""
        return sum(bool(part) for part in (self.province, self.city, self.district, self.street))

    @property
    def words(self) -> str:
        """As people say it, without repeating a municipality."""
        parts = (self.province, self.city, self.district, self.street)
        kept = [
            part
            for i, part in enumerate(parts)
            if part and not any(same_region(part, earlier) for earlier in parts[:i])
        ]
        return " ".join(kept)


def place(province: str = "", city: str = "", district: str = "", street: str = "") -> Place:
    """A region in one spelling: full province, no stand-in for a city, municipalities in order."""
    province, city = province_name(province.strip()), city.strip()
    district, street = district.strip(), street.strip()
    if city in _NO_CITY:
        city = ""
    if province in _MUNICIPALITIES:
        if city and not district and not same_region(city, province):
            district = city  # 上海市 徐汇区: the city is left out
        city = province if district or city else ""
    return Place(province, city, district, street)


def place_of(address: Address) -> Place:
    """Where an address lies."""
    return place(address.province, address.city, address.district, address.street)


def covers(region: Place, there: Place, text: str = "") -> bool:
    """Whether ``there`` lies in ``region``.

    ``text`` is the address below the district; a street it does not name by itself is found there.
    """
    for wanted, found in (
        (region.province, there.province),
        (region.city, there.city),
        (region.district, there.district),
    ):
        if wanted and not same_region(wanted, found):
            return False
    if not region.street or same_region(region.street, there.street):
        return True
    return not there.street and region.street in text


def _parted(name: str) -> tuple[str, str]:
    """``(stem, kind of ending)``; no kind for a name without an ending."""
    for kind, ending in _KINDS:
        found = re.search(rf"(?:{ending.pattern})$", name)
        if found is not None and found.start() >= _SHORTEST:
            return name[: found.start()], kind
    return name, ""


def _stem_for(name: str, bare: str) -> str:
    """``bare`` when ``name`` is ``bare`` with an ending of any kind, else the usual stem."""
    for _, ending in _KINDS:
        if re.fullmatch(rf"{re.escape(bare)}(?:{ending.pattern})", name):
            return bare
    return _parted(name)[0]


_SHORTEST = 2  # 城区 is a name, not 城 with an ending
