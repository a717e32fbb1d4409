"""Goods go from bin to bin (移库): the figures stay, the places change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from app.domain.bins import clean_bin
from app.domain.errors import UserError
from app.domain.states import MoveKind
from app.domain.text import T
from app.services.stock import batches, bins, ledger, spots
from app.services.stock.finding import find_sku, must_be_positive, too_few
from app.services.workplace import Workplace
from app.store.tables import skus, stock_spots


@dataclass(frozen=True, slots=True)
class Moved:
    """So many pieces of a batch ("" = of none) went from one bin to another."""

    sku: str
    from_bin: str
    to_bin: str
    batch_id: str
    quantity: int
    operation: str


def transfer(
    work: Workplace,
    sku: str,
    quantity: int | None,
    *,
    from_bin: str,
    to_bin: str,
    batch: str | None = None,
    once: str | None = None,
) -> list[Moved]:
    """Move pieces of the SKU, ``None`` = all that lie there; ``from_bin`` "" = where nobody said.

    Without a batch the first to expire go first. ``once`` names the event (a scan's nonce): told
    again it moves nothing. The bin becomes the SKU's home when it has none. Raises ``UserError``:
    ``no_such_sku``, ``no_such_batch``, ``bad_bin``, ``same_bin``, ``bin_holds_less``.
    """
    source, target = clean_bin(from_bin), bins.named(to_bin)
    if quantity is not None:
        must_be_positive(quantity, sku)
    with work.db.write() as tx:
        sku_id = find_sku(tx, sku)
        batch_id = None if batch is None else batches.find(tx, sku_id, batch)
        done = move(tx, work, sku_id, quantity, source, target, work.key(), batch_id, once)
    work.changed("stock")
    return done


def transfer_all(work: Workplace, from_bin: str, to_bin: str) -> list[Moved]:
    """Move everything that lies in a bin into another. Raises ``UserError`` (``bin_empty``)."""
    source, target = clean_bin(from_bin), bins.named(to_bin)
    operation = work.key()
    done: list[Moved] = []
    with work.db.write() as tx:
        held = tx.execute(
            select(stock_spots.c.sku_id)
            .where(stock_spots.c.bin == source, stock_spots.c.quantity > 0)
            .distinct()
            .order_by(stock_spots.c.sku_id)
        ).scalars()
        for sku_id in list(held):
            done += move(tx, work, sku_id, None, source, target, operation)
        if not done:
            raise UserError(
                "bin_empty",
                T("Nothing lies in bin {bin}.", bin=source or "-"),
                T("See what lies where with: stock bins list"),
                ref=source,
            )
    work.changed("stock")
    return done


def move(
    tx: Connection,
    work: Workplace,
    sku_id: str,
    quantity: int | None,
    source: str,
    target: str,
    operation: str,
    batch_id: str | None = None,
    once: str | None = None,
) -> list[Moved]:
    """``transfer`` in the caller's transaction, for bins that are named right."""
    code = tx.execute(select(skus.c.code).where(skus.c.id == sku_id)).scalar_one()
    if source == target:
        raise UserError(
            "same_bin",
            T("From bin {bin} to the same bin: nothing to move.", bin=source or "-"),
            T("Name the bin it goes to."),
            ref=code,
        )
    ledger.lock(tx, [sku_id])
    if once is not None and ledger.is_known(tx, once):
        return []
    taken = taken_from(tx, work, sku_id, quantity, source, batch_id)
    if taken is None:
        raise too_few(code, source)
    bins.ensure(tx, work, target)
    bins.make_home(tx, sku_id, target)
    done = []
    for n, (of_batch, pieces) in enumerate(taken):
        wanted = ledger.Move(
            sku_id,
            MoveKind.TRANSFER,
            bin=source,
            batch_id=of_batch,
            once=once if once is None or n == 0 else f"{once}/{n}",
            operation=operation,
        )
        if not ledger.shift(tx, work, wanted, pieces, to_bin=target):
            raise too_few(code, source)
        done.append(Moved(code, source, target, of_batch, pieces, operation))
    return done


def taken_from(
    tx: Connection,
    work: Workplace,
    sku_id: str,
    quantity: int | None,
    source: str,
    batch_id: str | None,
) -> Sequence[tuple[str, int]] | None:
    """Batch and pieces to take from the bin; ``None``: it does not hold that many."""
    found = [
        spot
        for spot in spots.spots_of(tx, sku_id, spots.today(work.now()))
        if spot.bin == source and spot.quantity > 0 and batch_id in {None, spot.batch_id}
    ]
    held = sum(spot.quantity for spot in found)
    wanted = held if quantity is None else quantity
    if not 0 < wanted <= held:
        return None
    shared = spots.shared_out(found, wanted, home=source)
    return [(of_batch, pieces) for _, of_batch, pieces in shared]
