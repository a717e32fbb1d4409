"""Refusals that several parts of printing share."""

from __future__ import annotations

from app.domain.errors import UserError
from app.domain.text import T


def no_such_printer(name: str) -> UserError:
    """Nothing is set up under this name."""
    return UserError(
        "no_such_printer",
        T("There is no printer called {name}.", name=name),
        T("See the names with: printers list"),
        ref=name,
    )


def printer_elsewhere(name: str, bench: str) -> UserError:
    """It hangs on another computer, or was kept for another bench."""
    return UserError(
        "printer_elsewhere",
        T("The printer {name} belongs to bench {bench}.", name=name, bench=bench),
        T("Print there, or choose a printer of this bench."),
        ref=name,
    )
