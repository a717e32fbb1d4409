"""Carrier, route and account of a parcel from what is known of it, without changing anything."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from app.domain.address import Address
from app.domain.reach import ReachAnswer, ReachVerdict
from app.domain.routing import Account, Choice, Decision, Facts, Rule, Ways, choose
from app.domain.states import Route
from app.domain.wishes import joined, wishes_of
from app.services.reach import known
from app.store.tables import account_states, accounts, rules, shop_accounts, shops

_MOST_STEPS = 12  # kept with a parcel; a longer list explains nothing


def read_rules(tx: Connection) -> Sequence[Rule]:
    """The rules in their order."""
    return [rule_of(r) for r in tx.execute(select(rules).order_by(rules.c.position))]


def rule_of(row: Row[Any]) -> Rule:
    """A rule as its row keeps it."""
    then = row.then
    return Rule(
        row.name,
        row.when or {},
        then.get("carrier", ""),
        then.get("account", ""),
        then.get("product", ""),
        int(then.get("min_balance", 0)),
    )


def then_of(rule: Rule) -> dict[str, Any]:
    """What a rule's ``then`` says, as it is kept."""
    values: dict[str, Any] = {
        "carrier": rule.carrier,
        "account": rule.account,
        "product": rule.product,
        "min_balance": rule.min_balance,
    }
    return {k: v for k, v in values.items() if v}


def route_of(platform: str, chosen: Mapping[str, Any]) -> Route:
    """The way to a label of a shop with these settings."""
    if platform in {"manual", "file"}:
        return Route.DIRECT
    return Route(chosen.get("label_route", Route.PLATFORM))


@dataclass(frozen=True, slots=True)
class Notes:
    """The notes of all orders in a parcel, apart by who wrote them."""

    buyer: Sequence[str]
    shop: Sequence[str]

    def said(self) -> tuple[str, str, str]:
        """Both together, the buyers' alone, the shop's alone."""
        buyer, shop = set(self.buyer), set(self.shop)
        return (
            " ".join(sorted(buyer | shop)),
            " ".join(sorted(buyer)),
            " ".join(sorted(shop)),
        )


def facts_from(
    shop_id: str,
    receiver: Address,
    notes: Notes,
    value_fen: int,
    goods: Iterable[tuple[str | None, int, int]],
    at: datetime,
) -> Facts | None:
    """The facts of a parcel; ``goods``: SKU code, weight in g and pieces of each line."""
    if not receiver.province:
        return None
    both, buyer, shop = notes.said()
    lines = list(goods)
    return Facts(
        shop=shop_id,
        province=receiver.province,
        city=receiver.city,
        district=receiver.district,
        weight_g=sum(weight_g * pieces for _, weight_g, pieces in lines),
        value_fen=value_fen,
        skus=frozenset(code for code, _, _ in lines if code),
        words=both,
        street=receiver.street,
        address=receiver.address,
        buyer_words=buyer,
        seller_words=shop,
        pieces=sum(pieces for _, _, pieces in lines),
        at=at,
        wishes=joined(wishes_of(set(notes.shop)), wishes_of(set(notes.buyer))),
    )


@dataclass(frozen=True, slots=True)
class Placed:
    """Route and account of a parcel, or why there is none; with what else was looked at."""

    route: Route
    decision: Decision

    @property
    def choice(self) -> Choice | None:
        return self.decision.choice

    def columns(self) -> dict[str, Any]:
        """As columns of a parcel. ``account`` is ``None`` when a person has to decide."""
        choice = self.decision.choice
        steps = [step.as_json() for step in self.decision.steps[:_MOST_STEPS]]
        return {
            "route": self.route,
            "carrier": self.decision.wanted or None,
            "account": self.decision.account if choice is not None else None,
            "product": choice.product if choice is not None else "",
            "choice_reason": choice.reason.as_json() if choice is not None else None,
            "choice_trail": steps or None,
        }


@dataclass(frozen=True, slots=True)
class Placing:
    """All that decides about the parcels of one shop, read once for many of them."""

    rules: Sequence[Rule]
    route: Route
    ways: Ways

    def place(self, facts: Facts) -> Placed:
        """What the check step decides for a parcel like this."""
        return Placed(self.route, choose(self.rules, facts, self.ways))

    def by(self, other: Sequence[Rule]) -> Placing:
        """The same with other rules, for a trial."""
        return replace(self, rules=other)

    def account_for(self, company: str, account: str = "") -> str | None:
        """The first account of a company, or the named one if it is there."""
        named = account if self.ways.by_name else ""
        found = (
            a.name for a in self.ways.accounts if a.company == company and named in {"", a.name}
        )
        return next(found, None)


def read_placing(tx: Connection, shop_id: str, now: datetime) -> Placing:
    """What decides about the parcels of this shop now. Reads through ``tx`` while it is used."""
    row = tx.execute(select(shops.c.platform, shops.c.settings).where(shops.c.id == shop_id)).one()
    route = route_of(row.platform, row.settings)
    if route is Route.PLATFORM:
        query = (
            select(shop_accounts.c.carrier, shop_accounts.c.account_id, shop_accounts.c.balance)
            .where(shop_accounts.c.shop_id == shop_id, shop_accounts.c.bound)
            .order_by(shop_accounts.c.position)
        )
    else:
        query = (
            select(accounts.c.company, accounts.c.name, account_states.c.numbers_left)
            .outerjoin(account_states, account_states.c.account == accounts.c.name)
            .where(accounts.c.active, accounts.c.company != "")
            .order_by(accounts.c.position)
        )
    found = [Account(company, name, left) for company, name, left in tx.execute(query)]
    ways = Ways(found, route is not Route.PLATFORM, _Reach(tx, now).refusal)
    return Placing(read_rules(tx), route, ways)


class _Reach:
    """Asks the tables of places, but only when they hold anything."""

    def __init__(self, tx: Connection, now: datetime) -> None:
        self._tx = tx
        self._now = now
        self._anything: bool | None = None

    def refusal(self, company: str, account: str, facts: Facts) -> ReachAnswer | None:
        """The answer that the company surely does not deliver there, or ``None``."""
        if self._anything is None:
            self._anything = known.anything(self._tx)
        if not self._anything:
            return None
        there = Address(
            province=facts.province,
            city=facts.city,
            district=facts.district,
            street=facts.street,
            address=facts.address,
        )
        answer = known.reach_of(self._tx, company, account, there, self._now)
        return answer if answer and answer.verdict is ReachVerdict.REFUSED else None
