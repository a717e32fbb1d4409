"""Waves: a batch of parcels printed and picked together."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, insert, not_, or_, select, update

from app.domain.errors import UserError
from app.domain.states import ParcelState
from app.domain.text import T
from app.services import records
from app.services.workplace import Workplace
from app.store.inserting import insert_if_new
from app.store.tables import holds, order_lines, parcel_lines, parcels, skus, waves

_A_ROUND = 500
ORDER_BY = ("deadline", "carrier", "single", "bin", "paid")


@dataclass(frozen=True, slots=True)
class Wave:
    id: str
    name: str
    parcels: int


def create(
    work: Workplace,
    *,
    limit: int | None = None,
    carrier: str | None = None,
    order_by: str = "deadline",
    only: Sequence[str] | None = None,
    without: Collection[str] = (),
) -> Wave:
    """A new wave of ``to_label`` parcels that no hold keeps back and no other wave has.

    ``order_by``: deadline, carrier, single (one-SKU parcels first), bin (walking order) or paid.
    ``only`` restricts it to these parcels, ``without`` leaves some out. Raises
    ``UserError`` (``wave_empty``).
    """
    if order_by not in ORDER_BY:
        raise UserError(
            "bad_order",
            T("A wave cannot be sorted by “{key}”.", key=order_by),
            T("Use one of: {keys}", keys=", ".join(ORDER_BY)),
        )
    with work.db.write() as tx:
        found = _but(_candidates(tx, carrier, order_by, only), without)
        ids = _claim(tx, found, limit or None, wait=only is not None)
        if not ids:
            raise UserError(
                "wave_empty",
                T("No parcel is waiting for a label."),
                T("Sync the orders, or look at what is held: parcels list"),
            )
        wave_id = work.key()
        name = _enter(
            tx,
            work,
            id=wave_id,
            created_at=work.now(),
            created_by=work.user,
            options={"carrier": carrier, "order_by": order_by, "limit": limit},
        )
        for position, parcel_id in enumerate(ids, start=1):
            tx.execute(
                update(parcels)
                .where(parcels.c.id == parcel_id)
                .values(wave_id=wave_id, wave_position=position, changed_at=work.now())
            )
        records.note(tx, work, "wave_new", detail={"wave": wave_id, "parcels": len(ids)})
    work.changed("waves", "parcels", "orders")
    return Wave(wave_id, name, len(ids))


def would_take(
    work: Workplace,
    *,
    limit: int | None = None,
    carrier: str | None = None,
    order_by: str = "deadline",
    without: Collection[str] = (),
) -> list[str]:
    """The parcels that ``create`` with these wishes would take now, in the wave's order."""
    with work.db.read() as tx:
        return _but(_candidates(tx, carrier, order_by, None), without)[: limit or None]


def _but(ids: list[str], without: Collection[str]) -> list[str]:
    out = set(without)
    return [i for i in ids if i not in out]


def remove(work: Workplace, parcel_id: str) -> None:
    """Take a parcel out of its wave (移出); it can go into another one."""
    with work.db.write() as tx:
        tx.execute(
            update(parcels)
            .where(parcels.c.id == parcel_id)
            .values(wave_id=None, wave_position=0, changed_at=work.now())
        )
        records.note(tx, work, "wave_left", parcel_id=parcel_id)
    work.changed("waves", "parcels", "orders")


def find_wave(tx: Connection, wave: str) -> Any:
    """The wave with this id or name. Raises ``UserError`` (``no_such_wave``)."""
    row = tx.execute(
        select(waves).where(or_(waves.c.id == wave, waves.c.name == wave))
    ).one_or_none()
    if row is None:
        raise UserError(
            "no_such_wave",
            T("There is no wave {wave}.", wave=wave),
            T("Make one with: wave create"),
            ref=wave,
        )
    return row


def wave_parcels(tx: Connection, wave: str) -> list[Any]:
    """The live parcels of the wave in its order."""
    row = find_wave(tx, wave)
    return list(
        tx.execute(
            select(parcels)
            .where(parcels.c.wave_id == row.id, parcels.c.state != ParcelState.CANCELLED)
            .order_by(parcels.c.wave_position, parcels.c.id)
        )
    )


