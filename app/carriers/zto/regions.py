"""ZTO's list of regions it does not serve at the moment (zto.sp.findAllForbServiceGateway).

Source: ZTO open platform. The shape of the answer is not documented, so every plausible one is
read: rows with names or codes, a tree, a map of names, and plain texts. What cannot be read stops
nothing: a region that is not understood must never close a whole province.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from app.carriers.track_times import china_time, millisecond_time
from app.carriers.wire_json import JsonObject, as_count, as_text, decode, first_text
from app.carriers.zto import errors
from app.carriers.zto.answers import Answer
from app.domain.reach import StoppedRegion, StoppedRegions

_LEVELS = ("province", "city", "district", "street")
_NAMES: dict[str, tuple[str, ...]] = {
    "province": ("province", "provinceName", "provName", "prov"),
    "city": ("city", "cityName"),
    "district": ("district", "districtName", "county", "countyName", "dist"),
    "street": ("street", "streetName", "town", "townName"),
}
_CODES = ("provinceCode", "cityCode", "districtCode", "countyCode")
_ANY_NAME = ("name", "areaName", "regionName", "area", "region", "fullName", "address")
_ANY_CODE = ("code", "areaCode", "regionCode", "adcode")
_INSIDE = (
    *("children", "childList", "subList", "sub", "provinces", "provinceList", "cities", "cityList"),
    *("districts", "districtList", "counties", "countyList", "areas", "areaList", "streets"),
    *("list", "rows", "records", "items", "data", "result", "regions", "regionList"),
)
_TOTALS = ("total", "totalCount", "count")
_REASONS = ("reason", "forbReason", "stopReason", "remark", "desc", "memo", "note", "content")
_BEGINS = ("startTime", "beginTime", "startDate", "beginDate", "start", "begin")
_ENDS = (
    *("endTime", "endDate", "end", "expireTime", "expireDate"),
    *("recoverTime", "resumeTime", "validEndTime", "until"),
)
_ALL_OF_IT = frozenset({"", "*", "-", "0", "all", "ALL", "全部", "全境", "全省", "全市", "全区"})
_BETWEEN = re.compile(r"[\s,，、/|>_\-－—]+")
_CODE = re.compile(r"\d{6}")
_MUNICIPALITIES = ("北京", "上海", "天津", "重庆")
_DAY_ONLY = re.compile(r"\d{4}[-/]\d{1,2}[-/]\d{1,2}")
_SECONDS_DIGITS = 10

# GB/T 2260: the first two digits of every code.
_PROVINCES = {
    "11": "北京市", "12": "天津市", "13": "河北省", "14": "山西省", "15": "内蒙古自治区",
    "21": "辽宁省", "22": "吉林省", "23": "黑龙江省", "31": "上海市", "32": "江苏省",
    "33": "浙江省", "34": "安徽省", "35": "福建省", "36": "江西省", "37": "山东省",
    "41": "河南省", "42": "湖北省", "43": "湖南省", "44": "广东省", "45": "广西壮族自治区",
    "46": "海南省", "50": "重庆市", "51": "四川省", "52": "贵州省", "53": "云南省",
    "54": "西藏自治区", "61": "陕西省", "62": "甘肃省", "63": "青海省", "64": "宁夏回族自治区",
    "65": "新疆维吾尔自治区", "71": "台湾省", "81": "香港特别行政区", "82": "澳门特别行政区",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Found:
    region: StoppedRegion
    begins: datetime | None = None


def read_regions(answer: Answer, now: datetime) -> StoppedRegions:
    """The regions stopped at ``now``; ended and future stops are left out."""
    if not answer.success:
        return StoppedRegions(problem=answer.problem)
    found = list(_inside(answer.result, _Found(StoppedRegion(""))))
    if not found and not _is_empty(answer.result):
        return StoppedRegions(problem=errors.unreadable_regions())
    stopped = [
        f.region
        for f in found
        if (f.begins is None or f.begins <= now)
        and (f.region.until is None or f.region.until > now)
    ]
    return StoppedRegions(tuple(dict.fromkeys(stopped)))


def _is_empty(value: Any) -> bool:
    """No region at all, however it is wrapped."""
    if isinstance(value, str) and value.strip():
        read = decode(value)
        return read is not None and _is_empty(read)
    if isinstance(value, dict):
        counted = any(as_count(value.get(name)) for name in _TOTALS)
        inside = [inner for inner in value.values() if not isinstance(inner, int)]
        return not counted and all(_is_empty(inner) for inner in inside)
    return not value


def _inside(value: Any, above: _Found) -> Iterator[_Found]:
    """Every region that ``value`` names, below ``above``."""
    if isinstance(value, str):
        read = decode(value)
        if isinstance(read, dict | list):
            yield from _inside(read, above)
        elif value.strip():
            yield from _named(above, [p for p in _BETWEEN.split(value.strip()) if p])
    elif isinstance(value, list):
        for item in value:
            yield from _inside(item, above)
    elif isinstance(value, dict):
        yield from _in_object(value, above)


def _in_object(row: JsonObject, above: _Found) -> Iterator[_Found]:
    here = _with_row(above, row)
    below = [row[key] for key in _INSIDE if isinstance(row.get(key), list | dict) and row[key]]
    for inner in below:
        yield from _inside(inner, here)
    maps = {k: v for k, v in row.items() if _is_place(k) and isinstance(v, list | dict)}
    for name, inner in maps.items():
        for place in _named(here, [name]):
            yield from _inside(inner, place) if inner else iter([place])
    names_something = here.region != above.region and bool(here.region.province)
    if not below and not maps and names_something:
        yield here


def _is_place(key: str) -> bool:
    return any("一" <= char <= "鿿" for char in key)


def _with_row(above: _Found, row: JsonObject) -> _Found:
    """``above`` with what this row says of itself."""
    region = above.region
    named = {level: first_text(row, names) for level, names in _NAMES.items()}
    if any(named.values()):
        region = _at_levels(region, named)
    elif first_text(row, _ANY_NAME):
        parts = [p for p in _BETWEEN.split(first_text(row, _ANY_NAME)) if p]
        region = next((f.region for f in _named(_Found(region), parts)), region)
    else:
        region = _by_codes(region, row)
    reason, until = first_text(row, _REASONS), _moment(row, _ENDS, end_of_day=True)
    begins = _moment(row, _BEGINS, end_of_day=False)
    region = replace(region, reason=reason or region.reason, until=until or region.until)
    return _Found(region, begins or above.begins)


def _at_levels(region: StoppedRegion, named: dict[str, str]) -> StoppedRegion:
    for level in _LEVELS:
        text = named[level]
        if not text:
            continue
        if level == "province" and _CODE.fullmatch(text):
            text = _PROVINCES.get(text[:2], text)
        region = _put(region, level, "" if text in _ALL_OF_IT else text)
    return _municipal(region)


def _put(region: StoppedRegion, level: str, text: str) -> StoppedRegion:
    match level:
        case "province":
            return replace(region, province=text)
        case "city":
            return replace(region, city=text)
        case "district":
            return replace(region, district=text)
        case _:
            return replace(region, street=text)


def _municipal(region: StoppedRegion) -> StoppedRegion:
    """A district given as the city of 北京, 上海, 天津 or 重庆 moves to where it belongs."""
    is_municipality = region.province.startswith(_MUNICIPALITIES)
    if is_municipality and not region.district and region.city.endswith(("区", "县")):
        return replace(region, city=f"{region.province[:2]}市", district=region.city)
    return region


def _by_codes(region: StoppedRegion, row: JsonObject) -> StoppedRegion:
    """By codes alone a province has a name; a city keeps its code, which matches no address."""
    codes = [c for key in (*_CODES, *_ANY_CODE) if _CODE.fullmatch(c := as_text(row.get(key)))]
    if not codes:
        return region
    code = codes[-1]
    province = _PROVINCES.get(code[:2], code)
    if code.endswith("0000"):
        return replace(region, province=province)
    level = "city" if code.endswith("00") else "district"
    return _put(replace(region, province=province), level, code)


def _named(above: _Found, parts: list[str]) -> Iterator[_Found]:
    """The region that ``parts`` name, from the first level that ``above`` leaves open."""
    region = above.region
    taken = next((i for i, level in enumerate(_LEVELS) if not getattr(region, level)), len(_LEVELS))
    parts = [p for p in parts if p not in _ALL_OF_IT]
    if len(parts) == 1 and _CODE.fullmatch(parts[0]):
        coded = _by_codes(region, {"code": parts[0]})
        yield replace(above, region=coded)
        return
    if not parts or not all(_is_place(part) for part in parts):
        return
    for level, part in zip(_LEVELS[taken:], parts, strict=False):
        region = _municipal(_put(region, level, part))
    yield replace(above, region=region)


def _moment(row: JsonObject, names: tuple[str, ...], *, end_of_day: bool) -> datetime | None:
    """A time in seconds, milliseconds or China's clock; a day alone ends with its last second."""
    text = first_text(row, names)
    if not text:
        return None
    if _DAY_ONLY.fullmatch(text):
        at = china_time(text.replace("/", "-") + " 00:00:00")
        return at + timedelta(days=1) if at is not None and end_of_day else at
    if len(text) == _SECONDS_DIGITS and text.isdigit():
        return datetime.fromtimestamp(int(text), UTC)
    return millisecond_time(text.replace("T", " ").replace("/", "-"))
