"""How all printers are, asked at the same time: one that is switched off keeps nobody waiting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from app.domain.errors import PackbenchError
from app.ports import DeviceState, DeviceStatus
from app.services.printing.printers import status_of
from app.services.workplace import Workplace

_AT_ONCE = 8


def statuses(work: Workplace, names: Sequence[str]) -> Mapping[str, DeviceStatus]:
    """The state of each printer; one whose settings cannot be used is in error, with the remedy.

    Waits on the devices (bounded): never on the window's thread.
    """
    if not names:
        return {}
    with ThreadPoolExecutor(min(_AT_ONCE, len(names)), thread_name_prefix="printer-status") as pool:
        return dict(zip(names, pool.map(lambda name: _status(work, name), names), strict=True))


def _status(work: Workplace, name: str) -> DeviceStatus:
    try:
        return status_of(work, name)
    except PackbenchError as error:
        return DeviceStatus(DeviceState.ERROR, error.message, error.remedy)
