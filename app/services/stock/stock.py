"""The stock list and importing one. What is done by hand has modules of its own beside this."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select, update

from app.domain.states import MoveKind
from app.domain.text import T, Text
from app.services.parcels import checking, weighing
from app.services.stock import ledger, remapping
from app.services.stock.adjusting import adjust
from app.services.stock.finding import find_sku
from app.services.stock.going_on import let_go_on
from app.services.stock.moves import moves
from app.services.stock.receiving import receive
from app.services.workplace import Workplace
from app.store.tables import products, sku_barcodes, skus, stock_balances

__all__ = [
    "ImportRow",
    "StockRow",
    "add_barcode",
    "adjust",
    "find_sku",
    "import_rows",
    "let_go_on",
    "list_stock",
    "moves",
    "new_sku",
    "receive",
]

_WHOLE = re.compile(r"-?\d{1,9}(\.0*)?")


@dataclass(frozen=True, slots=True)
class StockRow:
    """A SKU with its figures, in pieces."""

    sku: str
    name: str
    spec: str
    bin: str
    on_hand: int
    allocated: int
    available: int
    safety: int = 0
    picture: str = ""


@dataclass(frozen=True, slots=True)
class ImportRow:
    """What came of one row of a file: ``new``, ``changed``, ``same`` or ``failed``."""

    line: int
    sku: str
    result: str
    message: Text | None = None


def list_stock(work: Workplace, search: str = "") -> list[StockRow]:
    """Every SKU with its balance, by bin."""
    query = (
        select(skus, stock_balances.c.on_hand, stock_balances.c.allocated)
        .outerjoin(stock_balances, stock_balances.c.sku_id == skus.c.id)
        .order_by(skus.c.bin, skus.c.code)
    )
    if search:
        like = f"%{search}%"
        query = query.where(skus.c.code.like(like) | skus.c.name.like(like))
    with work.db.read() as tx:
        rows = tx.execute(query).all()
    return [
        StockRow(
            r.code,
            r.name,
            r.spec,
            r.bin,
            r.on_hand or 0,
            r.allocated or 0,
            (r.on_hand or 0) - (r.allocated or 0),
            r.safety_quantity,
            r.picture,
        )
        for r in rows
    ]


def import_rows(
    work: Workplace, rows: Iterable[Mapping[str, str]], *, dry_run: bool = False
) -> list[ImportRow]:
    """Counted stock from a file: new SKUs are made, figures become the counted ones.

    Columns: sku, barcode, name, spec, quantity, bin, weight_g. A bad row is reported and left out;
    the others are stored, each once: importing the same file again changes nothing.
    """
    results: list[ImportRow] = []
    chunk: list[tuple[int, Mapping[str, str]]] = []
    for line, row in enumerate(rows, start=2):  # line 1 holds the headings
        chunk.append((line, row))
        if len(chunk) == 200:
            results.extend(_import_chunk(work, chunk, dry_run=dry_run))
            chunk = []
    results.extend(_import_chunk(work, chunk, dry_run=dry_run))
    if not dry_run:
        remapping.remap_open_orders(work)
        with work.db.write() as tx:
            let_go_on(tx, work)
        weighing.expect_anew(work)
        checking.recheck(work)
        work.changed("stock", "orders", "parcels")
    return results


class _DryRunError(Exception):
    """Rolls a trial run back."""


def _import_chunk(
    work: Workplace, chunk: list[tuple[int, Mapping[str, str]]], *, dry_run: bool
) -> list[ImportRow]:
    results: list[ImportRow] = []
    try:
        with work.db.write() as tx:
            for line, row in chunk:
                results.append(_import_one(tx, work, line, row))
            if dry_run:
                raise _DryRunError
    except _DryRunError:
        pass
    return results


def _import_one(tx: Connection, work: Workplace, line: int, row: Mapping[str, str]) -> ImportRow:
    code = row.get("sku", "").strip()
    name = row.get("name", "").strip()
    if not code:
        return ImportRow(line, code, "failed", T("Line {line} has no item code.", line=line))
    quantity = _whole(row.get("quantity", ""))
    weight_g = _whole(row.get("weight_g", "") or "0")
    if quantity is None or quantity < 0 or weight_g is None or weight_g < 0:
        return ImportRow(
            line,
            code,
            "failed",
            T("Line {line}: quantity and weight are whole numbers.", line=line),
        )
    known = tx.execute(select(skus).where(skus.c.code == code)).one_or_none()
    values: dict[str, Any] = {
        "name": name or (known.name if known else code),
        # A column that the file does not have leaves what is known.
        "spec": row["spec"].strip() if "spec" in row else (known.spec if known else ""),
        "bin": row["bin"].strip() if "bin" in row else (known.bin if known else ""),
        "weight_g": weight_g or (known.weight_g if known else 0),
    }
    for extra in ("picture", "short_name"):
        if row.get(extra):
            values[extra] = row[extra].strip()
    result = "same"
    if known is None:
        sku_id = new_sku(tx, work, code, row.get("product", "").strip() or name, values)
        result = "new"
    else:
        sku_id = known.id
        if any(getattr(known, k) != v for k, v in values.items()):
            tx.execute(update(skus).where(skus.c.id == sku_id).values(**values))
            result = "changed"
    if add_barcode(tx, sku_id, row.get("barcode", "").strip()) and result == "same":
        result = "changed"
    ledger.ensure_balance(tx, sku_id)
    have = tx.execute(
        select(stock_balances.c.on_hand).where(stock_balances.c.sku_id == sku_id)
    ).scalar_one()
    if have != quantity:
        ledger.post(
            tx,
            work,
            ledger.Move(
                sku_id, MoveKind.COUNT, on_hand=quantity - have, reason="import", reference=code
            ),
        )
        result = "new" if result == "new" else "changed"
    return ImportRow(line, code, result)


def new_sku(
    tx: Connection, work: Workplace, code: str, product: str, values: Mapping[str, Any]
) -> str:
    """Make a SKU of the product called ``product``; ``values`` are its other columns."""
    product_id = tx.execute(select(products.c.id).where(products.c.name == product)).scalar()
    if product_id is None:
        product_id = work.key()
        tx.execute(insert(products).values(id=product_id, name=product, created_at=work.now()))
    sku_id = work.key()
    tx.execute(
        insert(skus).values(
            id=sku_id, product_id=product_id, code=code, created_at=work.now(), **values
        )
    )
    return sku_id


def add_barcode(tx: Connection, sku_id: str, barcode: str) -> bool:
    """Give the SKU a bar code; whether that is new."""
    if not barcode:
        return False
    known = tx.execute(
        select(sku_barcodes.c.barcode).where(
            sku_barcodes.c.barcode == barcode, sku_barcodes.c.sku_id == sku_id
        )
    ).scalar()
    if known is None:
        tx.execute(insert(sku_barcodes).values(barcode=barcode, sku_id=sku_id))
    return known is None


def _whole(text: str) -> int | None:
    plain = text.replace(",", "").strip()
    return int(float(plain)) if _WHOLE.fullmatch(plain) else None
