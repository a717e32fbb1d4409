"""How many labels are left on a printer's roll, by our own count: no printer tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, case, delete, insert, select, update

from app.domain.errors import UserError
from app.domain.text import T
from app.services.printing.refusals import no_such_printer
from app.services.workplace import Workplace
from app.store.tables import printers, rolls

MOST_LABELS = 20_000


@dataclass(frozen=True, slots=True)
class Roll:
    """``size`` labels when it was new, ``left`` of them by our count (never below 0)."""

    size: int
    left: int

    @property
    def is_short(self) -> bool:
        """Whether a new roll should lie ready."""
        return self.left <= max(10, self.size // 20)


def new_roll(work: Workplace, printer: str, labels: int) -> None:
    """A new roll of so many labels is in; 0 stops counting.

    Raises ``UserError``: ``roll_size``, ``no_such_printer``.
    """
    if not 0 <= labels <= MOST_LABELS:
        raise UserError(
            "roll_size",
            T("A roll does not hold {labels} labels.", labels=labels),
            T("Say a number from 1 to {most}; it stands on the roll.", most=MOST_LABELS),
            ref=printer,
        )
    with work.db.write() as tx:
        known = select(printers.c.name).where(printers.c.name == printer, printers.c.active)
        if tx.execute(known).first() is None:
            raise no_such_printer(printer)
        tx.execute(delete(rolls).where(rolls.c.printer == printer))
        if labels:
            tx.execute(
                insert(rolls).values(printer=printer, size=labels, left=labels, begun_at=work.now())
            )
    work.changed("printers")


def left(work: Workplace) -> Mapping[str, Roll]:
    """The rolls that are counted, by printer."""
    with work.db.read() as tx:
        return left_in(tx)


def left_in(tx: Connection) -> dict[str, Roll]:
    """``left`` within a transaction."""
    return {
        row.printer: Roll(row.size, row.left)
        for row in tx.execute(select(rolls.c.printer, rolls.c.size, rolls.c.left))
        if row.size
    }


def used(tx: Connection, printer: str, labels: int = 1) -> None:
    """So many labels went through the printer."""
    fewer = case((rolls.c.left > labels, rolls.c.left - labels), else_=0)
    tx.execute(update(rolls).where(rolls.c.printer == printer).values(left=fewer))
