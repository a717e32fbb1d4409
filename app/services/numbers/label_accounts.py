"""The platform's label accounts of a shop, and how many numbers each has left."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import Connection, insert, select, update

from app.ports import PlatformAccount, Shop
from app.services.workplace import Workplace
from app.store.tables import shop_accounts, shops


def refresh_when_old(work: Workplace, shop: Shop) -> None:
    """Read the platform's label accounts when they were not read for an hour."""
    now = work.now()
    with work.db.read() as tx:
        chosen = tx.execute(select(shops.c.settings).where(shops.c.id == shop.shop_id)).scalar_one()
        last = tx.execute(
            select(shop_accounts.c.fetched_at)
            .where(shop_accounts.c.shop_id == shop.shop_id)
            .order_by(shop_accounts.c.fetched_at.desc())
        ).scalar()
    if chosen.get("label_route", "platform") != "platform":
        return
    if last is None or now - last > timedelta(hours=1):
        refresh_accounts(work, shop)


def refresh_accounts(work: Workplace, shop: Shop) -> None:
    """Read the platform's label accounts and their balances now."""
    found = shop.platform_accounts()
    with work.db.write() as tx:
        _store_accounts(tx, work, shop.shop_id, found)
    work.changed("shops")


def _store_accounts(
    tx: Connection, work: Workplace, shop_id: str, found: Sequence[PlatformAccount]
) -> None:
    tx.execute(update(shop_accounts).where(shop_accounts.c.shop_id == shop_id).values(bound=False))
    for position, account in enumerate(found):
        values = {
            "carrier": account.company,
            "delivery_id": account.delivery_id,
            "bound": account.bound,
            "balance": account.balance,
            "sender": account.sender.as_dict(),
            "record": dict(account.record),
            "position": position,
            "fetched_at": work.now(),
        }
        done = tx.execute(
            update(shop_accounts)
            .where(
                shop_accounts.c.shop_id == shop_id,
                shop_accounts.c.account_id == account.account_id,
            )
            .values(**values)
        )
        if done.rowcount == 0:
            tx.execute(
                insert(shop_accounts).values(
                    shop_id=shop_id, account_id=account.account_id, **values
                )
            )
