"""Carrier, route and account of a parcel from what is known of it, without asking the database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from app.domain.address import Address
from app.domain.routing import Choice, Facts, Rule, choose
from app.domain.states import Route
from app.domain.text import T
from app.store.tables import accounts, rules, shop_accounts, shops

ONLY = T("The only carrier with an account")


def read_rules(tx: Connection) -> Sequence[Rule]:
    """The rules in their order."""
    rows = tx.execute(select(rules).order_by(rules.c.position)).all()
    return [
        Rule(r.name, r.when or {}, r.then.get("carrier", ""), r.then.get("account", ""))
        for r in rows
    ]


def route_of(platform: str, chosen: Mapping[str, Any]) -> Route:
    """The way to a label of a shop with these settings."""
    if platform in {"manual", "file"}:
        return Route.DIRECT
    return Route(chosen.get("label_route", Route.PLATFORM))


def facts_from(
    shop_id: str,
    receiver: Address,
    notes: Iterable[str],
    value_fen: int,
    goods: Sequence[tuple[str | None, int, int]],
) -> Facts | None:
    """The facts of a parcel; ``goods``: SKU code, weight in g and pieces of each line."""
    if not receiver.province:
        return None
    return Facts(
        shop=shop_id,
        province=receiver.province,
        city=receiver.city,
        district=receiver.district,
        weight_g=sum(weight_g * pieces for _, weight_g, pieces in goods),
        value_fen=value_fen,
        skus=frozenset(code for code, _, _ in goods if code),
        words=" ".join(sorted(set(notes))),
    )


@dataclass(frozen=True, slots=True)
class Placed:
    """Carrier, route and account of a parcel, with the reason."""

    route: Route
    account: str
    choice: Choice

    def columns(self) -> dict[str, Any]:
        """As columns of a parcel."""
        return {
            "route": self.route,
            "carrier": self.choice.carrier,
            "account": self.account,
            "choice_reason": self.choice.reason.as_json(),
        }


@dataclass(frozen=True, slots=True)
class Placing:
    """All that decides about the parcels of one shop, read once for many of them."""

    rules: Sequence[Rule]
    route: Route
    accounts: Sequence[tuple[str, str]]  # company code and account, in their order

    def place(self, facts: Facts) -> Placed | None:
        """The same choice as at the check step, or None when it needs a person."""
        companies = {carrier for carrier, _ in self.accounts}
        choice = choose(self.rules, facts)
        if choice is None and not self.rules and len(companies) == 1:
            choice = Choice(next(iter(companies)), "", ONLY)
        if choice is None:
            return None
        named = choice.account if self.route is not Route.PLATFORM else ""
        for carrier, account in self.accounts:
            if carrier == choice.carrier and named in {"", account}:
                return Placed(self.route, account, choice)
        return None


def read_placing(tx: Connection, shop_id: str) -> Placing:
    """What decides about the parcels of this shop now."""
    row = tx.execute(select(shops.c.platform, shops.c.settings).where(shops.c.id == shop_id)).one()
    route = route_of(row.platform, row.settings)
    if route is Route.PLATFORM:
        query = (
            select(shop_accounts.c.carrier, shop_accounts.c.account_id)
            .where(shop_accounts.c.shop_id == shop_id, shop_accounts.c.bound)
            .order_by(shop_accounts.c.position)
        )
    else:
        query = (
            select(accounts.c.company, accounts.c.name)
            .where(accounts.c.active, accounts.c.company != "")
            .order_by(accounts.c.position)
        )
    found = [(carrier, account) for carrier, account in tx.execute(query)]
    return Placing(read_rules(tx), route, found)
