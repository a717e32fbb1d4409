"""Which carrier takes a parcel: the first rule that matches, and the reason kept with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.domain.regions import same_region
from app.domain.text import T, Text


@dataclass(frozen=True, slots=True)
class Facts:
    """What a rule may look at. ``words``: the buyer's and the seller's notes in one text."""

    shop: str
    province: str
    city: str
    district: str
    weight_g: int
    value_fen: int
    skus: frozenset[str]
    words: str


@dataclass(frozen=True, slots=True)
class Rule:
    """``when``: conditions that must all be true; the rest names a company, maybe an account."""

    name: str
    when: Mapping[str, Any]
    carrier: str
    account: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    carrier: str
    account: str
    reason: Text


CONDITIONS = (
    "shop",
    "province",
    "city",
    "district",
    "sku",
    "words",
    "not_words",
    "weight_g_min",
    "weight_g_max",
    "value_fen_min",
    "value_fen_max",
)


def choose(rules: Sequence[Rule], facts: Facts) -> Choice | None:
    """The first matching rule's choice, or ``None`` when no rule matches."""
    for rule in rules:
        if matches(rule.when, facts):
            return Choice(rule.carrier, rule.account, T("Rule “{rule}”", rule=rule.name))
    return None


def matches(when: Mapping[str, Any], facts: Facts) -> bool:
    """Whether every condition holds. A list of values means: any of them."""
    return all(_holds(key, wanted, facts) for key, wanted in when.items())


def _holds(key: str, wanted: Any, facts: Facts) -> bool:
    match key:
        case "shop":
            return facts.shop in _many(wanted)
        case "province":
            return any(same_region(facts.province, w) for w in _many(wanted))
        case "city":
            return any(same_region(facts.city, w) for w in _many(wanted))
        case "district":
            return any(same_region(facts.district, w) for w in _many(wanted))
        case "sku":
            return any(w in facts.skus for w in _many(wanted))
        case "words":
            return any(w in facts.words for w in _many(wanted))
        case "not_words":
            return not any(w in facts.words for w in _many(wanted))
        case "weight_g_min":
            return facts.weight_g >= int(wanted)
        case "weight_g_max":
            return facts.weight_g <= int(wanted)
        case "value_fen_min":
            return facts.value_fen >= int(wanted)
        case "value_fen_max":
            return facts.value_fen <= int(wanted)
        case _:
            return False  # a condition of a newer version never matches by accident


def _many(wanted: Any) -> list[str]:
    return [str(w) for w in wanted] if isinstance(wanted, list | tuple) else [str(wanted)]
