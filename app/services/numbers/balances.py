"""Labels left in every account, the platform's and the direct ones, and whether they are enough.

Only franchise carriers count them; for 顺丰, 京东 and 邮政 the number means nothing: ``None``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select

from app.domain.errors import PackbenchError
from app.domain.states import ParcelState, Route
from app.services.carriers import states
from app.services.parcels.parcel_queries import ParcelRow, parcel_ids, parcel_rows
from app.services.sync import syncing
from app.services.workplace import Workplace
from app.store.tables import parcels, shipments, shop_accounts, shops

FRESH = timedelta(minutes=5)
"""How old a balance may be before a batch is compared with it."""

LOW_BALANCE = states.LOW_NUMBERS
_WANTS_A_NUMBER = frozenset({ParcelState.TO_CHECK, ParcelState.TO_LABEL})
_IDS_AT_ONCE = 400


@dataclass(frozen=True, slots=True)
class Balance:
    """One account. ``left`` is ``None`` where nobody counts.

    A direct account belongs to no shop (``""``); ``fetched_at`` is ``None`` until it was asked.
    """

    shop: str
    account: str
    carrier: str
    left: int | None
    low: bool
    threshold: int
    template_id: str
    fetched_at: datetime | None


@dataclass(frozen=True, slots=True)
class Shortage:
    """An account with fewer labels than the batch needs; ``shop`` is ``""`` for a direct one."""

    shop: str
    account: str
    carrier: str
    balance: int
    needed: int

    @property
    def missing(self) -> int:
        return self.needed - self.balance

    def concerns(self, parcel: ParcelRow) -> bool:
        """Whether the parcel's number would come from this account."""
        return _account_of(parcel) == (self.shop, self.account)


def listed(work: Workplace) -> list[Balance]:
    """Every account as it was last read, the platform's first; asks nobody."""
    return [*_of_platform(work), *_direct(work)]


def refresh_direct(work: Workplace, *, older_than: timedelta = timedelta(0)) -> list[str]:
    """Ask the direct accounts that were not asked for so long. The names of those that failed."""
    return [
        known.account
        for known in states.listed(work)
        if not states.refresh(work, known.account, older_than=older_than)
    ]


def threshold(work: Workplace, shop_id: str) -> int:
    """Below how many labels an account of the shop counts as nearly empty (``low_balance``)."""
    with work.db.read() as tx:
        found = tx.execute(select(shops.c.settings).where(shops.c.id == shop_id)).scalar()
    return _threshold(found or {})


def before_batch(
    work: Workplace, *, wave_id: str | None = None, parcels_of_batch: Sequence[str] = ()
) -> list[Shortage]:
    """Which accounts have too few labels for the parcels that still want a number.

    Balances older than ``FRESH`` (``states.FRESH`` for direct accounts) are read anew; waits on
    the network then. A shop or carrier that does not answer is compared by what it said last.
    """
    ids = parcel_ids(work, wave=wave_id) if wave_id is not None else list(parcels_of_batch)
    wanting = [row for row in parcel_rows(work, ids) if _wants_a_number(row)]
    needed: dict[tuple[str, str], int] = defaultdict(int)
    boxes = _boxes(work, [row.id for row in wanting])
    for row in wanting:
        needed[_account_of(row)] += boxes[row.id]
    for shop_id in sorted({shop for shop, _ in needed if shop}):
        refresh(work, shop_id, older_than=FRESH)
    for account in sorted({account for shop, account in needed if not shop and account}):
        states.refresh(work, account, older_than=states.FRESH)
    return [
        Shortage(b.shop, b.account, b.carrier, b.left, needed[b.shop, b.account])
        for b in listed(work)
        if b.left is not None and b.left < needed.get((b.shop, b.account), 0)
    ]


def refresh(work: Workplace, shop_id: str, *, older_than: timedelta = timedelta(0)) -> bool:
    """Read the shop's balances when they are older than that. Whether they are fresh now."""
    with work.db.read() as tx:
        oldest = tx.execute(
            select(func.min(shop_accounts.c.fetched_at)).where(
                shop_accounts.c.shop_id == shop_id, shop_accounts.c.bound
            )
        ).scalar()
    if oldest is not None and work.now() - oldest < older_than:
        return True
    try:
        syncing.refresh_accounts(work, work.outside.shop(shop_id))
    except PackbenchError as error:
        work.log.info("balances of %s could not be read: %s", shop_id, error.code)
        return False
    return True


def _wants_a_number(row: ParcelRow) -> bool:
    return not row.waybill and not row.holds and row.state in _WANTS_A_NUMBER


def _account_of(row: ParcelRow) -> tuple[str, str]:
    """The account of a parcel, as balances name it."""
    return (row.shop if row.route == Route.PLATFORM else "", row.account)


def _boxes(work: Workplace, ids: Sequence[str]) -> dict[str, int]:
    """How many labels each parcel takes."""
    found: dict[str, int] = {}
    with work.db.read() as tx:
        for start in range(0, len(ids), _IDS_AT_ONCE):
            rows = tx.execute(
                select(parcels.c.id, shipments.c.box_count)
                .join(shipments, shipments.c.id == parcels.c.shipment_id)
                .where(parcels.c.id.in_(list(ids[start : start + _IDS_AT_ONCE])))
            )
            found.update({r.id: max(1, r.box_count) for r in rows})
    return found


def _of_platform(work: Workplace) -> list[Balance]:
    with work.db.read() as tx:
        return [_balance(row, _threshold(row.settings)) for row in _accounts(tx)]


def _direct(work: Workplace) -> list[Balance]:
    return [
        Balance(
            shop="",
            account=known.account,
            carrier=known.company,
            left=known.left,
            low=known.low,
            threshold=states.LOW_NUMBERS,
            template_id="",
            fetched_at=known.asked_at,
        )
        for known in states.listed(work)
        if known.company
    ]


def _accounts(tx: Connection) -> Sequence[Any]:
    return tx.execute(
        select(shop_accounts, shops.c.settings)
        .join(shops, shops.c.id == shop_accounts.c.shop_id)
        .where(shop_accounts.c.bound, shops.c.active)
        .order_by(shops.c.position, shop_accounts.c.position)
    ).all()


def _balance(row: Any, low_below: int) -> Balance:
    return Balance(
        shop=row.shop_id,
        account=row.account_id,
        carrier=row.carrier,
        left=row.balance,
        low=row.balance is not None and row.balance < low_below,
        threshold=low_below,
        template_id=row.template_id,
        fetched_at=row.fetched_at,
    )


def _threshold(settings: Any) -> int:
    return int(settings.get("low_balance", LOW_BALANCE))