def unheld() -> ColumnElement[bool]:
    """SQL: no active hold keeps the parcel (of the enclosing query) back."""
    line_ids = select(parcel_lines.c.order_line_id).where(
        parcel_lines.c.parcel_id == parcels.c.id, parcel_lines.c.listing_quantity > 0
    )
    order_ids = (
        select(order_lines.c.order_id)
        .join(parcel_lines, parcel_lines.c.order_line_id == order_lines.c.id)
        .where(parcel_lines.c.parcel_id == parcels.c.id)
    )
    any_hold = (
        select(holds.c.id)
        .where(
            holds.c.cleared_at.is_(None),
            or_(
                holds.c.parcel_id == parcels.c.id,
                holds.c.order_line_id.in_(line_ids.correlate(parcels)),
                holds.c.order_id.in_(order_ids.correlate(parcels)),
            ),
        )
        .correlate(parcels)
        .exists()
    )
    return not_(any_hold)


def _candidates(
    tx: Connection, carrier: str | None, order_by: str, only: Sequence[str] | None
) -> list[str]:
    conditions = [
        parcels.c.state == ParcelState.TO_LABEL,
        parcels.c.wave_id.is_(None),
        unheld(),
    ]
    if carrier:
        conditions.append(parcels.c.carrier == carrier)
    if only is not None:
        conditions.append(parcels.c.id.in_(list(only)))
    kinds = (
        select(func.count(func.distinct(parcel_lines.c.sku_id)))
        .where(parcel_lines.c.parcel_id == parcels.c.id)
        .correlate(parcels)
        .scalar_subquery()
    )
    first_bin = (
        select(func.min(skus.c.bin))
        .join(parcel_lines, parcel_lines.c.sku_id == skus.c.id)
        .where(parcel_lines.c.parcel_id == parcels.c.id)
        .correlate(parcels)
        .scalar_subquery()
    )
    keys: dict[str, list[Any]] = {
        "deadline": [parcels.c.deadline_at],
        "carrier": [parcels.c.carrier, parcels.c.deadline_at],
        "single": [kinds, first_bin, parcels.c.deadline_at],
        "bin": [first_bin, parcels.c.deadline_at],
        "paid": [parcels.c.created_at],
    }
    return list(
        tx.execute(
            select(parcels.c.id).where(and_(*conditions)).order_by(*keys[order_by], parcels.c.id)
        ).scalars()
    )


def _claim(tx: Connection, ids: Sequence[str], limit: int | None, *, wait: bool) -> list[str]:
    """The first ``limit`` of these parcels that are still to be had, kept for this transaction.

    Another bench that makes a wave at the same moment takes the next ones. ``wait``: a person has
    chosen these, so a parcel that somebody changes just now is waited for.
    """
    out: list[str] = []
    left = deque(ids)
    while left and (limit is None or len(out) < limit):
        most = _A_ROUND if limit is None else min(_A_ROUND, limit - len(out))
        batch = [left.popleft() for _ in range(min(most, len(left)))]
        query = (
            select(parcels.c.id)
            .where(
                parcels.c.id.in_(batch),
                parcels.c.state == ParcelState.TO_LABEL,
                parcels.c.wave_id.is_(None),
                unheld(),
            )
            .order_by(parcels.c.id)
            .with_for_update(skip_locked=not wait, of=parcels)
        )
        ours = set(tx.execute(query).scalars())
        out += [i for i in batch if i in ours]
    return out


def _enter(tx: Connection, work: Workplace, **columns: Any) -> str:
    """A row for the new wave; its name. Another bench may take a name at the same moment."""
    while True:
        name = _name(tx, work)
        if insert_if_new(tx, insert(waves).values(name=name, **columns)):
            return name


def _name(tx: Connection, work: Workplace) -> str:
    """``MMDD-NN`` by the shop's day (UTC+8); the year is added when the name is taken."""
    day = work.now() + timedelta(hours=8)
    prefix = f"{day:%m%d}-"
    taken = tx.execute(
        select(waves.c.name)
        .where(waves.c.name.startswith(prefix, autoescape=True))
        .order_by(func.length(waves.c.name).desc(), waves.c.name.desc())
        .limit(1)
    ).scalar()
    number = int(taken.rpartition("-")[2]) + 1 if taken else 1
    return f"{prefix}{number:02d}"
