"""Names of regions that mean one place, and those that do not."""

from __future__ import annotations

import pytest

from app.domain.address import Address
from app.domain.regions import PROVINCES, Place, covers, place, place_of, province_name, same_region


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("上海", "上海市"),
        ("西藏", "西藏自治区"),
        ("内蒙古", "内蒙古自治区"),
        ("广西", "广西壮族自治区"),
        ("广西省", "广西壮族自治区"),
        ("新疆", "新疆维吾尔自治区"),
        ("宁夏", "宁夏回族自治区"),
        ("香港", "香港特别行政区"),
        ("黑龙江", "黑龙江省"),
        ("凉山州", "凉山彝族自治州"),
        ("凉山", "凉山彝族自治州"),
        ("海西州", "海西蒙古族藏族自治州"),
        ("哈密地区", "哈密市"),
        ("锡林郭勒", "锡林郭勒盟"),
        ("西湖", "西湖区"),
        ("积石山", "积石山保安族东乡族撒拉族自治县"),
        ("良渚", "良渚街道"),
    ],
)
def test_one_place(one: str, other: str) -> None:
    assert same_region(one, other)
    assert same_region(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("江西省", "广西壮族自治区"),
        ("山西省", "陕西省"),
        ("朝阳区", "朝阳县"),
        ("吉林省", "吉林市"),
        ("", "上海市"),
        ("上海市", ""),
        ("河北省", "河南省"),
        ("城区", "城关区"),
        ("海南省", "海南藏族自治州"),
    ],
)
def test_two_places(one: str, other: str) -> None:
    assert not same_region(one, other)
    assert not same_region(other, one)


def test_no_province_means_another() -> None:
    for province in PROVINCES:
        assert [p for p in PROVINCES if same_region(p, province)] == [province]
        assert province_name(province) == province


def test_a_municipality_is_written_in_many_ways() -> None:
    wanted = Place("上海市", "上海市", "徐汇区")
    assert place("上海", "上海", "徐汇区") == Place("上海市", "上海市", "徐汇区")
    assert place("上海市", "徐汇区") == wanted
    assert place("上海市", "市辖区", "徐汇区") == wanted
    assert place("上海") == Place("上海市")
    assert place_of(Address(province="重庆", city="县", district="城口县")).city == "重庆市"
    assert wanted.words == "上海市 徐汇区"


@pytest.mark.parametrize(
    ("region", "inside"),
    [
        (place("西藏"), True),
        (place("西藏", "那曲地区"), True),
        (place("西藏", "那曲市", "安多县"), True),
        (place("西藏", "那曲市", "班戈县"), False),
        (place("西藏", "那曲", "安多县", "帕那镇"), True),
        (place("西藏", "那曲", "安多县", "强玛镇"), False),
        (place("新疆"), False),
        (Place(), True),
    ],
)
def test_what_a_region_covers(region: Place, inside: bool) -> None:
    there = place_of(Address(province="西藏自治区", city="那曲市", district="安多县"))
    assert covers(region, there, "帕那镇 青藏路 3 号") is inside
