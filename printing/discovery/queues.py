"""The print queues that the system has set up."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator

from app.ports import Found, FoundKind
from printing.devices.ieee1284 import language_word


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
    from printing.devices.queue import run_program

    if shutil.which("lpstat") is None:
        return
    code, said = run_program(["lpstat", "-v"], b"", 3)
    if code != 0:
        return  # no queue, or no CUPS that runs
    for line in said.splitlines():
        head, colon, _device = line.partition(": ")
        name = head.removeprefix("device for ")
        if colon and name != head:
            yield Found(FoundKind.QUEUE, name, f"queue:{name}", language_word(name) or "system")


def _windows_queues() -> Iterator[Found]:
    return iter(())
