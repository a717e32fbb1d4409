"""The picture of an item, from a file on this PC into the data folder."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from sqlalchemy import update

from app.domain.errors import UserError
from app.domain.pictures import MOST_BYTES, kind_of
from app.domain.text import T, Text
from app.services import records
from app.services.stock.finding import find_sku
from app.services.workplace import Workplace
from app.store.tables import skus

KEY_PREFIX = "own-"


def set_picture(work: Workplace, folder: Path, code: str, file: Path) -> str:
    """Copy ``file`` into ``folder`` and make it the item's picture; returns its key.

    The same picture has the same key everywhere. Raises ``UserError``: ``no_such_sku``,
    ``no_picture`` (not readable, larger than 5 MB, or no picture by its first bytes).
    """
    content = _read(file)
    extension = kind_of(content)
    if not extension:
        raise _refused(T("{file} is no picture that can be shown.", file=file.name), file)
    key = KEY_PREFIX + hashlib.sha256(content).hexdigest()[:32]
    with work.db.read() as tx:
        find_sku(tx, code)
    kept = folder / f"{key}.{extension}"
    half = kept.with_name(f".{kept.name}.{os.getpid()}")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        half.write_bytes(content)
        half.replace(kept)
    except OSError as error:
        half.unlink(missing_ok=True)
        raise UserError(
            "file_not_written",
            T("The file {file} cannot be written.", file=kept),
            T("Check the folder and the right to write there."),
            ref=code,
        ) from error
    _write(work, code, key)
    return key


def remove_picture(work: Workplace, code: str) -> None:
    """The item has no picture of its own any more; it borrows its listing's again."""
    _write(work, code, "")


def _write(work: Workplace, code: str, key: str) -> None:
    with work.db.write() as tx:
        sku_id = find_sku(tx, code)
        tx.execute(
            update(skus)
            .where(skus.c.id == sku_id)
            .values(picture=key, revision=skus.c.revision + 1)
        )
        records.note(tx, work, "goods_picture", detail={"sku": code, "picture": key})
    work.changed("stock")


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            content = opened.read(MOST_BYTES + 1)
    except OSError as error:
        raise _refused(T("The file {file} cannot be read.", file=file), file) from error
    if len(content) > MOST_BYTES:
        raise _refused(T("{file} is larger than 5 MB.", file=file.name), file)
    return content


def _refused(message: Text, file: Path) -> UserError:
    return UserError(
        "no_picture",
        message,
        T("Choose a PNG, JPEG, WebP or GIF file of at most 5 MB."),
        ref=file.name,
    )
