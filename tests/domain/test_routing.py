"""The first matching rule chooses, and says so."""

from __future__ import annotations

import pytest

from app.domain.routing import Facts, Rule, choose, matches

FACTS = Facts(
    shop="main",
    province="西藏自治区",
    city="那曲市",
    district="安多县",
    weight_g=1260,
    value_fen=48600,
    skus=frozenset({"CUP-W"}),
    words="请发顺丰 谢谢",
)


@pytest.mark.parametrize(
    ("when", "wanted"),
    [
        ({}, True),
        ({"province": ["西藏"]}, True),
        ({"province": "西藏自治区"}, True),
        ({"province": ["江西省", "山西省"]}, False),
        ({"city": "那曲"}, True),
        ({"district": ["安多县"]}, True),
        ({"weight_g_min": 1260}, True),
        ({"weight_g_min": 1261}, False),
        ({"weight_g_max": 1259}, False),
        ({"value_fen_min": 1, "value_fen_max": 48600}, True),
        ({"sku": ["CUP-W", "CUP-B"]}, True),
        ({"words": "顺丰"}, True),
        ({"not_words": "顺丰"}, False),
        ({"shop": ["other"]}, False),
        ({"something_new": 1}, False),
    ],
)
def test_conditions(when: dict[str, object], wanted: bool) -> None:
    assert matches(when, FACTS) is wanted


def test_a_region_is_not_its_neighbour_with_the_same_ending() -> None:
    there = Facts("s", "江西省", "", "", 0, 0, frozenset(), "")
    assert not matches({"province": "广西壮族自治区"}, there)
    assert matches({"province": "江西"}, there)


def test_the_first_rule_wins_and_gives_its_name_as_the_reason() -> None:
    rules = [
        Rule("remote", {"province": ["西藏"]}, "sf", "sf-north"),
        Rule("default", {}, "zto"),
    ]
    choice = choose(rules, FACTS)
    assert choice is not None
    assert (choice.carrier, choice.account) == ("sf", "sf-north")
    assert "remote" in str(choice.reason)
    assert choose([], FACTS) is None
