"""Who has a data folder open: any number of programs, or one that changes where its data is.

The lock is the operating system's own, on a file that stays: it ends with its program, however
that ends.
"""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path

from app.domain.errors import RetryableError
from app.domain.text import T

_NAME = "in-use.lock"


class FolderLock:
    """A hold on a data folder until ``close``; it dies with the process."""

    def __init__(self, handle: int) -> None:
        self._handle: int | None = handle

    def close(self) -> None:
        handle, self._handle = self._handle, None
        if handle is not None:
            os.close(handle)


def join_folder(root: Path) -> FolderLock:
    """Be one of the programs that have the folder open.

    Raises ``RetryableError`` (``folder_moving``) while another one has it for itself.
    """
    lock = _take(root, alone=False)
    if lock is None:
        raise RetryableError(
            "folder_moving",
            T("The database is being moved by another window or command."),
            T("Wait until it has finished, then try again."),
        )
    return lock


def take_folder(root: Path) -> FolderLock:
    """Have the folder for oneself. Raises ``RetryableError`` (``folder_in_use``)."""
    lock = _take(root, alone=True)
    if lock is None:
        raise RetryableError(
            "folder_in_use",
            T("Packbench is open with this data folder, as a window or a command."),
            T("Close every window, sync --watch and relay of this computer, then try again."),
        )
    return lock


def _take(root: Path, *, alone: bool) -> FolderLock | None:
    handle = os.open(root / _NAME, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _lock(handle, alone=alone)
    except OSError:
        os.close(handle)
        return None
    return FolderLock(handle)


if sys.platform == "win32":
    import msvcrt

    # Windows has exclusive locks of bytes only: whoever shares takes one of many bytes, whoever
    # wants the folder alone takes all of them.
    _BYTES = 1 << 30

    def _lock(handle: int, *, alone: bool) -> None:
        os.lseek(handle, 0 if alone else random.randrange(_BYTES), os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_NBLCK, _BYTES if alone else 1)

else:
    import fcntl

    def _lock(handle: int, *, alone: bool) -> None:
        fcntl.flock(handle, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
