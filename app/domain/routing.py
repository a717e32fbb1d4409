"""Which carrier takes a parcel: the first rule that can be used, the reason, and what fell out.

Rules are tried in their order. A rule falls out when one of its conditions does not hold, when a
note refuses its carrier, when there is no account or too few numbers, or when the carrier surely
does not go there. What a note asks for goes before all rules, as far as it can be had.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from app.domain.companies import company
from app.domain.conditions import CONDITIONS, missed
from app.domain.reach import ReachAnswer
from app.domain.text import T, Text
from app.domain.wishes import NOTHING, Wishes

__all__ = [
    "CONDITIONS",
    "Account",
    "Choice",
    "Decision",
    "Facts",
    "Fell",
    "Rule",
    "Step",
    "Ways",
    "choose",
    "in_a_row",
    "matches",
]

ONLY = T("The only carrier with an account")


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
    words: str = field(repr=False)
    street: str = field(default="", repr=False)
    address: str = field(default="", repr=False)
    buyer_words: str = field(default="", repr=False)
    seller_words: str = field(default="", repr=False)
    pieces: int = 0
    at: datetime | None = None  # aware: when it is decided
    wishes: Wishes = NOTHING


@dataclass(frozen=True, slots=True)
class Rule:
    """``when``: conditions that must all be true; the rest says how such a parcel goes."""

    name: str
    when: Mapping[str, Any]
    carrier: str
    account: str = ""
    product: str = ""  # the carrier's own product code; "" = the account's
    min_balance: int = 0  # the rule is passed over when fewer numbers are left


@dataclass(frozen=True, slots=True)
class Account:
    """An account that can be used. ``numbers_left``: ``None`` where nobody counts them."""

    company: str
    name: str
    numbers_left: int | None = None


Refusal = Callable[[str, str, Facts], ReachAnswer | None]
"""Company and account: the answer that says it surely does not go there, or ``None``."""


def _goes_everywhere(_company: str, _account: str, _facts: Facts) -> ReachAnswer | None:
    return None


@dataclass(frozen=True, slots=True)
class Ways:
    """The accounts in their order. ``by_name``: a rule's account name counts (direct labels)."""

    accounts: Sequence[Account]
    by_name: bool = True
    refusal: Refusal = _goes_everywhere


@dataclass(frozen=True, slots=True)
class Choice:
    carrier: str
    account: str  # the name the rule gives, "" = any
    reason: Text
    product: str = ""


class Fell(StrEnum):
    """Why a rule was not used."""

    CONDITION = "condition"
    UNWANTED = "unwanted"
    NO_ACCOUNT = "no_account"
    BALANCE = "balance"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Step:
    """One rule that fell out; ``rule`` is ``""`` for a wish in a note."""

    rule: str
    carrier: str
    fell: Fell
    why: Text
    answer: ReachAnswer | None = field(default=None, compare=False)  # not kept

    @property
    def sentence(self) -> Text:
        if not self.rule:
            return self.why
        return T("“{rule}”: {why}", rule=self.rule, why=self.why)

    def as_json(self) -> dict[str, str]:
        return {
            "rule": self.rule,
            "carrier": self.carrier,
            "fell": self.fell.value,
            "why": self.why.as_json(),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, str]) -> Step:
        return cls(
            stored["rule"],
            stored["carrier"],
            Fell(stored["fell"]),
            Text.from_json(stored["why"]),
        )


@dataclass(frozen=True, slots=True)
class Decision:
    """``choice`` is ``None`` when nothing can be used. ``steps``: what fell out before it."""

    choice: Choice | None
    account: str = ""
    steps: tuple[Step, ...] = ()

    @property
    def wanted(self) -> str:
        """The company that would have been taken: chosen, or the first whose conditions held."""
        if self.choice is not None:
            return self.choice.carrier
        able = (s.carrier for s in self.steps if s.fell not in {Fell.CONDITION, Fell.UNWANTED})
        return next(able, "")

    @property
    def refusal(self) -> tuple[str, ReachAnswer] | None:
        """The company that would go, were it not for its answer; ``None``: it is not for that."""
        if self.choice is not None:
            return None
        return next(((s.carrier, s.answer) for s in self.steps if s.answer is not None), None)


def in_a_row(sentences: Sequence[Text]) -> Text:
    """Several sentences as one; there must be at least one."""
    first, *rest = sentences
    return T("{first}; {rest}", first=first, rest=in_a_row(rest)) if rest else first


