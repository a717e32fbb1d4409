"""Requests in doubt, looked up again by themselves, and unused numbers that have ended.

Nothing is booked anew here: what is proven dead waits for whoever asks for numbers next.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, or_, select, update

from app.domain.companies import company
from app.domain.errors import PackbenchError, RetryableError
from app.domain.states import OPEN_STATES, ParcelState, RequestState, WaybillState
from app.domain.text import T
from app.jobs import CancelToken
from app.ports import Capability
from app.services import read_only, records
from app.services.leases import lease, renew
from app.services.numbers import outcomes, reconciling
from app.services.numbers.outcomes import LabelRow
from app.services.numbers.sources import source_for
from app.services.parcels import checking, parcel_making
from app.services.workplace import Workplace
from app.store.tables import parcels, waybill_requests, waybills

EVERY_S = 15.0
_FIRST_S = 10.0  # then twice as long each time
_MOST_DOUBLINGS = 9  # at most every hour and a half
_IN_FLIGHT = timedelta(minutes=2)  # a call that began so long ago has ended, or its program has
_A_ROUND = 200
_UNUSED = (WaybillState.ISSUED, WaybillState.PRINTED, WaybillState.VOID_REQUESTED)


def settle_open(work: Workplace, shop_id: str, cancel: CancelToken | None = None) -> list[LabelRow]:
    """Look up the shop's requests in doubt whose time has come; one row for each that was asked.

    One program at a time. Waits on the network. What can only be told by a person is asked once,
    then left to the person.
    """
    token, rows = cancel or CancelToken(), []
    name = f"settle:{shop_id}"
    try:
        with lease(work, name):
            for request in _due(work, shop_id):
                if token.cancelled:
                    break
                renew(work, name)
                row = _settle(work, request)
                if row is not None:
                    rows.append(row)
    except RetryableError as error:
        work.log.info("numbers in doubt of %s wait: %s", shop_id, error.code)
    if rows:
        work.changed("orders", "parcels", "waves")
    return rows


def settle_before(
    work: Workplace, parcel_ids: Sequence[str], cancel: CancelToken | None = None
) -> list[LabelRow]:
    """Before these parcels get numbers: what other parcels left in doubt at the same accounts.

    Like ``settle_open``, but an account that gives no clear answer is not asked on: these parcels
    wait. Their own doubts are looked up in their turn.
    """
    token, rows, theirs = cancel or CancelToken(), [], set(parcel_ids)
    for shop_id, names in _places(work, parcel_ids).items():
        with suppress(RetryableError), lease(work, f"settle:{shop_id}"):  # taken: it is being done
            silent: set[str] = set()
            for request in _due(work, shop_id, names):
                if token.cancelled:
                    break
                if request.parcel_id in theirs or request.account in silent:
                    continue
                renew(work, f"settle:{shop_id}")
                row = _settle(work, request)
                if row is not None:
                    rows.append(row)
                    if row.code == "unknown":
                        silent.add(request.account)
    if rows:
        work.changed("orders", "parcels", "waves")
    return rows


def _places(work: Workplace, parcel_ids: Sequence[str]) -> dict[str, set[str]]:
    """The accounts of these parcels, by shop."""
    found: dict[str, set[str]] = {}
    with work.db.read() as tx:
        for start in range(0, len(parcel_ids), _A_ROUND):
            rows = tx.execute(
                select(parcels.c.shop_id, parcels.c.account)
                .where(parcels.c.id.in_(parcel_ids[start : start + _A_ROUND]))
                .distinct()
            )
            for row in rows:
                found.setdefault(row.shop_id, set()).add(row.account or "")
    return found


def recycle_expired(work: Workplace) -> int:
    """Numbers whose time has run out unused are ``recycled``; returns how many.

    The carrier hands them out again, so they are no longer ours. A parcel that is still here under
    such a number waits for a new one; what was handed over without a scan is left as it is.
    """
    now = work.now()
    with work.db.read() as tx:
        gone = list(
            tx.execute(
                select(waybills.c.id)
                .where(
                    waybills.c.expires_at <= now,
                    waybills.c.first_scan_at.is_(None),
                    waybills.c.state.in_(_UNUSED),
                )
                .limit(_A_ROUND)
            ).scalars()
        )
    for waybill_id in gone:
        with work.db.write() as tx:
            _recycle(tx, work, waybill_id)
    if gone:
        work.changed("orders", "parcels", "waves")
    return len(gone)


def _recycle(tx: Connection, work: Workplace, waybill_id: str) -> None:
    row = tx.execute(
        select(waybills)
        .where(waybills.c.id == waybill_id, waybills.c.state.in_(_UNUSED))
        .with_for_update()
    ).one_or_none()
    if row is None:
        return
    tx.execute(
        update(waybills)
        .where(waybills.c.id == waybill_id)
        .values(state=WaybillState.RECYCLED, changed_at=work.now())
    )
    if row.request_id is not None:
        tx.execute(
            update(waybill_requests)
            .where(waybill_requests.c.id == row.request_id)
            .values(state=RequestState.DEAD)
        )
    parcel = tx.execute(select(parcels).where(parcels.c.id == row.parcel_id)).one()
    if parcel.waybill_id == waybill_id and parcel.state in OPEN_STATES:
        parcel_making.take_number_off(tx, parcel.id)
        tx.execute(
            update(parcels)
            .where(parcels.c.id == parcel.id)
            .values(state=ParcelState.TO_CHECK, changed_at=work.now())
        )
        checking.advance(tx, work, parcel.id)
        records.refresh_orders(tx, records.orders_of(tx, [parcel.id]))
    records.note(
        tx, work, "number_recycled", parcel_id=row.parcel_id, detail={"waybill": row.number}
    )


def is_due(request: Any, now: datetime) -> bool:
    """Whether a request in doubt should be looked up: soon at first, then ever more rarely."""
    since = now - (request.sent_at or request.created_at)
    if request.state == RequestState.SENT and since < _IN_FLIGHT:
        return False
    wait_s = _FIRST_S * 2 ** min(request.lookups, _MOST_DOUBLINGS)
    return bool(since.total_seconds() >= wait_s)


def _due(work: Workplace, shop_id: str, names: Iterable[str] | None = None) -> list[Any]:
    """Requests in doubt whose time has come, at any account of the shop or at these."""
    now = work.now()
    there = [] if names is None else [waybill_requests.c.account.in_(sorted(names))]
    with work.db.read() as tx:
        rows = tx.execute(
            select(waybill_requests)
            .join(parcels, parcels.c.id == waybill_requests.c.parcel_id)
            .where(
                waybill_requests.c.shop_id == shop_id,
                or_(
                    waybill_requests.c.state == RequestState.UNKNOWN,
                    and_(
                        waybill_requests.c.state == RequestState.SENT,
                        waybill_requests.c.sent_at < now - _IN_FLIGHT,
                    ),
                ),
                parcels.c.state != ParcelState.CANCELLED,  # those are asked for on their way back
                *there,
            )
            .order_by(waybill_requests.c.lookups, waybill_requests.c.sent_at)
            .limit(_A_ROUND)
        ).all()
    return [row for row in rows if is_due(row, now)]


def _settle(work: Workplace, request: Any) -> LabelRow | None:
    with work.db.read() as tx:
        parcel = tx.execute(select(parcels).where(parcels.c.id == request.parcel_id)).one()
    try:
        read_only.refuse(work, parcel.shop_id)
        source = source_for(work, request)
        if Capability.RECONCILE not in source.capabilities and request.lookups:
            return None  # a person has been asked
        row = reconciling.reconcile(work, parcel, request, source)
    except PackbenchError as error:
        work.log.info("a number in doubt waits: %s", error.code)
        return None
    if row is not None:
        return row
    message = T("{carrier} never booked this parcel.", carrier=company(request.carrier).name)
    remedy = T("Ask for its number again: wave label")
    outcomes.remember_failure(work, parcel.id, "not_booked", message, remedy)
    return LabelRow(parcel.id, "", "failed", "not_booked", message, remedy)
