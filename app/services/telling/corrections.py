"""Another carrier or number for a parcel that the shop has on file (deliveryinfo/update)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, insert, select, update

from app.domain.companies import company, company_of_wechat
from app.domain.errors import UserError
from app.domain.orders import OrderSnapshot, ReportedParcel
from app.domain.states import (
    LIVE_WAYBILL_STATES,
    OrderStatus,
    OutboxKind,
    OutboxState,
    ParcelState,
    WaybillState,
)
from app.domain.text import T
from app.domain.waybills import Problem, ProblemClass
from app.ports import (
    ParcelCorrection,
    Reported,
    ReportLater,
    ReportOutcome,
    ReportRefused,
    ReportUnclear,
)
from app.services import records
from app.services.numbers import numbers
from app.services.parcels import checking
from app.services.sync import shop_companies
from app.services.telling import outbox_rows
from app.services.tracking import following
from app.services.workplace import Workplace
from app.store.tables import outbox, parcels, waybills

_GONE = (ParcelState.SHIPPED, ParcelState.DELIVERED)


def correct(work: Workplace, parcel_id: str, carrier: str, number: str, reason: str) -> int:
    """Queue the correction of a reported parcel; returns how many messages (one an order).

    ``carrier`` is our company code or the shop's. Our own waybill follows when the shop has taken
    it. Raises ``UserError``: ``not_reported``, ``same_number``, ``no_reason`` and those of
    ``numbers``.
    """
    with work.db.write() as tx:
        parcel = tx.execute(select(parcels).where(parcels.c.id == parcel_id)).one_or_none()
        if parcel is None:
            raise checking.no_such_parcel(parcel_id)
        typed = numbers.typed(number, parcel_id)
        code = numbers.carrier_code(tx, work, parcel.shop_id, carrier, parcel_id)
        told = _told(tx, parcel_id)
        if parcel.state not in _GONE or not told:
            raise UserError(
                "not_reported",
                T("The shop has not been told of this parcel yet."),
                T("Take it back, then give it the right number: parcels unship"),
                ref=parcel_id,
            )
        live = tx.execute(select(waybills).where(waybills.c.id == parcel.waybill_id)).one()
        if (live.number, live.carrier) == (typed, code):
            raise UserError(
                "same_number",
                T("The parcel has this number already."),
                T("Check number and carrier on the label."),
                ref=parcel_id,
            )
        numbers.must_be_free(tx, code, typed, parcel_id)
        numbers.must_have_reason(reason, parcel_id)
        queued = 0
        for row in told:
            queued += outbox_rows.add(
                tx,
                work,
                OutboxKind.CORRECT,
                f"correct:{parcel_id}:{row.order_id}:{typed}:{live.number}",
                lane=outbox_rows.order_lane(row.order_id),
                shop_id=row.shop_id,
                order_id=row.order_id,
                parcel_id=parcel_id,
                payload={
                    "order_id": row.payload["order_id"],
                    "old": live.number,
                    "company": company(code).wechat,
                    "number": typed,
                },
            )
        records.note(
            tx,
            work,
            "correction",
            parcel_id=parcel_id,
            detail={"old": live.number, "new": typed, "carrier": code, "reason": reason.strip()},
        )
    work.changed("parcels", "outbox")
    return queued


def send(work: Workplace, row: Any, *, again: bool) -> ReportOutcome:
    """Send one CORRECT row. What is on file is read first: ``old`` must equal it exactly."""
    shop = work.outside.shop(row.shop_id)
    order_id, number = row.payload["order_id"], row.payload["number"]
    order = shop.order(order_id)
    if _on_file(order, number) is not None:
        return Reported()  # corrected by an earlier try, or in the console
    old = _on_file(order, row.payload["old"]) or _on_file(order, _number_now(work, row.parcel_id))
    if old is None:
        return ReportRefused(_not_on_file(order_id, row.payload["old"]))
    refusal = shop_companies.refusal(work, row.shop_id, row.payload["company"], order_id)
    if refusal is not None:
        return refusal
    whole = len(order.reported) == 1 and order.status in {OrderStatus.SHIPPED, OrderStatus.DONE}
    correction = ParcelCorrection(order_id, old, row.payload["company"], number, whole)
    outcome = shop.correct_parcel(correction)
    match outcome:
        case ReportUnclear(reason=reason):
            taken = _on_file(shop.order(order_id), number) is not None
            return Reported() if taken else ReportLater(reason)
        case ReportRefused(problem=problem, shop_setting=False):
            return ReportRefused(_refused(problem))
        case _:
            return outcome


def take_over(tx: Connection, work: Workplace, row: Any) -> None:
    """The shop has the new number: our parcel has it too, and the old one goes back."""
    number, code = row.payload["number"], company_of_wechat(row.payload["company"]).code
    parcel = tx.execute(select(parcels).where(parcels.c.id == row.parcel_id)).one()
    live = tx.execute(select(waybills).where(waybills.c.id == parcel.waybill_id)).one()
    if (live.number, live.carrier) == (number, code):
        return  # an order of the same parcel was first
    known = tx.execute(
        select(waybills.c.id).where(waybills.c.carrier == code, waybills.c.number == number)
    ).scalar()
    if known is not None:  # given to another parcel meanwhile: the shop's word stands, ours waits
        records.note(tx, work, "number_twice", parcel_id=parcel.id, detail={"waybill": number})
        return
    tx.execute(
        update(waybills)
        .where(
            waybills.c.parcel_id == parcel.id,
            waybills.c.request_id.is_not_distinct_from(live.request_id),
            waybills.c.state.in_(LIVE_WAYBILL_STATES),
        )
        .values(
            state=WaybillState.VOID if live.request_id is None else WaybillState.VOID_REQUESTED,
            changed_at=work.now(),
        )
    )
    waybill_id = work.key()
    tx.execute(
        insert(waybills).values(
            id=waybill_id,
            request_id=None,
            parcel_id=parcel.id,
            carrier=code,
            route=live.route,
            account=live.account if code == live.carrier else "",
            number=number,
            kind="mother",
            state=WaybillState.HANDED_OVER,
            template="plain",
            label={"typed": True},
            parties_sealed=live.parties_sealed,
            address_hash=live.address_hash,
            issued_at=work.now(),
            changed_at=work.now(),
        )
    )
    tx.execute(
        update(parcels)
        .where(parcels.c.id == parcel.id)
        .values(
            waybill_id=waybill_id,
            carrier=code,
            changed_at=work.now(),
            revision=parcels.c.revision + 1,
        )
    )
    waybill = tx.execute(select(waybills).where(waybills.c.id == waybill_id)).one()
    following.begin(tx, work, parcel.id, waybill)
    if live.request_id is not None:
        outbox_rows.add_void(tx, work, live)
    records.note(
        tx,
        work,
        "corrected",
        parcel_id=parcel.id,
        detail={"old": live.number, "new": number, "carrier": code},
    )
    records.refresh_orders(tx, records.orders_of(tx, [parcel.id]))


def _told(tx: Connection, parcel_id: str) -> list[Any]:
    """The confirmed messages of the parcel, one for each order."""
    rows = tx.execute(
        select(outbox)
        .where(
            outbox.c.parcel_id == parcel_id,
            outbox.c.kind.in_([OutboxKind.SHIP, OutboxKind.EXTRA]),
            outbox.c.state == OutboxState.DONE,
        )
        .order_by(outbox.c.id)
    ).all()
    return list({row.order_id: row for row in rows}.values())


def _number_now(work: Workplace, parcel_id: str) -> str:
    """The parcel's number by now: another correction may have been waiting before this one."""
    with work.db.read() as tx:
        number: str | None = tx.execute(
            select(waybills.c.number)
            .join(parcels, parcels.c.waybill_id == waybills.c.id)
            .where(parcels.c.id == parcel_id)
        ).scalar()
    return number or ""


def _on_file(order: OrderSnapshot, number: str) -> ReportedParcel | None:
    return next((parcel for parcel in order.reported if parcel.number == number), None)


def _not_on_file(order_id: str, number: str) -> Problem:
    return Problem(
        ProblemClass.OTHER,
        "not_on_file",
        "",
        T("The shop has no parcel {number} for this order.", number=number),
        T("Look in the WeChat Store console which number it has."),
        order_id,
    )


def _refused(problem: Problem) -> Problem:
    """How often a number may be corrected is said nowhere: the refusal is told as one."""
    return Problem(
        problem.kind,
        problem.code,
        problem.said,
        T("The shop does not take the correction: {reason}", reason=problem.message),
        T("It may have been corrected before. Change the number in the WeChat Store console."),
        problem.reference,
    )
