"""Goods for tests of the shelf, and what the books say of them."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select, update

from app.domain.states import SerialState
from app.services import integrity
from app.services.stock import bins, serials, stock
from app.store.tables import skus, stock_balances
from tests.support.warehouse import Bench


def goods(bench: Bench, code: str, quantity: int = 0, home: str = "", **kept: object) -> str:
    """A SKU with so many pieces at home; ``kept``: columns like ``batch_tracked``. Its id."""
    row = {"sku": code, "name": code.lower(), "quantity": str(quantity), "bin": home}
    stock.import_rows(bench.work, [row])
    with bench.work.db.write() as tx:
        sku_id = stock.find_sku(tx, code)
        if kept:
            tx.execute(update(skus).where(skus.c.id == sku_id).values(**kept))
    return sku_id


def lies(bench: Bench, code: str) -> Mapping[tuple[str, str], int]:
    """Pieces by bin and batch."""
    return {(r.bin, r.batch): r.quantity for r in bins.of_sku(bench.work, code)}


def figures(bench: Bench, code: str) -> tuple[int, int]:
    """On hand and defective."""
    with bench.work.db.read() as tx:
        row = tx.execute(
            select(stock_balances.c.on_hand, stock_balances.c.defective)
            .join(skus, skus.c.id == stock_balances.c.sku_id)
            .where(skus.c.code == code)
        ).one()
    return row.on_hand, row.defective


def home(bench: Bench, code: str) -> str:
    with bench.work.db.read() as tx:
        return str(tx.execute(select(skus.c.bin).where(skus.c.code == code)).scalar_one())


def numbers(bench: Bench, code: str, state: SerialState) -> set[str]:
    return {r.serial for r in serials.list_serials(bench.work, code, state)}


def books_are_true(bench: Bench) -> None:
    assert integrity.check(bench.work).broken == ()
