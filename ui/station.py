"""This station's devices for the card at the foot of the sidebar."""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.text import T
from app.ports import DeviceState as PrinterState
from app.ports import DeviceStatus
from app.services.printing.control import Holding
from ui.sidebar_parts import Device, DeviceState

PrinterStatus = tuple[str, DeviceStatus | None]
_FINE = frozenset({PrinterState.READY, PrinterState.BUSY, PrinterState.MUTE})


def printer_devices(
    printers: Sequence[PrinterStatus], holding: Holding | None = None
) -> list[Device]:
    """One line for the printers: the worst of them with its name and its sentence.

    ``holding``: the printer that a print run waits for.
    """
    if holding is not None:
        said = holding.message or T("It waits for somebody.")
        how = T("{printer}: {how}", printer=holding.printer, how=said)
        return [Device("printer", T("Printers"), DeviceState.LOOK, how)]
    if not printers:
        return []
    worst = max(printers, key=lambda printer: _rank(printer[1]))
    name, status = worst
    detail = T("{printer}: {how}", printer=name, how=status.message) if status else name
    fine = sum(_rank(s) == 0 for _, s in printers)
    if fine == len(printers):
        detail = T("All {n} printers answer.", n=fine)
    return [Device("printer", T("Printers"), _state(status), detail)]


def _rank(status: DeviceStatus | None) -> int:
    return {DeviceState.READY: 0, DeviceState.LOOK: 1, DeviceState.DOWN: 2}[_state(status)]


def _state(status: DeviceStatus | None) -> DeviceState:
    if status is None:
        return DeviceState.DOWN
    if status.state in _FINE:
        return DeviceState.READY
    return DeviceState.DOWN if status.state is PrinterState.OFFLINE else DeviceState.LOOK
