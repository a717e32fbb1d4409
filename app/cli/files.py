"""Files that a command writes where the user says."""

from __future__ import annotations

import errno
from pathlib import Path

from app.domain.errors import UserError
from app.domain.text import T


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