def matches(when: Mapping[str, Any], facts: Facts) -> bool:
    """Whether every condition holds. A list of values means: any of them."""
    return missed(when, facts) is None


def choose(rules: Sequence[Rule], facts: Facts, ways: Ways) -> Decision:
    """The account that takes the parcel, with the reason and what fell out before."""
    steps: list[Step] = []
    for found in (_wished, _by_rule, _the_only_one):
        decided = found(rules, facts, ways, steps)
        if decided is not None:
            choice, account = decided
            return Decision(_with_mentions(choice, facts), account.name, tuple(steps))
    return Decision(None, steps=tuple(steps))


Decided = tuple[Choice, Account]


def _wished(rules: Sequence[Rule], facts: Facts, ways: Ways, steps: list[Step]) -> Decided | None:
    for code in facts.wishes.wanted:
        fitting = (r for r in rules if r.carrier == code and missed(r.when, facts) is None)
        rule = next(fitting, Rule("", {}, code))
        found = _account(rule, facts, ways)
        if isinstance(found, Account):
            reason = T("The note asks for {carrier}", carrier=company(code).name)
            return Choice(code, rule.account, reason, rule.product), found
        wish = T(
            "the note asks for {carrier}, but {why}", carrier=company(code).name, why=found.why
        )
        steps.append(Step("", code, found.fell, wish))
    return None


def _by_rule(rules: Sequence[Rule], facts: Facts, ways: Ways, steps: list[Step]) -> Decided | None:
    for rule in rules:
        condition = missed(rule.when, facts)
        if condition is not None:
            steps.append(Step(rule.name, rule.carrier, Fell.CONDITION, condition))
            continue
        found = _account(rule, facts, ways)
        if isinstance(found, Account):
            reason = T("Rule “{rule}”", rule=rule.name)
            return Choice(rule.carrier, rule.account, reason, rule.product), found
        steps.append(found)
    return None


def _the_only_one(
    rules: Sequence[Rule], facts: Facts, ways: Ways, steps: list[Step]
) -> Decided | None:
    """Without any rule: the one company there is an account for."""
    companies = {a.company for a in ways.accounts}
    if rules or len(companies) != 1:
        return None
    rule = Rule("", {}, next(iter(companies)))
    found = _account(rule, facts, ways)
    if isinstance(found, Account):
        return Choice(rule.carrier, "", ONLY), found
    if all(s.carrier != rule.carrier for s in steps):
        steps.append(found)
    return None


def _account(rule: Rule, facts: Facts, ways: Ways) -> Account | Step:
    """The first account the rule may use, or why there is none."""

    def fallen(fell: Fell, why: Text) -> Step:
        return Step(rule.name, rule.carrier, fell, why)

    name = company(rule.carrier).name
    if rule.carrier in facts.wishes.unwanted:
        return fallen(Fell.UNWANTED, T("the note refuses {carrier}", carrier=name))
    named = rule.account if ways.by_name else ""
    found = [a for a in ways.accounts if a.company == rule.carrier and named in {"", a.name}]
    last = fallen(Fell.NO_ACCOUNT, T("there is no account for {carrier}", carrier=name))
    for account in found:
        left = account.numbers_left
        if left is not None and left < rule.min_balance:
            why = T(
                "only {n} numbers of {carrier} are left, fewer than {least}",
                n=left,
                carrier=name,
                least=rule.min_balance,
            )
            last = fallen(Fell.BALANCE, why)
            continue
        answer = ways.refusal(rule.carrier, account.name, facts)
        if answer is not None:
            if last.answer is None:  # the first account is the one that would go
                said = answer.reason or T("it says so itself")
                why = T("{carrier} does not go there ({why})", carrier=name, why=said)
                last = replace(fallen(Fell.REFUSED, why), answer=answer)
            continue
        return account
    return last


def _with_mentions(choice: Choice, facts: Facts) -> Choice:
    """What a note says of carriers without a clear wish decides nothing, but is to be read."""
    named = [c for c in facts.wishes.mentioned if c != choice.carrier]
    if not named:
        return choice
    reason = T(
        "{reason}. The note speaks of {carrier}: read it",
        reason=choice.reason,
        carrier=company(named[0]).name,
    )
    return Choice(choice.carrier, choice.account, reason, choice.product)
