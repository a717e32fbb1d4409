"""Goods come in: into a bin, by batch and by number where the SKU is kept so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from app.domain.bins import clean_bin
from app.domain.errors import UserError
from app.domain.states import MoveKind
from app.domain.text import T
from app.services.stock import batches, bins, ledger, serials
from app.services.stock.finding import find_sku, must_be_positive
from app.services.stock.going_on import let_go_on
from app.services.workplace import Workplace

LONGEST_REFERENCE = 64


@dataclass(frozen=True, slots=True)
class Incoming:
    """Pieces of one SKU for one bin ("" = its home), of one batch.

    ``once`` names the event, so that told again it moves nothing.
    """

    sku_id: str
    quantity: int
    bin: str = ""
    batch: str = ""
    made_on: str = ""
    expires_on: str = ""
    serials: tuple[str, ...] = ()
    reference: str = ""
    once: str | None = None


def receive(
    work: Workplace,
    sku: str,
    quantity: int,
    *,
    bin_name: str = "",
    reference: str = "",
    batch: str = "",
    made_on: str = "",
    expires_on: str = "",
    numbers: Sequence[str] = (),
) -> str:
    """Goods came in. Parcels that lacked them go on by themselves. Returns the operation.

    ``reference`` (a document number) makes the same receipt of an item and batch count once; then
    the operation is "". Without a bin they go to the item's home; a bin named here becomes the home
    of an item that has none. Raises ``UserError``: see ``book``, ``no_such_sku``, ``bad_quantity``.
    """
    must_be_positive(quantity, sku)
    operation = work.key()
    with work.db.write() as tx:
        sku_id = find_sku(tx, sku)
        goods = Incoming(
            sku_id,
            quantity,
            bin_name,
            batch,
            made_on,
            expires_on,
            tuple(numbers),
            reference.strip(),
            _once(reference.strip(), sku_id, batch),
        )
        is_new = book(tx, work, goods, operation)
        if is_new:
            let_go_on(tx, work)
    work.changed("stock", "orders", "parcels")
    return operation if is_new else ""


def book(tx: Connection, work: Workplace, goods: Incoming, operation: str) -> bool:
    """Put the goods on the shelf in the caller's transaction; ``False``: told before, nothing done.

    Several SKUs of one transaction go in the order of their ids. The caller lets parcels go on.
    Raises ``UserError``: ``bad_bin``, ``batch_missing``, ``bad_batch``, ``batch_differs``,
    ``bad_day``, ``serials_missing``, ``serial_here``, ``bad_serial``.
    """
    name = clean_bin(goods.bin)
    ledger.ensure_balance(tx, goods.sku_id)
    ledger.lock(tx, [goods.sku_id])
    if goods.once is not None and ledger.is_known(tx, goods.once):
        return False
    batch_id = batches.batch_for(
        tx, work, goods.sku_id, goods.batch, goods.made_on, goods.expires_on
    )
    serials.come_in(
        tx,
        work,
        goods.sku_id,
        goods.serials,
        goods.quantity,
        reference=goods.reference,
        operation=operation,
    )
    if name:
        bins.ensure(tx, work, name)
        bins.make_home(tx, goods.sku_id, name)
    move = ledger.Move(
        goods.sku_id,
        MoveKind.RECEIVE,
        on_hand=goods.quantity,
        bin=name or None,
        batch_id=batch_id,
        reference=goods.reference,
        once=goods.once,
        operation=operation,
    )
    ledger.post(tx, work, move)
    return True


def _once(reference: str, sku_id: str, batch: str) -> str | None:
    if not reference:
        return None
    if len(reference) > LONGEST_REFERENCE:
        raise UserError(
            "bad_reference",
            T("The number of the paper is too long."),
            T("Give at most {n} characters.", n=LONGEST_REFERENCE),
            ref=reference[:LONGEST_REFERENCE],
        )
    known = f"receive:{reference}:{sku_id}"
    # A batch number may be as long as the rest of the key: what tells batches apart is enough.
    return f"{known}:{batch.strip()[-24:]}" if batch.strip() else known
