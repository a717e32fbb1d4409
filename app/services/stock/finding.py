"""Which SKU a person means, and what is said when there is none."""

from __future__ import annotations

from sqlalchemy import Connection, select

from app.domain.errors import UserError
from app.domain.text import T
from app.services.stock import mapping
from app.services.workplace import Workplace
from app.store.tables import skus

MOST_PIECES = 100_000_000


def find_sku(tx: Connection, code: str) -> str:
    """The id of the SKU with this code or bar code. Raises ``UserError`` (``no_such_sku``)."""
    found = mapping.sku_by_code(tx, code) or mapping.sku_by_barcode(tx, code)
    if found is None:
        raise UserError(
            "no_such_sku",
            T("There is no item {sku}.", sku=code),
            T("Import it first, or check the code: stock list"),
            ref=code,
        )
    return found


def code_of(work: Workplace, sku: str) -> str:
    """The code of the SKU with this code or bar code. Raises ``UserError`` (``no_such_sku``)."""
    with work.db.read() as tx:
        found: str = tx.execute(
            select(skus.c.code).where(skus.c.id == find_sku(tx, sku))
        ).scalar_one()
    return found


def must_be_positive(quantity: int, sku: str) -> None:
    """Raises ``UserError`` (``bad_quantity``) for a number of pieces that nobody can bring."""
    if not 0 < quantity <= MOST_PIECES:
        raise UserError(
            "bad_quantity",
            T("The number of pieces must be above zero and below {most}.", most=MOST_PIECES),
            T("To take pieces away use: stock adjust"),
            ref=sku,
        )


def too_few(sku: str, bin_name: str | None) -> UserError:
    """The refusal to take more from a place than the books say it holds."""
    if bin_name is None:
        return UserError(
            "stock_negative",
            T("The shelf would hold less than nothing of {sku}.", sku=sku),
            T("Count the item first."),
            ref=sku,
        )
    return UserError(
        "bin_holds_less",
        T("Bin {bin} does not hold that many pieces of {sku}.", bin=bin_name or "-", sku=sku),
        T("See where it lies with: stock bins of {sku}", sku=sku),
        ref=sku,
    )
