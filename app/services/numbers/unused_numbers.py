"""Giving back the numbers that were taken and never used, each with its result."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import select, update

from app.domain.errors import PackbenchError, RetryableError
from app.domain.states import OutboxKind, ParcelState, WaybillState
from app.domain.text import T, Text
from app.jobs import CancelToken, Progress, Step, ignore_progress
from app.services import records
from app.services.numbers import number_ledger, shipment_numbers, voiding
from app.services.numbers.number_ledger import UNUSED_AFTER_DAYS, Asked, Entry, ToDo
from app.services.telling import outbox, outbox_rows
from app.services.workplace import Workplace
from app.store.tables import outbox as outbox_table
from app.store.tables import parcels, waybills


@dataclass(frozen=True, slots=True)
class VoidRow:
    """One number: ``void``, ``waits`` (ends by itself), ``later``, ``refused`` or ``failed``."""

    parcel: str
    waybill: str
    result: str
    code: str = ""
    message: Text | None = None
    remedy: Text | None = None

    @property
    def ok(self) -> bool:
        return self.result in {"void", "waits"}


def void_unused(
    work: Workplace,
    *,
    account: str = "",
    days: int = UNUSED_AFTER_DAYS,
    progress: Progress = ignore_progress,
    cancel: CancelToken | None = None,
) -> list[VoidRow]:
    """Give back what was taken and not used: of cancelled parcels, and what is ``days`` old.

    A parcel that is still to be sent waits for a new number then. What its carrier does not take
    back stays where it is and ``waits``. Waits on the network.
    """
    token = cancel or CancelToken()
    found = number_ledger.listed(work, Asked(unused=True, account=account, days=days))
    wanted = [e for e in found if e.to_do in {ToDo.VOID, ToDo.WAIT, ToDo.COMING} and e.number]
    failed: dict[str, VoidRow] = {}
    for n, entry in enumerate(wanted, start=1):
        if token.cancelled:
            wanted = wanted[: n - 1]
            break
        try:
            if entry.to_do is ToDo.VOID:
                _give_up(work, entry)
        except PackbenchError as error:
            failed[entry.id] = VoidRow(
                entry.parcel, entry.number, "failed", error.code, error.message, error.remedy
            )
        progress(Step(n, len(wanted), len(failed), None, entry.number))
    with suppress(RetryableError):  # another program is sending: the messages are on their way
        outbox.drain(work, cancel=token, kind=OutboxKind.VOID)
    rows = [failed.get(entry.id) or _what_came(work, entry) for entry in wanted]
    work.changed("orders", "parcels", "outbox")
    return rows


def _give_up(work: Workplace, entry: Entry) -> None:
    with work.db.read() as tx:
        parcel = tx.execute(
            select(parcels.c.state, parcels.c.waybill_id).where(parcels.c.id == entry.parcel)
        ).one()
    if parcel.waybill_id == entry.id and parcel.state != ParcelState.CANCELLED:
        voiding.cancel_waybill(work, entry.number)
        return
    with work.db.write() as tx:
        row = tx.execute(
            select(waybills).where(
                waybills.c.id == entry.id,
                waybills.c.state.in_([WaybillState.ISSUED, WaybillState.PRINTED]),
            )
        ).one_or_none()
        if row is None:  # printed, packed or given back meanwhile
            return
        shipment_numbers.follow(tx, work, row, WaybillState.VOID_REQUESTED)
        tx.execute(
            update(parcels)
            .where(parcels.c.id == entry.parcel, parcels.c.waybill_id == entry.id)
            .values(waybill_id=None)
        )
        outbox_rows.add_void(tx, work, row)
        records.note(
            tx,
            work,
            "number_unused",
            parcel_id=entry.parcel,
            detail={"waybill": entry.number},
        )


def _what_came(work: Workplace, entry: Entry) -> VoidRow:
    with work.db.read() as tx:
        state = tx.execute(select(waybills.c.state).where(waybills.c.id == entry.id)).scalar_one()
        told = tx.execute(
            select(outbox_table).where(outbox_table.c.once == f"void:{entry.id}")
        ).one_or_none()
    if state in {WaybillState.VOID, WaybillState.RECYCLED}:
        return VoidRow(entry.parcel, entry.number, "void")
    if entry.to_do is ToDo.WAIT:
        return VoidRow(entry.parcel, entry.number, "waits")
    if told is None or told.state == "superseded":
        return VoidRow(entry.parcel, entry.number, "kept")
    if told.state == "done":
        return VoidRow(entry.parcel, entry.number, "waits")
    reason = told.reason or {}
    result = "refused" if told.state == "refused" else "later"
    return VoidRow(
        entry.parcel,
        entry.number,
        result,
        reason.get("code", "") or result,
        Text.from_json(reason["message"]) if reason.get("message") else _ON_ITS_WAY,
        Text.from_json(reason["remedy"]) if reason.get("remedy") else _BY_ITSELF,
    )


_ON_ITS_WAY = T("The number is on its way back.")
_BY_ITSELF = T("It is tried again by itself; see: waybill returns")
