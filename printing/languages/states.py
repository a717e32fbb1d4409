"""What printers can say about themselves, in sentences."""

from __future__ import annotations

from app.domain.text import T
from app.ports import DeviceState, DeviceStatus


def ready() -> DeviceStatus:
    return DeviceStatus(DeviceState.READY, T("The printer is ready."))


def busy() -> DeviceStatus:
    return DeviceStatus(DeviceState.BUSY, T("The printer is printing."))


def paper_out() -> DeviceStatus:
    return DeviceStatus(
        DeviceState.PAPER_OUT,
        T("The printer is out of paper."),
        T("Load paper and close the cover."),
    )


def cover_open() -> DeviceStatus:
    return DeviceStatus(
        DeviceState.COVER_OPEN, T("The printer's cover is open."), T("Close the cover.")
    )


def paused() -> DeviceStatus:
    return DeviceStatus(
        DeviceState.PAUSED, T("The printer is paused."), T("Press its pause or feed key.")
    )


def jammed() -> DeviceStatus:
    return DeviceStatus(
        DeviceState.ERROR, T("The paper is jammed."), T("Open the cover and take the paper out.")
    )


def ribbon_out() -> DeviceStatus:
    return DeviceStatus(
        DeviceState.ERROR, T("The printer is out of ribbon."), T("Put in a new ribbon.")
    )


def failing() -> DeviceStatus:
    return DeviceStatus(
        DeviceState.ERROR,
        T("The printer reports an error."),
        T("Look at its lamps, then switch it off and on."),
    )


def stuck() -> DeviceStatus:
    return DeviceStatus(
        DeviceState.ERROR,
        T("The printer takes no data."),
        T("Look at its lamps, then switch it off and on."),
    )


def held() -> DeviceStatus:
    return DeviceStatus(
        DeviceState.ERROR,
        T("Another program is using the printer."),
        T("Close that program, or print through the system's queue."),
    )


def mute() -> DeviceStatus:
    return DeviceStatus(
        DeviceState.MUTE,
        T("This printer takes labels but never says how it is."),
        T("Labels count as printed when they are scanned."),
    )


def offline() -> DeviceStatus:
    return DeviceStatus(
        DeviceState.OFFLINE,
        T("The printer cannot be reached."),
        T("Check that it is switched on and connected, and its address."),
    )
