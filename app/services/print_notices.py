"""Telling the platform that a label is on paper (ewaybill order/print)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from app.ports import Reported, ReportOutcome
from app.services.workplace import Workplace
from app.store.tables import waybills


def send_printed(work: Workplace, row: Any, *, again: bool) -> ReportOutcome:
    """Send one PRINTED row; telling it twice does no harm."""
    with work.db.read() as tx:
        waybill = tx.execute(select(waybills).where(waybills.c.id == row.payload["waybill"])).one()
    work.outside.shop(row.shop_id).notify_printed(
        waybill.request_id, waybill.carrier, waybill.number, bool(row.payload.get("again"))
    )
    return Reported()
