"""What notes say about carriers: plain wishes are read, the rest is only a mention."""

from __future__ import annotations

import pytest

from app.domain.companies import COMPANIES
from app.domain.wishes import NAMES, Wishes, joined, read_wishes, wishes_of

WANTED = [
    ("发顺丰", "sf"),
    ("请发顺丰 谢谢", "sf"),
    ("只要顺丰", "sf"),
    ("顺丰", "sf"),
    ("顺丰快递谢谢！", "sf"),
    ("发ＳＦ", "sf"),
    ("麻烦用sf", "sf"),
    ("指定京东", "jd"),
    ("不急，发顺丰", "sf"),
    ("只能发邮政，别的不收", "ems"),
    ("尽量发顺丰不要发别的", "sf"),
    ("麻烦发圆通或中通", "yto zto"),
    ("谢谢发韵达", "yunda"),
]
UNWANTED = [
    ("不要中通", "zto"),
    ("别发韵达", "yunda"),
    ("除了圆通", "yto"),
    ("不要快递 中通 ", "zto"),
    ("千万别用极兔！！", "jt"),
    ("请不要使用韵达快递", "yunda"),
    ("不想要顺丰", "sf"),
    ("申通除外", "sto"),
    ("圆通除外都可以", "yto"),
    ("除了中通以外都可以", "zto"),
    ("中通、韵达都别发", "zto yunda"),
    ("不走 极兔/圆通", "jt yto"),
    ("不要韵达不要中通", "yunda zto"),
    ("不要顺丰，太贵", "sf"),
]
MENTIONED = [
    "不要发顺丰以外",
    "不要发顺丰以外的快递",
    "除了顺丰都不要",
    "顺丰包邮吗",
    "能发顺丰吗？",
    "不要不发顺丰",
    "不是不要顺丰",
    "别忘了发顺丰",
    "上次发的顺丰丢了",
    "没有顺丰就发顺丰",
]
SILENT = [
    "",
    "放门口，顺便说声",
    "SF1538402911264",
    "邮政编码 310000",
    "京东买的没有发货",
    "送朋友",
]


@pytest.mark.parametrize(("note", "codes"), WANTED)
def test_a_plain_wish_is_read(note: str, codes: str) -> None:
    assert read_wishes(note) == Wishes(wanted=tuple(codes.split()))


@pytest.mark.parametrize(("note", "codes"), UNWANTED)
def test_a_plain_refusal_is_read(note: str, codes: str) -> None:
    assert read_wishes(note) == Wishes(unwanted=tuple(codes.split()))


@pytest.mark.parametrize("note", MENTIONED)
def test_what_is_not_plain_decides_nothing(note: str) -> None:
    assert read_wishes(note) == Wishes(mentioned=("sf",))


@pytest.mark.parametrize("note", SILENT)
def test_other_notes_say_nothing(note: str) -> None:
    assert not read_wishes(note)


@pytest.mark.parametrize(
    ("note", "wanted", "unwanted"),
    [
        ("不要圆通和申通，发中通", ("zto",), ("yto", "sto")),
        ("别发中通 发顺丰", ("sf",), ("zto",)),
        ("不要中通要顺丰", ("sf",), ("zto",)),
        ("中通不到，发邮政", ("ems",), ("zto",)),
        ("发EMS，不要ZTO", ("ems",), ("zto",)),
        ("千万不要发中通不要发圆通发顺丰", ("sf",), ("zto", "yto")),
    ],
)
def test_wish_and_refusal_in_one_note(
    note: str, wanted: tuple[str, ...], unwanted: tuple[str, ...]
) -> None:
    assert read_wishes(note) == Wishes(wanted, unwanted)


def test_every_company_has_names_and_none_is_unknown() -> None:
    assert set(NAMES) <= {c.code for c in COMPANIES}
    for code, names in NAMES.items():
        for name in names:
            assert read_wishes(f"不要{name}").unwanted == (code,), name


def test_the_shop_goes_before_the_buyer() -> None:
    shop, buyer = read_wishes("发中通"), read_wishes("不要中通，发顺丰")
    assert joined(shop, buyer) == Wishes(wanted=("zto",))
    assert joined(Wishes(), buyer) == Wishes(wanted=("sf",), unwanted=("zto",))


def test_buyers_who_contradict_each_other_are_only_a_mention() -> None:
    assert wishes_of(["发顺丰", "不要顺丰"]) == Wishes(mentioned=("sf",))
