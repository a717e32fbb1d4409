"""Whose printer it is: one that hangs on a computer is driven by that computer's bench alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import Connection, select, update

from app.domain.errors import UserError
from app.domain.text import T
from app.ports import PrinterConfig
from app.store.tables import printers

_ON_A_COMPUTER = frozenset({"usb", "serial", "queue", "file"})
_LOOPBACK = ("127.", "localhost", "[::1]")


def hangs_on_a_computer(address: str) -> bool:
    """Whether ``address`` means something else, or nothing, on another computer."""
    scheme, _, rest = address.partition(":")
    return scheme in _ON_A_COMPUTER or rest.removeprefix("//").startswith(_LOOPBACK)


def owned(config: PrinterConfig, bench: str, *, shared: bool) -> PrinterConfig:
    """``config`` with the bench that it belongs to, where several computers share a database."""
    if shared and not config.bench and hangs_on_a_computer(config.address):
        return replace(config, bench=bench)
    return config


def claim(tx: Connection, bench: str) -> int:
    """Give this bench every printer of one computer that has no owner yet; how many.

    For a database that becomes shared: all of its printers were this computer's.
    """
    claimed = 0
    for name, settings in tx.execute(select(printers.c.name, printers.c.settings)).all():
        if not settings.get("bench") and hangs_on_a_computer(str(settings.get("address", ""))):
            values = {**settings, "bench": bench}
            tx.execute(update(printers).where(printers.c.name == name).values(settings=values))
            claimed += 1
    return claimed


def of_others(tx: Connection, bench: str) -> dict[str, str]:
    """Active printers of other benches, with the bench of each."""
    rows = tx.execute(select(printers.c.name, printers.c.settings).where(printers.c.active))
    found = {r.name: str(r.settings.get("bench", "")) for r in rows}
    return {name: owner for name, owner in found.items() if owner not in {"", bench}}


def ensure_not_taken(tx: Connection, bench: str, wanted: Iterable[PrinterConfig]) -> None:
    """Raises ``UserError`` (``printer_of_other_bench``): a name that another bench's printer has.

    Who names that bench in the printer's own entry knows what he does.
    """
    others = of_others(tx, bench)
    for config in wanted:
        owner = others.get(config.name)
        if owner is not None and config.bench != owner:
            raise UserError(
                "printer_of_other_bench",
                T("The printer {name} is the one of bench {bench}.", name=config.name, bench=owner),
                T("Give this one another name, or write bench = “{bench}” for it.", bench=owner),
                ref=config.name,
            )
