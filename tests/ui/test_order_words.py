"""What the order list says, without a window."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.domain.tracking import TrackEvent, TrackStage
from app.i18n import CHINESE, install_language
from app.services.orders.queries import StoryRow
from app.services.tracking.views import WayRow
from ui.pages.orders import words
from ui.pages.orders.story import story_lines
from ui.pages.orders.views import OrderViews, TabFilter
from ui.pages.orders.words import Urgency

NOW = datetime(2026, 3, 18, 6, 0, tzinfo=UTC)


def test_number_is_called_out_by_its_last_eight() -> None:
    assert words.short_number("37192846501227648256") == "2764 8256"
    assert words.short_number("123") == "123"
    assert words.grouped_number("3719284650127648256") == "371 9284 6501 2764 8256"


@pytest.mark.parametrize(
    ("province", "city", "district", "said"),
    [
        ("上海市", "上海市", "徐汇区", "上海 徐汇"),
        ("浙江省", "杭州市", "西湖区", "浙江 杭州"),
        ("云南省", "红河哈尼族彝族自治州", "蒙自市", "云南 红河"),
        ("贵州省", "黔东南苗族侗族自治州", "凯里市", "贵州 黔东南"),
        ("新疆维吾尔自治区", "乌鲁木齐市", "", "新疆 乌鲁木齐"),
        ("", "", "", ""),
    ],
)
def test_region_is_two_short_words(province: str, city: str, district: str, said: str) -> None:
    assert words.short_region(province, city, district) == said


@pytest.mark.parametrize(
    ("left", "said", "urgency"),
    [
        (timedelta(hours=1, minutes=34), "1 h 34 min", Urgency.HURRY),
        (timedelta(minutes=9), "9 min", Urgency.HURRY),
        (timedelta(hours=3, minutes=4), "3 h 04 min", Urgency.SOON),
        (timedelta(hours=21, minutes=50), "21 hours", Urgency.CALM),
        (timedelta(days=3), "3 days", Urgency.CALM),
        (-timedelta(hours=2), "2 h 00 min late", Urgency.LATE),
    ],
)
def test_time_left_says_less_the_further_it_is(
    left: timedelta, said: str, urgency: Urgency
) -> None:
    assert words.time_left(NOW + left, NOW) == words.TimeLeft(said, urgency)


def test_without_a_deadline_nothing_is_said() -> None:
    assert words.time_left(None, NOW) == words.TimeLeft("", Urgency.NONE)


def test_money_keeps_its_sign_and_its_groups() -> None:
    assert [words.money(fen) for fen in (48600, 5, -1250, 123456789)] == [
        "¥486.00",
        "¥0.05",
        "−¥12.50",
        "¥1,234,567.89",
    ]


def test_sync_is_told_in_seconds_then_minutes() -> None:
    assert words.ago(NOW - timedelta(seconds=12), NOW) == "12 seconds ago"
    assert words.ago(NOW - timedelta(minutes=3), NOW) == "3 minutes ago"


def test_views_are_remembered_without_the_search() -> None:
    views = OrderViews("to_label", search="tea")
    views.toggle("carriers", "sf")
    views.toggle("carriers", "zto")
    views.toggle("carriers", "sf")
    again = OrderViews.from_record(views.as_record())
    assert again.current == TabFilter(carriers=("zto",))
    assert (again.tab, again.search) == ("to_label", "")


def test_damaged_record_falls_back_to_everything() -> None:
    damaged: dict[str, object] = {"tab": "gone", "filters": {"all": {"shops": "x"}, "no": 3}}
    views = OrderViews.from_record(damaged)
    assert views.tab == "all"
    assert views.current == TabFilter()


@pytest.mark.parametrize("stage", [*TrackStage, "never heard of"])
def test_every_step_of_a_carrier_has_a_word_in_the_story(stage: str) -> None:
    install_language(CHINESE)
    detail = {"stage": stage, "number": "78900000000001", "at": ""}
    (line,) = story_lines([StoryRow(NOW, "track", "", detail)], None, NOW)
    word, _, number = line.text.partition("，")
    assert number == "78900000000001"
    assert not word.isascii()


@pytest.mark.parametrize(
    ("action", "user", "detail", "said"),
    [
        ("sent_elsewhere", "", {"carrier": "ZTO", "number": "789"}, "别处已发货：中通 789"),
        ("revealed", "小周", {"why": "瓶子碎了"}, "小周 看了明文收件人：瓶子碎了"),
        ("address_answer", "小周", {"accept": True}, "小周 同意改地址"),
        ("variant_answer", "小周", {"accept": False}, "小周 没同意换规格"),
        ("note", "小周", {"length": 3}, "小周 写了备注"),
        ("serials_without", "小周", {}, "小周 不填序列号，照发"),
    ],
)
def test_what_was_answered_and_looked_at_is_in_the_story(
    action: str, user: str, detail: dict[str, object], said: str
) -> None:
    install_language(CHINESE)
    (line,) = story_lines([StoryRow(NOW, action, user, detail)], None, NOW)
    assert line.text == said


def test_the_way_of_a_parcel_stands_in_the_story_with_place_and_words() -> None:
    def told(number: str, minutes: int, text: str, place: str) -> WayRow:
        at = NOW + timedelta(minutes=minutes)
        return WayRow(number, number, TrackEvent(at, TrackStage.IN_TRANSIT, "", text, place))

    left = StoryRow(NOW, "shipped", "", {"waybill": "1"})
    way = [told("1", 5, "快件到达 【遵义中转部】", "遵义中转部"), told("1", 9, "离开", "遵义")]
    lines = story_lines([left], None, NOW, way)
    assert [line.text for line in lines[1:]] == ["快件到达 【遵义中转部】", "遵义: 离开"]
    several = story_lines([left], None, NOW, [*way, told("2", 7, "", "")])
    assert [line.text for line in several[1:]] == [
        "快件到达 【遵义中转部】, 1",
        "On its way, 2",
        "遵义: 离开, 1",
    ]
