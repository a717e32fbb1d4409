"""The print queues that the system has set up."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from app.ports import Found, FoundKind
from printing.devices.ieee1284 import language_word
from printing.devices.windows_spooler import Spooler, read_printer

_TIMEOUT_S = 3.0
_NO_PAPER = {"PORTPROMPT:", "FILE:", "NUL:", "SHRFAX:"}


def find_queues() -> Iterator[Found]:
    """Every queue by its name; its driver's words tell the language where they can.

    Raises:
        OSError: the system does not say.
    """
    if sys.platform == "win32":
        from printing.devices.winspool import WinSpooler

        return spooler_queues(WinSpooler())
    else:  # noqa: RET505 - the type checker looks at one of the two only
        from printing.discovery.ipp import find_cups_queues

        return find_cups_queues(_TIMEOUT_S)


def spooler_queues(spooler: Spooler) -> Iterator[Found]:
    """What Windows' spooler knows; printers that write files are left out."""
    for printer in spooler.printers():
        if printer.port.upper() in _NO_PAPER:
            continue
        yield Found(
            FoundKind.QUEUE,
            printer.name,
            f"queue:{printer.name}",
            language=language_word(printer.driver) or "system",
            status=read_printer(printer),
        )
