"""Pieces that are here and not for sale (不良品): found, mended, thrown away."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from app.domain.bins import clean_bin
from app.domain.errors import UserError
from app.domain.states import MoveKind, SerialState
from app.domain.stock_reasons import StockReason, joined
from app.domain.text import T
from app.services.stock import batches, bins, ledger, serials
from app.services.stock.finding import find_sku, must_be_positive, too_few
from app.services.stock.going_on import let_go_on
from app.services.workplace import Workplace


def found(
    work: Workplace,
    sku: str,
    quantity: int,
    *,
    reason: str = StockReason.BROKEN,
    note: str = "",
    bin_name: str | None = None,
    batch: str | None = None,
    numbers: Sequence[str] = (),
) -> str:
    """Pieces on the shelf are not for sale after all. Returns the operation.

    Raises ``UserError``: ``no_such_sku``, ``no_such_batch``, ``bad_quantity``, ``bad_bin``,
    ``stock_negative``, ``bin_holds_less``, ``serial_not_here``.
    """
    must_be_positive(quantity, sku)
    place = None if bin_name is None else clean_bin(bin_name)
    operation = work.key()
    with work.db.write() as tx:
        sku_id = _known(tx, sku)
        move = ledger.Move(
            sku_id,
            MoveKind.DEFECT,
            on_hand=-quantity,
            defective=quantity,
            reason=joined(reason, note),
            bin=place,
            batch_id=batches.find(tx, sku_id, batch or ""),
            operation=operation,
        )
        if not ledger.post(tx, work, move):
            raise too_few(sku, place)
        serials.turn(
            tx,
            work,
            sku_id,
            numbers,
            SerialState.IN,
            SerialState.DEFECTIVE,
            MoveKind.DEFECT,
            operation,
        )
    work.changed("stock")
    return operation


def mended(
    work: Workplace,
    sku: str,
    quantity: int,
    *,
    note: str = "",
    bin_name: str = "",
    batch: str = "",
    numbers: Sequence[str] = (),
) -> str:
    """Defective pieces are good again and lie in the bin, or at home. Returns the operation.

    Raises ``UserError``: ``no_such_sku``, ``no_such_batch``, ``bad_quantity``, ``bad_bin``,
    ``not_so_many_defective``, ``serial_not_here``.
    """
    must_be_positive(quantity, sku)
    place = clean_bin(bin_name)
    operation = work.key()
    with work.db.write() as tx:
        sku_id = _known(tx, sku)
        if place:
            bins.ensure(tx, work, place)
            bins.make_home(tx, sku_id, place)
        move = ledger.Move(
            sku_id,
            MoveKind.MEND,
            on_hand=quantity,
            defective=-quantity,
            reason=joined("", note),
            bin=place or None,
            batch_id=batches.find(tx, sku_id, batch),
            operation=operation,
        )
        if not ledger.post(tx, work, move):
            raise _fewer(sku)
        serials.turn(
            tx,
            work,
            sku_id,
            numbers,
            SerialState.DEFECTIVE,
            SerialState.IN,
            MoveKind.MEND,
            operation,
        )
        let_go_on(tx, work)
    work.changed("stock", "orders", "parcels")
    return operation


def discarded(
    work: Workplace,
    sku: str,
    quantity: int,
    *,
    reason: str = StockReason.BROKEN,
    note: str = "",
    numbers: Sequence[str] = (),
) -> str:
    """Defective pieces are gone: thrown away, or back to the supplier. Returns the operation.

    Raises ``UserError``: ``no_such_sku``, ``bad_quantity``, ``not_so_many_defective``,
    ``serial_not_here``.
    """
    must_be_positive(quantity, sku)
    operation = work.key()
    with work.db.write() as tx:
        sku_id = _known(tx, sku)
        move = ledger.Move(
            sku_id,
            MoveKind.DISCARD,
            defective=-quantity,
            reason=joined(reason, note),
            operation=operation,
        )
        if not ledger.post(tx, work, move):
            raise _fewer(sku)
        serials.turn(
            tx,
            work,
            sku_id,
            numbers,
            SerialState.DEFECTIVE,
            SerialState.OUT,
            MoveKind.DISCARD,
            operation,
        )
    work.changed("stock")
    return operation


def _known(tx: Connection, sku: str) -> str:
    sku_id = find_sku(tx, sku)
    ledger.ensure_balance(tx, sku_id)
    return sku_id


def _fewer(sku: str) -> UserError:
    return UserError(
        "not_so_many_defective",
        T("There are not that many defective pieces of {sku}.", sku=sku),
        T("See the figures with: stock list"),
        ref=sku,
    )
