"""Which carriers a person can choose: those with an account that can be used now."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import Connection, select

from app.domain.states import Route
from app.services.workplace import Workplace
from app.store.tables import accounts, shop_accounts


def usable_carriers(work: Workplace) -> list[str]:
    """Company codes with a bound account of the platform or an account of our own."""
    with work.db.read() as tx:
        own = tx.execute(
            select(accounts.c.company)
            .where(accounts.c.active, accounts.c.company != "")
            .order_by(accounts.c.position)
        ).scalars()
        bound = tx.execute(
            select(shop_accounts.c.carrier)
            .where(shop_accounts.c.bound)
            .order_by(shop_accounts.c.position)
        ).scalars()
        return list(dict.fromkeys([*own, *bound]))


def companies_by_way(tx: Connection) -> dict[tuple[str, str], tuple[str, ...]]:
    """The companies with an account, by route and (for the platform's) shop."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    direct = (
        select(accounts.c.company)
        .where(accounts.c.active, accounts.c.company != "")
        .order_by(accounts.c.position)
    )
    for code in tx.execute(direct).scalars():
        found[(Route.DIRECT, "")].append(code)
    for row in tx.execute(
        select(shop_accounts.c.shop_id, shop_accounts.c.carrier)
        .where(shop_accounts.c.bound)
        .order_by(shop_accounts.c.position)
    ):
        found[(Route.PLATFORM, row.shop_id)].append(row.carrier)
    return {key: tuple(dict.fromkeys(codes)) for key, codes in found.items()}
