"""Where a parcel's number comes from: an account of a carrier, or of the shop's platform."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from app.domain.address import Address
from app.domain.states import Route
from app.ports import PlatformAccount, PlatformLabels, WaybillSource
from app.services.workplace import Workplace
from app.store.tables import shop_accounts


def source_for(work: Workplace, parcel: Any) -> WaybillSource:
    """Where the parcel's number comes from."""
    if parcel.route == Route.PLATFORM:
        return platform_labels_for(work, parcel)
    return work.outside.carrier(parcel.account)


def platform_labels_for(work: Workplace, parcel: Any) -> PlatformLabels:
    """The platform's account that a parcel (or a request) of the platform's route belongs to."""
    with work.db.read() as tx:
        row = tx.execute(
            select(shop_accounts).where(
                shop_accounts.c.shop_id == parcel.shop_id,
                shop_accounts.c.account_id == parcel.account,
            )
        ).one()
    account = PlatformAccount(
        company=row.carrier,
        delivery_id=row.delivery_id,
        account_id=row.account_id,
        bound=row.bound,
        balance=row.balance,
        sender=Address.from_dict(row.sender),
        record=row.record,
    )
    return work.outside.shop(parcel.shop_id).platform_labels(account)
