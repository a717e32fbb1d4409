"""Every paper that is no label, on the printer that is meant for it."""

from __future__ import annotations

from app.domain.papers import Sheet
from app.ports import Sent
from app.services.leases import lease
from app.services.printing.print_proofs import lease_of
from app.services.printing.printers import printer_for
from app.services.workplace import Workplace


def print_sheet(work: Workplace, sheet: Sheet, printer: str | None = None) -> Sent:
    """Put it on paper. It is not kept in the journal: a sheet may be printed as often as wanted.

    ``printer``: its name, else the first one whose ``documents`` name this kind of paper. Raises
    ``UserError`` (``no_printer``, ``no_such_printer``, ``paper_empty``, ``paper_too_small`` …) and
    ``RetryableError`` (``busy_elsewhere``: another program prints there).
    """
    with work.db.read() as tx:
        name = printer_for(tx, work.bench, None, sheet.document, printer)
    if not isinstance(name, str):
        raise name
    with lease(work, lease_of(name)):
        return work.outside.printer(name).print_paper(sheet)
