"""What must not be sent any more comes off the shelf: by hand, or daily where that is wished."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from app.domain.errors import PackbenchError, RetryableError
from app.domain.states import MoveKind
from app.domain.stock_reasons import StockReason
from app.jobs import Cancelled, CancelToken
from app.services.leases import lease
from app.services.stock import batches, ledger, spots
from app.services.workplace import Workplace
from app.store.tables import settings, stock_balances, stock_batches, stock_spots

KEY = "stock"  # among the settings: section [stock] of a configuration file
FIRST_LOOK_S = 120.0
LOOK_EVERY_S = 3600.0  # a new day is noticed within the hour
_LEASE = "expiring"


@dataclass(frozen=True, slots=True)
class ExpiredRow:
    """So many pieces of a batch were taken off the shelf; ``lacking``: reserved and not there."""

    sku: str
    batch: str
    expires_on: str
    bin: str
    quantity: int
    lacking: int = 0


def stored(tx: Connection) -> dict[str, Any]:
    """Section ``[stock]`` as it is kept; empty where nobody said anything."""
    found = tx.execute(select(settings.c.value).where(settings.c.key == KEY)).scalar()
    return found if isinstance(found, dict) else {}


def store(tx: Connection, *, take_off_expired: bool) -> bool:
    """Keep the wish, in the caller's transaction; returns whether it differs."""
    known = stored(tx)
    if known.get("take_off_expired") is take_off_expired:
        return False
    tx.execute(delete(settings).where(settings.c.key == KEY))
    value = {**known, "take_off_expired": take_off_expired}
    tx.execute(insert(settings).values(key=KEY, value=value))
    return True


def look(work: Workplace) -> int:
    """Take off what is due when the setting says so; how many pieces. One bench does it."""
    with work.db.read() as tx:
        if not stored(tx).get("take_off_expired"):
            return 0
    try:
        with lease(work, _LEASE):
            return sum(row.quantity for row in expire(work))
    except RetryableError:  # another bench does it
        return 0


def keep_looking(work: Workplace, cancel: CancelToken, first_s: float = FIRST_LOOK_S) -> None:
    """Look again and again until cancelled; a failure waits for the next turn."""
    with suppress(Cancelled):
        cancel.wait(first_s)
        while True:
            try:
                look(work)
            except PackbenchError as error:
                work.log.info("what expired stays for now: %s", error.code)
            cancel.wait(LOOK_EVERY_S)


def expire(work: Workplace, *, dry_run: bool = False) -> list[ExpiredRow]:
    """Take what must not be sent any more off the shelf: it becomes defective, each batch once.

    That is what has expired, and what has less time left than its SKU wants. What was fetched for
    a parcel stays in its hands. Pieces that are missing for parcels then are told in ``lacking``.
    """
    today = spots.today(work.now())
    rows = []
    with work.db.read() as tx:
        due = [
            r
            for r in tx.execute(batches.here().where(stock_batches.c.expires_on != "")).all()
            if r.expires_on < spots.last_day(today, r.keep_days) and r.bin != spots.PICKED
        ]
    if dry_run:
        return [ExpiredRow(r.sku, r.code, r.expires_on, r.bin, r.quantity) for r in due]
    operation = work.key()
    for row in sorted(due, key=lambda r: (r.sku_id, r.id, r.bin)):
        with work.db.write() as tx:
            took = _take_off(tx, work, row, operation)
        if took is not None:
            rows.append(took)
    if rows:
        work.changed("stock")
    return rows


def _take_off(tx: Connection, work: Workplace, row: Any, operation: str) -> ExpiredRow | None:
    """The spot as it is now, emptied; ``None`` when somebody else was quicker."""
    ledger.lock(tx, [row.sku_id])
    held = tx.execute(
        select(stock_spots.c.quantity).where(
            stock_spots.c.sku_id == row.sku_id,
            stock_spots.c.bin == row.bin,
            stock_spots.c.batch_id == row.id,
        )
    ).scalar_one()
    move = ledger.Move(
        row.sku_id,
        MoveKind.DEFECT,
        on_hand=-held,
        defective=held,
        bin=row.bin,
        batch_id=row.id,
        reason=StockReason.EXPIRED.value,
        operation=operation,
    )
    if held <= 0 or not ledger.post(tx, work, move):
        return None
    available = tx.execute(
        select(stock_balances.c.available).where(stock_balances.c.sku_id == row.sku_id)
    ).scalar_one()
    return ExpiredRow(row.sku, row.code, row.expires_on, row.bin, held, max(0, -available))
