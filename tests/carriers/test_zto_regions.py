"""ZTO's stopped regions, in every shape its undocumented list may have."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.carriers.zto.answers import Answer
from app.carriers.zto.regions import read_regions
from app.domain.reach import StoppedRegion

_NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
_XJ, _URUMQI, _TIANSHAN = "新疆维吾尔自治区", "乌鲁木齐市", "天山区"


def read(result: Any) -> tuple[StoppedRegion, ...]:
    found = read_regions(Answer(True, "SYS000", "", result, ""), _NOW)
    assert found.problem is None
    return found.regions


@pytest.mark.parametrize(
    "result",
    [
        [{"province": _XJ, "city": _URUMQI, "district": _TIANSHAN}],
        {"list": [{"provinceName": _XJ, "cityName": _URUMQI, "countyName": _TIANSHAN}]},
        {"data": {"rows": [{"prov": _XJ, "city": _URUMQI, "county": _TIANSHAN}]}},
        [{"name": _XJ, "children": [{"name": _URUMQI, "children": [{"name": _TIANSHAN}]}]}],
        {"provinces": [{"province": _XJ, "cities": [{"city": _URUMQI, "districts": [_TIANSHAN]}]}]},
        [f"{_XJ}-{_URUMQI}-{_TIANSHAN}"],
        f"{_XJ},{_URUMQI},{_TIANSHAN}",
        [{"regionName": f"{_XJ} {_URUMQI} {_TIANSHAN}"}],
        {_XJ: {_URUMQI: [_TIANSHAN]}},
        json.dumps([{"province": _XJ, "city": _URUMQI, "district": _TIANSHAN}]),
        [{"province": "650000", "city": _URUMQI, "district": _TIANSHAN}],
    ],
)
def test_a_district_is_found_in_every_shape(result: Any) -> None:
    assert read(result) == (StoppedRegion(_XJ, _URUMQI, _TIANSHAN),)


@pytest.mark.parametrize(
    "result",
    [
        [{"province": _XJ, "city": "", "district": None}],
        [{"province": _XJ, "city": "全境"}],
        [{"provinceName": "650000"}],
        [{"areaCode": "650000"}],
        ["650000"],
        [_XJ],
        {_XJ: []},
        [{"name": _XJ, "children": []}],
    ],
)
def test_a_whole_province_leaves_the_rest_empty(result: Any) -> None:
    assert read(result) == (StoppedRegion(_XJ),)


@pytest.mark.parametrize("code", ["650100", "650102"])
def test_a_code_below_a_province_never_stops_the_whole_province(code: str) -> None:
    [region] = read([{"areaCode": code}])
    assert region.province == _XJ
    assert code in {region.city, region.district}


@pytest.mark.parametrize(
    "result", [[{"province": "北京", "city": "朝阳区"}], ["北京-朝阳区"], {"北京": ["朝阳区"]}]
)
def test_a_district_of_a_municipality_stands_below_its_city(result: Any) -> None:
    assert read(result) == (StoppedRegion("北京", "北京市", "朝阳区"),)


@pytest.mark.parametrize(
    ("times", "until"),
    [
        ({}, None),
        ({"endTime": None}, None),
        ({"endTime": "2026-12-01 08:00:00"}, datetime(2026, 12, 1, 0, 0, tzinfo=UTC)),
        ({"endDate": "2026-12-01"}, datetime(2026, 12, 1, 16, 0, tzinfo=UTC)),
        ({"expireTime": 1796083200000}, datetime(2026, 12, 1, 0, 0, tzinfo=UTC)),
        ({"recoverTime": "1796083200"}, datetime(2026, 12, 1, 0, 0, tzinfo=UTC)),
        ({"endTime": "2026-12-01T08:00:00"}, datetime(2026, 12, 1, 0, 0, tzinfo=UTC)),
    ],
)
def test_the_end_of_a_stop_comes_in_several_forms(
    times: dict[str, Any], until: datetime | None
) -> None:
    [region] = read([{"province": _XJ, "reason": "异常天气", **times}])
    assert (region.until, region.reason) == (until, "异常天气")


def test_ended_and_future_stops_are_left_out() -> None:
    later = (_NOW + timedelta(days=2)).strftime("%Y-%m-%d %H:%M:%S")
    ended = {"province": _XJ, "endTime": "2026-11-19 08:00:00"}
    future = {"province": _XJ, "startTime": later}
    assert read([ended, future, {"province": "海南省"}]) == (StoppedRegion("海南省"),)


@pytest.mark.parametrize("result", [None, "", [], {}, {"list": []}, {"total": 0, "list": None}])
def test_an_empty_list_stops_nothing(result: Any) -> None:
    assert read(result) == ()


@pytest.mark.parametrize(
    "result",
    [[{"foo": "bar"}], "maintenance", [[1, 2]], {"total": 3, "list": []}, {"x": {"y": "z"}}],
)
def test_a_list_that_cannot_be_read_says_so(result: Any) -> None:
    found = read_regions(Answer(True, "SYS000", "", result, ""), _NOW)
    assert found.regions == ()
    assert found.problem is not None
    assert found.problem.code == "regions"


def test_the_same_region_stands_once() -> None:
    assert len(read([_XJ, _XJ, {"province": _XJ}])) == 1
