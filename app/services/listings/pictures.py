"""Pictures of listings, kept on this PC for the window; a SKU without a picture borrows one.

A picture's key follows from its address, so every bench makes the same one; the file is
``<key>.png`` (jpg, webp, gif) in the data folder. What comes is checked: its size, and by its first
bytes that it is a picture.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import ColumnElement, or_, select, update

from app.domain.errors import PackbenchError, UserError
from app.domain.listings import ListingStatus
from app.domain.pictures import EXTENSIONS, MOST_BYTES, kind_of
from app.domain.text import T, Text
from app.jobs import CancelToken, Progress, Step, ignore_progress
from app.services.stock import mapping
from app.services.workplace import Workplace
from app.store.tables import listings, shops, skus

KEY_PREFIX = "web-"
_CHUNK = 50


@dataclass(slots=True)
class FetchResult:
    """How many pictures came, and which addresses' keys did not."""

    fetched: int = 0
    failed: int = 0


def key_of(url: str) -> str:
    """The name under which the picture at ``url`` is kept."""
    return KEY_PREFIX + hashlib.sha256(url.encode()).hexdigest()[:32]


def cached(folder: Path, url: str) -> Path | None:
    """The kept file of the picture at ``url``, if there is one."""
    names = (folder / f"{key_of(url)}.{extension}" for extension in EXTENSIONS)
    return next((file for file in names if file.is_file()), None)


def fetch(work: Workplace, folder: Path, shop_id: str, url: str) -> Path:
    """The picture at ``url`` as a file in ``folder``; fetched when it is not there yet.

    Raises ``UserError``: an address that is neither https nor the shop's own host, too large, or no
    picture; ``RetryableError``: it could not be had now.
    """
    kept = cached(folder, url)
    if kept is not None:
        return kept
    _check_address(url, _own_host(work, shop_id))
    content = work.outside.picture(url, MOST_BYTES)
    extension = kind_of(content)
    if not extension:
        raise _no_picture(T("What the shop has there is no picture."), url)
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{key_of(url)}.{extension}"
    half = file.with_name(f".{file.name}.{os.getpid()}")
    half.write_bytes(content)
    half.replace(file)
    return file


def fetch_missing(
    work: Workplace,
    folder: Path,
    *,
    limit: int = 500,
    progress: Progress = ignore_progress,
    cancel: CancelToken | None = None,
) -> FetchResult:
    """Give SKUs without a picture of their own the one of their listing.

    ``skus.picture`` then holds its key. A picture that cannot be had is left for the next run.
    """
    token = cancel or CancelToken()
    result = FetchResult()
    after = ""
    while result.fetched + result.failed < limit:
        with work.db.read() as tx:
            rows = tx.execute(
                select(skus.c.id, skus.c.code, skus.c.picture, listings.c.shop_id)
                .add_columns(listings.c.image_url)
                .select_from(listings)
                .join(skus, skus.c.id == mapping.resolved_sku())
                .where(skus.c.id > after, listings.c.image_url != "", _borrows())
                .where(listings.c.status != ListingStatus.GONE)
                .order_by(skus.c.id, listings.c.id)
                .limit(_CHUNK)
            ).all()
        if not rows:
            break
        after = rows[-1].id
        first_of = {row.id: row for row in reversed(rows)}
        for row in sorted(first_of.values(), key=lambda r: str(r.id)):
            token.check()
            key = key_of(row.image_url)
            if row.picture == key and cached(folder, row.image_url) is not None:
                continue
            try:
                fetch(work, folder, row.shop_id, row.image_url)
            except PackbenchError as error:
                result.failed += 1
                work.log.info("picture of %s not fetched: %s", row.code, error.code)
                continue
            result.fetched += 1
            with work.db.write() as tx:
                tx.execute(update(skus).where(skus.c.id == row.id, _borrows()).values(picture=key))
            progress(Step(result.fetched, limit, result.failed, None, row.code, "done"))
    if result.fetched:
        work.changed("stock")
    return result


def _borrows() -> ColumnElement[bool]:
    """Whether a SKU has no picture of its own."""
    return or_(skus.c.picture == "", skus.c.picture.startswith(KEY_PREFIX, autoescape=True))


def _own_host(work: Workplace, shop_id: str) -> str:
    with work.db.read() as tx:
        settings = tx.execute(select(shops.c.settings).where(shops.c.id == shop_id)).scalar() or {}
    return urlsplit(str(settings.get("base_url", ""))).netloc


def _check_address(url: str, own_host: str) -> None:
    try:
        parts = urlsplit(url)
        usable = bool(parts.hostname) and (parts.port or 1) > 0 and "@" not in parts.netloc
    except ValueError:
        usable = False
    if usable and parts.scheme == "https":
        return
    if usable and parts.scheme == "http" and own_host and parts.netloc == own_host:
        return
    raise _no_picture(T("The picture's address is not a safe one."), url)


def _no_picture(message: Text, url: str) -> UserError:
    return UserError(
        "no_picture",
        message,
        T("Give the item a picture of your own: goods picture"),
        ref=key_of(url),
    )
