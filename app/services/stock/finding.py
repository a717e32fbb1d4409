"""Which SKU a person means, and what is said when there is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from app.domain.errors import UserError
from app.domain.text import T
from app.services.workplace import Workplace
from app.store.tables import sku_barcodes, skus

MOST_PIECES = 100_000_000


_MOST_NAMED = 6


@dataclass(frozen=True, slots=True)
class Candidate:
    """A SKU that a code may mean, with what tells it from the others by eye."""

    sku_id: str
    sku: str
    name: str
    spec: str
    bin: str
    picture: str


class SeveralItemsError(UserError):
    """One bar code on several SKUs: the caller shows the candidates and asks which it is."""

    def __init__(self, code: str, candidates: Sequence[Candidate]) -> None:
        said = ", ".join(
            f"{c.sku} ({' '.join(w for w in (c.name, c.spec, c.bin) if w)})"
            for c in candidates[:_MOST_NAMED]
        )
        n = len(candidates)
        super().__init__(
            "several_items",
            T("{code} stands on {n} different items: {items}", code=code, n=n, items=said),
            T("Say which one by its own item code."),
            ref=code,
        )
        self.candidates = tuple(candidates)


def find_sku(tx: Connection, code: str, sku: str = "") -> str:
    """The id of the SKU with this code or bar code; ``sku`` decides among several of one bar code.

    Raises ``UserError`` (``no_such_sku``), and ``SeveralItemsError`` (``several_items``).
    """
    found = candidates(tx, code)
    if sku:
        found = [c for c in found if c.sku == sku]
    if not found:
        raise no_such_sku(sku or code)
    if len(found) > 1:
        raise SeveralItemsError(code, found)
    return found[0].sku_id


def candidates(tx: Connection, code: str) -> list[Candidate]:
    """Every SKU that ``code`` may mean: the one with exactly this code, else by bar code.

    Of SKUs that share a bar code, those put away count only when there is no other.
    """
    if not code:
        return []
    wanted = select(skus)
    rows = tx.execute(wanted.where(skus.c.code == code)).all()
    if not rows:
        rows = tx.execute(
            wanted.join(sku_barcodes, sku_barcodes.c.sku_id == skus.c.id)
            .where(sku_barcodes.c.barcode == code)
            .order_by(skus.c.code)
        ).all()
        rows = [r for r in rows if r.active] or rows
    return [Candidate(r.id, r.code, r.name, r.spec, r.bin, r.picture) for r in rows]


def no_such_sku(code: str) -> UserError:
    """The refusal for a code that nothing on the shelf has."""
    return UserError(
        "no_such_sku",
        T("There is no item {sku}.", sku=code),
        T("Import it first, or check the code: stock list"),
        ref=code,
    )


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
