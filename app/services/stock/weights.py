"""Weights learnt from scales: a piece laid on one, and sealed parcels that hold one SKU alone.

What a person wrote stays as it is until somebody says otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, delete, exists, func, insert, or_, select, update

from app.domain.errors import UserError
from app.domain.states import MoveKind, SkuKind
from app.domain.text import T
from app.domain.weights import MOST, learnt_weight
from app.services import records
from app.services.parcels import weighing
from app.services.stock.finding import find_sku
from app.services.workplace import Workplace
from app.store.inserting import insert_if_new
from app.store.tables import (
    parcel_lines,
    parcels,
    shipments,
    skus,
    stock_moves,
    weight_samples,
)

HEAVIEST_G = 1_000_000
_PARCELS_NEEDED = 3  # before a weight is taken from parcels alone
_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Weighed:
    """The item's weight now, in g. ``kept``: a person wrote it, and it was not changed."""

    sku: str
    weight_g: int
    samples: int
    kept: bool


def weigh(
    work: Workplace, code: str, grams: int, pieces: int = 1, *, replace: bool = False
) -> Weighed:
    """``pieces`` of the item lie on a scale. ``replace``: forget what was known before.

    Raises ``UserError``: ``no_such_sku``, ``several_items``, ``bad_weight``.
    """
    if not 0 < grams <= HEAVIEST_G or pieces < 1 or grams < pieces:
        raise UserError(
            "bad_weight",
            T("{pieces} pieces cannot weigh {grams} g.", pieces=pieces, grams=grams),
            T("Weigh it again."),
            ref=code,
        )
    with work.db.write() as tx:
        sku_id = find_sku(tx, code)
        _lock(tx, sku_id)
        if replace:
            tx.execute(delete(weight_samples).where(weight_samples.c.sku_id == sku_id))
            tx.execute(update(skus).where(skus.c.id == sku_id).values(weight_g=0))
        _add(tx, work, sku_id, grams, pieces, None)
        kept = not _learn(tx, sku_id, least=1)
        row = tx.execute(
            select(skus.c.code, skus.c.weight_g, skus.c.weight_samples).where(skus.c.id == sku_id)
        ).one()
        detail = {"sku": row.code, "weight_g": grams, "pieces": pieces}
        records.note(tx, work, "goods_weighed", detail=detail)
    weighing.expect_anew(work)
    work.changed("stock")
    return Weighed(row.code, row.weight_g, row.weight_samples, kept)


def learn_from_parcels(work: Workplace, since: datetime) -> int:
    """Take in what parcels shipped ``since`` then weighed; each counts once. Returns how many.

    Only a parcel alone in its shipment, with pieces of one SKU; the box it says it went in must
    have a known weight.
    """
    taken = 0
    while True:
        with work.db.read() as tx:
            found = tx.execute(_to_learn_from(since)).all()
        if not found:
            break
        with work.db.write() as tx:
            for row in sorted(found, key=lambda r: (r.sku_id, r.id)):
                net_g = row.weight_g - row.box_g
                # A parcel that says nothing is kept too, or it would be looked at again for ever.
                _add(tx, work, row.sku_id, max(0, net_g), row.pieces, row.id)
            for sku_id in sorted({row.sku_id for row in found}):
                _lock(tx, sku_id)
                _learn(tx, sku_id, least=_PARCELS_NEEDED)
        taken += len(found)
    if taken:
        weighing.expect_anew(work)
        work.changed("stock")
    return taken


def _to_learn_from(since: datetime) -> Select[Any]:
    box = skus.alias("box")
    left = select(stock_moves.c.parcel_id).where(
        stock_moves.c.at >= since, stock_moves.c.kind == MoveKind.SHIP
    )
    box_g = func.coalesce(box.c.weight_g, 0)
    return (
        select(
            parcels.c.id,
            parcels.c.weight_g,
            box_g.label("box_g"),
            func.min(parcel_lines.c.sku_id).label("sku_id"),
            func.sum(parcel_lines.c.quantity).label("pieces"),
        )
        .join(shipments, shipments.c.id == parcels.c.shipment_id)
        .join(parcel_lines, parcel_lines.c.parcel_id == parcels.c.id)
        .outerjoin(skus, skus.c.id == parcel_lines.c.sku_id)
        .outerjoin(box, box.c.id == parcels.c.box_sku_id)
        .where(
            parcels.c.id.in_(left),
            parcels.c.shipped_at.is_not(None),
            parcels.c.weight_g > 0,
            shipments.c.box_count == 1,
            parcel_lines.c.quantity > 0,
            or_(parcels.c.box_sku_id == "", box_g > 0),
            ~exists().where(weight_samples.c.parcel_id == parcels.c.id),
        )
        .group_by(parcels.c.id, parcels.c.weight_g, box_g)
        .having(func.count(parcel_lines.c.sku_id.distinct()) == 1)
        .having(func.count() == func.count(parcel_lines.c.sku_id))
        .having(func.max(skus.c.kind) == SkuKind.GOOD)
        .order_by(parcels.c.id)
        .limit(_AT_ONCE)
    )


def _add(
    tx: Connection, work: Workplace, sku_id: str, grams: int, pieces: int, parcel_id: str | None
) -> None:
    row = {"id": work.key(), "sku_id": sku_id, "at": work.now(), "grams": grams, "pieces": pieces}
    insert_if_new(tx, insert(weight_samples).values(**row, parcel_id=parcel_id, user=work.user))


def _learn(tx: Connection, sku_id: str, *, least: int) -> bool:
    """Write what the last weighings say, unless a person wrote a weight; whether it was written."""
    samples = tx.execute(
        select(weight_samples)
        .where(weight_samples.c.sku_id == sku_id, weight_samples.c.grams > 0)
        .order_by(weight_samples.c.at.desc(), weight_samples.c.id.desc())
        .limit(MOST)
    ).all()
    by_hand = any(s.parcel_id is None for s in samples)
    found = learnt_weight([s.grams / s.pieces for s in samples])
    if found is None or (len(samples) < least and not by_hand):
        return False
    grams, count = found
    done = tx.execute(
        update(skus)
        .where(skus.c.id == sku_id, or_(skus.c.weight_g == 0, skus.c.weight_samples > 0))
        .values(weight_g=grams, weight_samples=count)
    )
    return done.rowcount == 1


def _lock(tx: Connection, sku_id: str) -> None:
    tx.execute(select(skus.c.id).where(skus.c.id == sku_id).with_for_update())
