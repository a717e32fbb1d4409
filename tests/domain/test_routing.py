"""The first rule that can be used chooses, and says so; so does every rule that fell out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.domain.reach import ReachAnswer, ReachOrigin, ReachVerdict
from app.domain.routing import Account, Facts, Fell, Rule, Step, Ways, choose, matches
from app.domain.text import T
from app.domain.wishes import Wishes

SUNDAY_NOON = datetime(2026, 3, 15, 4, 30, tzinfo=UTC)  # 12:30 in China
FACTS = Facts(
    shop="main",
    province="西藏自治区",
    city="那曲市",
    district="安多县",
    weight_g=1260,
    value_fen=48600,
    skus=frozenset({"CUP-W"}),
    words="请发顺丰 谢谢",
    street="扎仁镇",
    address="一号路 3 号",
    buyer_words="谢谢",
    seller_words="请发顺丰",
    pieces=2,
    at=SUNDAY_NOON,
)
WAYS = Ways([Account("zto", "zto-1"), Account("zto", "zto-2"), Account("sf", "sf-north")])


@pytest.mark.parametrize(
    ("when", "wanted"),
    [
        ({}, True),
        ({"province": ["西藏"]}, True),
        ({"province": "西藏自治区"}, True),
        ({"province": ["江西省", "山西省"]}, False),
        ({"city": "那曲"}, True),
        ({"district": ["安多县"]}, True),
        ({"street": ["扎仁"]}, True),
        ({"street": ["一号路"]}, True),
        ({"street": ["二号路"]}, False),
        ({"weight_g_min": 1260}, True),
        ({"weight_g_min": 1261}, False),
        ({"weight_g_max": 1259}, False),
        ({"value_fen_min": 1, "value_fen_max": 48600}, True),
        ({"pieces_min": 2, "pieces_max": 2}, True),
        ({"pieces_min": 3}, False),
        ({"sku": ["CUP-W", "CUP-B"]}, True),
        ({"sku_all": ["CUP-W", "CUP-B"]}, True),
        ({"sku_all": ["CUP-B"]}, False),
        ({"words": "顺丰"}, True),
        ({"not_words": "顺丰"}, False),
        ({"buyer_words": "顺丰"}, False),
        ({"seller_words": ["京东", "顺丰"]}, True),
        ({"shop": ["other"]}, False),
        ({"from_time": "12:30"}, True),
        ({"from_time": "12:31"}, False),
        ({"to_time": "12:30"}, False),
        ({"from_time": "09:00", "to_time": "13:00"}, True),
        ({"from_time": "22:00", "to_time": "06:00"}, False),
        ({"from_time": "22:00", "to_time": "12:31"}, True),
        ({"weekday": ["6", "7"]}, True),
        ({"weekday": "1"}, False),
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
        Rule("remote", {"province": ["西藏"]}, "sf", "sf-north", "2"),
        Rule("default", {}, "zto"),
    ]
    decided = choose(rules, FACTS, WAYS)
    assert decided.choice is not None
    assert (decided.choice.carrier, decided.account, decided.choice.product) == (
        "sf",
        "sf-north",
        "2",
    )
    assert "remote" in str(decided.choice.reason)
    assert decided.steps == ()
    assert choose([], FACTS, WAYS).choice is None


def test_the_trail_names_each_rule_that_fell_out_and_its_condition() -> None:
    rules = [
        Rule("light", {"province": ["西藏"], "weight_g_max": 1000}, "yunda"),
        Rule("south", {"province": ["云南"]}, "sf"),
        Rule("rest", {}, "zto"),
    ]
    decided = choose(rules, FACTS, WAYS)
    assert decided.account == "zto-1"
    told = [str(step.sentence) for step in decided.steps]
    assert told == ["“light”: too heavy", "“south”: another province"]
    assert [Step.from_json(s.as_json()) for s in decided.steps] == list(decided.steps)


def test_without_rules_the_only_company_is_taken() -> None:
    only = Ways([Account("zto", "a"), Account("zto", "b")])
    assert choose([], FACTS, only).account == "a"


def test_an_account_that_runs_low_is_passed_over() -> None:
    ways = Ways([Account("zto", "a", 3), Account("zto", "b", 40), Account("sf", "s", None)])
    low = choose([Rule("r", {}, "zto", min_balance=20)], FACTS, ways)
    assert low.account == "b"
    none = choose([Rule("r", {}, "zto", "a", min_balance=20), Rule("s", {}, "sf")], FACTS, ways)
    assert none.account == "s"
    assert [s.fell for s in none.steps] == [Fell.BALANCE]
    assert "3" in str(none.steps[0].sentence)


def test_a_place_not_served_lets_the_next_rule_take_it() -> None:
    stopped = ReachAnswer(ReachVerdict.REFUSED, ReachOrigin.OWN, T("stopped"))

    def refusal(company: str, _account: str, facts: Facts) -> ReachAnswer | None:
        return stopped if company == "zto" and facts.province == "西藏自治区" else None

    ways = replace(WAYS, refusal=refusal)
    rules = [Rule("cheap", {}, "zto"), Rule("far", {}, "sf")]
    decided = choose(rules, FACTS, ways)
    assert decided.account == "sf-north"
    assert [s.fell for s in decided.steps] == [Fell.REFUSED]
    nobody = choose(rules[:1], FACTS, ways)
    assert nobody.refusal == ("zto", stopped)
    assert nobody.wanted == "zto"
    assert choose([Rule("x", {"weight_g_max": 1}, "zto")], FACTS, ways).refusal is None


def test_a_name_of_an_account_counts_for_direct_labels_only() -> None:
    rules = [Rule("second", {}, "zto", "zto-2")]
    assert choose(rules, FACTS, WAYS).account == "zto-2"
    assert choose(rules, FACTS, replace(WAYS, by_name=False)).account == "zto-1"


def decide(wishes: Wishes, rules: list[Rule], ways: Ways = WAYS) -> tuple[str, str]:
    decided = choose(rules, replace(FACTS, wishes=wishes), ways)
    reason = str(decided.choice.reason) if decided.choice else ""
    return decided.account, reason


def test_what_a_note_refuses_is_skipped_and_what_it_asks_for_comes_first() -> None:
    rules = [Rule("all", {}, "zto", "zto-2"), Rule("other", {}, "sf")]
    assert decide(Wishes(unwanted=("zto",)), rules)[0] == "sf-north"
    account, reason = decide(Wishes(wanted=("sf",)), rules)
    assert account == "sf-north"
    assert reason == "The note asks for SF Express"
    assert decide(Wishes(wanted=("zto",)), rules)[0] == "zto-2", "the rule's account is kept"
    assert decide(Wishes(wanted=("ems", "sf")), rules)[0] == "sf-north"


def test_a_wish_that_cannot_be_met_leaves_it_to_the_rules_and_is_told() -> None:
    decided = choose([Rule("all", {}, "zto")], replace(FACTS, wishes=Wishes(wanted=("ems",))), WAYS)
    assert decided.account == "zto-1"
    assert "China Post EMS" in str(decided.steps[0].sentence)


def test_an_unclear_mention_decides_nothing_and_is_told() -> None:
    account, reason = decide(Wishes(mentioned=("sf",)), [Rule("all", {}, "zto")])
    assert account == "zto-1"
    assert "SF Express" in reason
    assert "read it" in reason


def test_facts_never_show_an_address_or_a_note() -> None:
    shown: Mapping[str, str] = {"address": FACTS.address, "note": FACTS.words}
    assert not [k for k, v in shown.items() if v in repr(FACTS)]
