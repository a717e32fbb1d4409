"""What a packed parcel weighs, and with it what it will cost."""

from __future__ import annotations

from sqlalchemy import update

from app.domain.errors import UserError
from app.domain.text import T
from app.services import records
from app.services.money import fees
from app.services.workplace import Workplace
from app.store.tables import parcels


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
