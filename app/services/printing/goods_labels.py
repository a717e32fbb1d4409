"""Labels to be stuck on goods and shelves, and the bench's cards: from the books to a paper."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select

from app.domain.address import clean_text
from app.domain.bins import clean_bin, no_bin_named, walking_key
from app.domain.commands import Command
from app.domain.errors import UserError
from app.domain.papers import (
    Arrow,
    BinLabel,
    BinLabels,
    CommandCards,
    GoodsLabel,
    GoodsLabels,
    Grid,
)
from app.domain.text import T
from app.services.stock.finding import find_sku
from app.services.workplace import Workplace
from app.store.tables import sku_barcodes, skus

MOST_COPIES = 2000


def goods_labels(
    work: Workplace, codes: Sequence[str], copies: int = 1, grid: Grid | None = None
) -> GoodsLabels:
    """A label for each SKU (its code or a bar code of it), ``copies`` times.

    The label's code is the SKU's bar code as it is, else the SKU code: both are what the bench
    reads. Raises ``UserError``: ``no_such_sku``, ``too_many_copies``.
    """
    if not 1 <= copies <= MOST_COPIES:
        raise UserError(
            "too_many_copies",
            T("{copies} copies are too many.", copies=copies),
            T("Print at most {most} at once.", most=MOST_COPIES),
        )
    labels = []
    with work.db.read() as tx:
        for code in codes:
            sku_id = find_sku(tx, code)
            row = tx.execute(select(skus).where(skus.c.id == sku_id)).one()
            barcode = tx.execute(
                select(func.min(sku_barcodes.c.barcode)).where(sku_barcodes.c.sku_id == sku_id)
            ).scalar()
            name, spec = row.short_name or row.name, "" if row.short_name else row.spec
            labels.append(GoodsLabel(name, spec, row.code, barcode or row.code, copies))
    return GoodsLabels(tuple(labels), grid or Grid())


def bin_labels(
    work: Workplace,
    bins: Sequence[str] = (),
    arrow: Arrow = Arrow.NONE,
    grid: Grid | None = None,
) -> BinLabels:
    """A label for each bin; without names for every bin that holds goods, in walking order.

    A named bin need not hold anything yet. Raises ``UserError``: ``no_bins``, ``bad_bin``.
    """
    names = [clean_bin(clean_text(name)) for name in bins]
    if "" in names:
        raise no_bin_named()
    if not names:
        with work.db.read() as tx:
            names = list(
                tx.execute(select(skus.c.bin).where(skus.c.bin != "").distinct()).scalars()
            )
        names.sort(key=walking_key)
    if not names:
        raise UserError(
            "no_bins",
            T("No goods have a bin yet."),
            T("Name the bins, or give goods their bin: stock receive --bin"),
        )
    return BinLabels(tuple(BinLabel(name, arrow) for name in names), grid or Grid())


def command_cards() -> CommandCards:
    """A card for everything the bench does at a scan."""
    return CommandCards(tuple(Command))
