"""Printing into a folder (a file per job) or into a device file such as /dev/usb/lp0."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from app.domain.text import T
from app.ports import DeviceState, DeviceStatus, SendResult, Sent
from printing.devices.device import lost, not_started, sent
from printing.languages import states
from printing.languages.language import Dialect


class FileDevice:
    """``path`` is a folder (made when missing) that gets ``1.tspl``, ``2.tspl`` …, or a device.

    A file in a folder is complete or not there. It is ``CONFIRMED``: the file is the paper.
    """

    def __init__(self, path: Path, extension: str) -> None:
        self._path = path
        self._extension = extension

    def status(self, dialect: Dialect | None) -> DeviceStatus:
        try:
            if self._is_device():
                return states.mute() if os.access(self._path, os.W_OK) else states.offline()
            self._path.mkdir(parents=True, exist_ok=True)
        except OSError:
            return _folder_unusable()
        return states.ready() if os.access(self._path, os.W_OK) else _folder_unusable()

    def _is_device(self) -> bool:
        try:
            mode = self._path.stat().st_mode
        except OSError:
            return False
        return stat.S_ISCHR(mode) or stat.S_ISFIFO(mode)

    def deliver(self, data: bytes, dialect: Dialect | None) -> Sent:
        if self._is_device():
            return self._to_device(data)
        try:
            self._path.mkdir(parents=True, exist_ok=True)
            self._to_folder(data)
        except OSError:
            return not_started(_folder_unusable())
        return Sent(SendResult.CONFIRMED, None, states.ready())

    def _to_device(self, data: bytes) -> Sent:
        taken = 0
        try:
            descriptor = os.open(self._path, os.O_WRONLY | getattr(os, "O_NOCTTY", 0))
            try:
                while taken < len(data):
                    taken += os.write(descriptor, data[taken:])
            finally:
                os.close(descriptor)
        except OSError as error:
            return lost(error, taken)
        return sent(states.mute())

    def _to_folder(self, data: bytes) -> None:
        number = max((int(p.stem) for p in self._path.iterdir() if p.stem.isdigit()), default=0)
        part = self._path / f".{os.getpid()}-{id(data)}.part"
        try:
            part.write_bytes(data)
            number += 1
            while not _given_name(part, self._path / f"{number}.{self._extension}"):
                number += 1
        finally:
            part.unlink(missing_ok=True)


def _given_name(part: Path, target: Path) -> bool:
    """Give a complete file its name unless the name is taken."""
    try:
        os.link(part, target)
    except FileExistsError:
        return False
    except OSError:  # a file system without links
        if target.exists():
            return False
        part.rename(target)
    return True


def _folder_unusable() -> DeviceStatus:
    return DeviceStatus(
        DeviceState.ERROR,
        T("The folder cannot be written to."),
        T("Choose another folder, or free some space."),
    )
