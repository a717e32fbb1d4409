"""The print queues that the system has set up."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from app.ports import Found

_TIMEOUT_S = 3.0


def find_queues() -> Iterator[Found]:
    """Every queue by its name; its driver's words tell the language where they can.

    Raises:
        OSError: the system does not say.
    """
    if sys.platform == "win32":
        yield from _windows_queues()
    else:
        yield from _cups_queues()


def _cups_queues() -> Iterator[Found]:
    from printing.discovery.ipp import find_cups_queues

    return find_cups_queues(_TIMEOUT_S)


def _windows_queues() -> Iterator[Found]:
    return iter(())
