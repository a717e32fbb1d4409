"""Which carriers a person can choose: those with an account that can be used now."""

from __future__ import annotations

from sqlalchemy import select

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
