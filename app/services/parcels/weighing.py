"""What a parcel weighs, expected or on the scale, and with it what it will cost."""

from __future__ import annotations

from sqlalchemy import func, select, update

from app.domain.errors import UserError
from app.domain.states import ParcelState
from app.domain.text import T
from app.services import records
from app.services.money import fees
from app.services.stock import composition
from app.services.workplace import Workplace
from app.store.tables import parcel_lines, parcels, skus

_CHUNK = 400  # parcels written in one transaction


def note_weight(work: Workplace, parcel_id: str, weight_g: int) -> None:
    """Keep what the sealed parcel weighs. Raises ``UserError``: ``bad_weight``, ``not_packed``."""
    if not 0 < weight_g < 1_000_000:
        raise UserError(
            "bad_weight",
            T("A parcel cannot weigh {grams} g.", grams=weight_g),
            T("Weigh it again."),
            ref=parcel_id,
        )
    with work.db.write() as tx:
        kept = tx.execute(
            update(parcels)
            .where(parcels.c.id == parcel_id, parcels.c.packed_at.is_not(None))
            .values(weight_g=weight_g, changed_at=work.now())
        )
        if kept.rowcount != 1:
            raise UserError(
                "not_packed",
                T("The parcel has not been packed."),
                T("Scan its pieces first."),
                ref=parcel_id,
            )
        fees.note_weight(tx, work, parcel_id)
        records.note(tx, work, "weighed", parcel_id=parcel_id, detail={"weight_g": weight_g})
    work.changed("parcels")


def expect_anew(work: Workplace) -> int:
    """Follow weights that became known after the parcels were made; returns how many changed.

    Only parcels that wait for the check or a number: a number was taken with the weight it has.
    """
    expected = func.coalesce(func.sum(parcel_lines.c.quantity * composition.weight_g()), 0)
    with work.db.read() as tx:
        found = tx.execute(
            select(parcels.c.id, expected)
            .join(parcel_lines, parcel_lines.c.parcel_id == parcels.c.id)
            .outerjoin(skus, skus.c.id == parcel_lines.c.sku_id)
            .where(
                parcels.c.state.in_([ParcelState.TO_CHECK, ParcelState.TO_LABEL]),
                parcels.c.waybill_id.is_(None),
            )
            .group_by(parcels.c.id, parcels.c.expected_weight_g)
            .having(expected != parcels.c.expected_weight_g)
        ).all()
    for start in range(0, len(found), _CHUNK):
        with work.db.write() as tx:
            for parcel_id, grams in found[start : start + _CHUNK]:
                tx.execute(
                    update(parcels)
                    .where(parcels.c.id == parcel_id, parcels.c.waybill_id.is_(None))
                    .values(expected_weight_g=grams)
                )
    if found:
        work.changed("parcels")
    return len(found)
