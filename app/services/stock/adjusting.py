"""A figure is corrected by hand, with a reason."""

from __future__ import annotations

from app.domain.bins import clean_bin
from app.domain.errors import UserError
from app.domain.states import MoveKind
from app.domain.stock_reasons import joined
from app.domain.text import T
from app.services.stock import batches, bins, ledger
from app.services.stock.finding import find_sku, too_few
from app.services.stock.going_on import let_go_on
from app.services.workplace import Workplace


def adjust(
    work: Workplace,
    sku: str,
    quantity: int,
    reason: str,
    *,
    note: str = "",
    bin_name: str | None = None,
    batch: str | None = None,
) -> str:
    """Correct the figure by ``quantity`` (may be negative), with a reason. Returns the operation.

    ``reason`` is a code of ``StockReason`` or free text, ``note`` what is written beside it.
    Without a bin, pieces that appear lie in the item's home, and those that are gone are taken
    where the next parcel would take them. Raises ``UserError``: unknown SKU or batch, no reason, a
    bad bin, or less than nothing there.
    """
    if quantity == 0 or not reason.strip():
        raise UserError(
            "no_reason",
            T("An adjustment needs a number and a reason."),
            T("Say in a few words why, for example: broken"),
            ref=sku,
        )
    operation = work.key()
    place = None if bin_name is None else clean_bin(bin_name)
    with work.db.write() as tx:
        sku_id = find_sku(tx, sku)
        ledger.ensure_balance(tx, sku_id)
        if place and quantity > 0:
            bins.ensure(tx, work, place)
            bins.make_home(tx, sku_id, place)
        move = ledger.Move(
            sku_id,
            MoveKind.ADJUST,
            on_hand=quantity,
            reason=joined(reason, note),
            bin=place,
            batch_id=batches.find(tx, sku_id, batch or ""),
            operation=operation,
        )
        if not ledger.post(tx, work, move):
            raise too_few(sku, place)
        if quantity > 0:
            let_go_on(tx, work)
    work.changed("stock", "orders", "parcels")
    return operation
