"""What an address says about itself."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from app.domain.address import Address
from app.domain.address_checks import flaws
from app.domain.prefectures import CITIES
from app.domain.regions import PROVINCES

GOOD = Address(
    name="王小明",
    phone="13800000000",
    province="浙江省",
    city="杭州市",
    district="余杭区",
    street="良渚街道",
    address="好运路 1 号",
)


def _codes(**changes: Any) -> list[str]:
    return [flaw.code for flaw in flaws(replace(GOOD, **changes))]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"province": "浙江", "city": "杭州", "district": "余杭"},
        {"province": "上海", "city": "徐汇区", "district": ""},
        {"province": "四川省", "city": "凉山彝族自治州", "district": "西昌市"},
        {"province": "湖北省", "city": "恩施土家族苗族自治州", "district": "恩施市"},
        {"province": "海南省", "city": "陵水黎族自治县", "district": ""},
        {"province": "广东省", "city": "东莞市", "district": "东莞市", "street": "长安镇"},
        {"address": "上山村"},
        {"address": "菜鸟驿站"},
        {"address": "幸福里三栋"},
        {"address": "浙江省杭州市余杭区好运路 3 号"},
        {"address": "北京路 8 号"},
        {"province": "台湾省", "city": "台北市", "district": "大安区"},
    ],
)
def test_ordinary_addresses_have_no_flaw(changes: dict[str, str]) -> None:
    assert _codes(**changes) == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"province": "浙"}, "unknown_province"),
        ({"city": "深圳市"}, "city_of_another_province"),
        ({"city": "杭城市"}, "city_of_another_province"),
        ({"district": "杭州市"}, "district_is_city"),
        ({"address": "北京市朝阳区好运路 1 号"}, "two_regions"),
        ({"address": "杭州市余杭区好运路 1 号杭州市余杭区"}, "twice"),
        ({"address": "好运路"}, "no_house_number"),
        ({"name": "王小\u200b明"}, "hidden_characters"),
        ({"address": "好运路 1 号\ud800"}, "hidden_characters"),
        ({"name": "王小明😀"}, "pictures"),
    ],
)
def test_what_is_odd_is_named(changes: dict[str, str], code: str) -> None:
    assert _codes(**changes) == [code]


def test_a_masked_address_is_judged_by_its_region_only() -> None:
    assert _codes(masked=True, name="王**", address="****") == []
    assert _codes(masked=True, city="深圳市", address="****") == ["city_of_another_province"]


def test_the_city_says_where_it_belongs() -> None:
    (flaw,) = flaws(replace(GOOD, city="深圳市"))
    assert "广东省" in str(flaw.message)


def test_every_province_with_cities_is_one() -> None:
    assert set(CITIES) < set(PROVINCES)
    assert len(set(PROVINCES) - set(CITIES)) == 7  # four municipalities, 香港, 澳门, 台湾
