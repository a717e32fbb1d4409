"""A sealed box whose goods were given back before the shop heard that they left."""

from __future__ import annotations

from sqlalchemy import Connection, select

from app.domain.states import HoldCode, HoldScope, ParcelState
from app.domain.text import T
from app.services import holding, records
from app.services.workplace import Workplace
from app.store.tables import parcel_lines, parcels


def hold_back(tx: Connection, work: Workplace, order_line_id: str, refunded: int) -> None:
    """Hold the sealed parcels with pieces of this line: ``refunded`` of them are not wanted."""
    sealed = tx.execute(
        select(parcels.c.id)
        .join(parcel_lines, parcel_lines.c.parcel_id == parcels.c.id)
        .where(
            parcel_lines.c.order_line_id == order_line_id,
            parcel_lines.c.listing_quantity > 0,
            parcels.c.state == ParcelState.TO_REPORT,
            parcels.c.after_sale_id.is_(None),
        )
        .distinct()
    ).scalars()
    for parcel_id in list(sealed):
        wanted = holding.Wanted(
            HoldScope.PARCEL,
            HoldCode.REFUND,
            T("Goods in this box were refunded after it was sealed: take it back."),
            evidence={"line": order_line_id, "refunded": refunded},
        )
        if holding.put(tx, work, wanted, parcel_id=parcel_id):
            records.note(tx, work, "sealed_refunded", parcel_id=parcel_id)
