"""The limits of ``[tracking]``: kept among the settings, the same for every bench."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from sqlalchemy import Connection, insert, select, update

from app.domain.following import Limits
from app.services.workplace import Workplace
from app.store.tables import settings

KEY = "tracking"


def limits(work: Workplace) -> Limits:
    """The limits in force."""
    with work.db.read() as tx:
        return limits_in(tx)


def limits_in(tx: Connection) -> Limits:
    """The limits in force, read in the caller's transaction."""
    return _from_json(stored(tx) or {})


def stored(tx: Connection) -> Mapping[str, Any] | None:
    """What a configuration file has said, as it is kept; ``None``: nothing yet."""
    found: Mapping[str, Any] | None = tx.execute(
        select(settings.c.value).where(settings.c.key == KEY)
    ).scalar()
    return found


def store(tx: Connection, wanted: Limits) -> bool:
    """Write the limits in the caller's transaction; returns whether they differ."""
    known = stored(tx)
    if known is not None and _from_json(known) == wanted:
        return False
    value = asdict(wanted) | {"remote_provinces": list(wanted.remote_provinces)}
    if known is None:
        tx.execute(insert(settings).values(key=KEY, value=value))
    else:
        tx.execute(update(settings).where(settings.c.key == KEY).values(value=value))
    return True


def _from_json(value: Mapping[str, Any]) -> Limits:
    """What a newer version has written beside the limits known here is left alone."""
    names = {f.name for f in fields(Limits)}
    known: dict[str, Any] = {
        k: tuple(v) if isinstance(v, list) else v for k, v in value.items() if k in names
    }
    return Limits(**known)
