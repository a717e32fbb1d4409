"""Files that a command writes where the user says."""

from __future__ import annotations

import errno
from pathlib import Path

from app.domain.errors import UserError
from app.domain.text import T
from app.spreadsheets import not_written


def write_file(file: Path, data: bytes, ref: str = "") -> None:
    """Raises ``UserError`` (``file_not_written``); ``ref`` names the row concerned."""
    try:
        file.write_bytes(data)
    except OSError as error:
        full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        raise UserError(
            "file_not_written",
            T("The file {file} cannot be written.", file=file),
            T("Free some space, or write to another disk.")
            if full
            else T("Check the folder and the right to write there."),
            ref=ref or str(file),
        ) from error


def write_whole(file: Path, data: bytes, *, keep: bool) -> None:
    """Write ``file`` so that another program never finds half of it.

    ``keep``: what is there and was not fetched yet is not written over. Raises ``UserError``
    (``file_there``, ``file_not_written``).
    """
    half = file.with_name(f".{file.name}.part")
    try:
        if keep and file.exists():
            if file.read_bytes() == data:
                return
            raise UserError(
                "file_there",
                T("The file {file} is still there; nothing was written over it.", file=file),
                T("Have the other program fetch it first, or name another file."),
                ref=file.name,
            )
        write_file(half, data, ref=file.name)
        half.replace(file)
    except OSError as error:
        half.unlink(missing_ok=True)
        raise not_written(file) from error
