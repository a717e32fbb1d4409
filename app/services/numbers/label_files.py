"""Labels that a carrier draws itself: fetched right after the number, kept sealed, printed as is.

A number without its file is valid all the same: asking for the file again books nothing.
"""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from app.domain.errors import PackbenchError, UserError
from app.domain.labels import FileLabel
from app.domain.privacy import refusal_without_person
from app.domain.states import LIVE_WAYBILL_STATES, Route
from app.domain.text import T
from app.domain.waybills import Problem
from app.ports import Capability, DrawsLabels, LabelPage, has
from app.services import records
from app.services.numbers import label_data, outcomes
from app.services.numbers.outcomes import LabelRow
from app.services.numbers.shipment_numbers import RETURN_SLIP, boxes_of, mother_of
from app.services.printing.printers import label_media
from app.services.workplace import Workplace
from app.store.tables import accounts, label_files, parcels, waybill_requests, waybills

CODE = "label_file"
# The account's own key for it, the same for every carrier that can draw labels.
_SOURCE, _FROM_CARRIER = "label_source", "cloud"


def kept_file(tx: Connection, work: Workplace, waybill: Any) -> FileLabel | None:
    """The carrier's own label of ``waybill``; ``None`` where we draw it.

    Raises ``UserError`` (``label_file``) when the carrier is to draw it and has not yet.
    """
    if not _is_carriers(tx, waybill):
        return None
    row = tx.execute(
        select(label_files).where(label_files.c.waybill_id == waybill.id)
    ).one_or_none()
    if row is None:
        raise _not_here(waybill.number)
    content = base64.b64decode(work.sealer.unseal(row.content_sealed))
    return FileLabel(waybill.number, content, row.media)


def lacking(tx: Connection, waybill: Any) -> UserError | None:
    """Why ``waybill`` cannot be printed: its label, or the data for it, have not come yet."""
    if not _is_carriers(tx, waybill):
        return label_data.lacking(waybill)
    kept = select(label_files.c.waybill_id).where(label_files.c.waybill_id == waybill.id)
    return None if tx.execute(kept).first() is not None else _not_here(waybill.number)


def _not_here(number: str) -> UserError:
    return UserError(
        CODE,
        T("The carrier's label of {number} has not come yet.", number=number),
        T("Fetch it: label fetch {number}", number=number),
        ref=number,
    )


def complete(work: Workplace, row: LabelRow) -> LabelRow:
    """``row`` of a parcel that has a number, once all that its labels need is here.

    Waits on the network where one is missing. A file that does not come makes the row a failure
    that keeps its number; the next call asks for the missing ones again.
    """
    if not row.ok:
        return row
    row = label_data.complete(work, row)
    with work.db.read() as tx:
        missing = _missing(tx, row.parcel)
    for waybill in missing:
        try:
            _fetch(work, waybill, "")
        except PackbenchError as error:
            return _failed(work, row, waybill.number, error)
    if missing:
        _forget_failure(work, row.parcel)
    return row


def fetch(work: Workplace, number: str, media: str = "") -> str:
    """Fetch the label of ``number`` from its carrier once more, for ``media`` or the printer's own.

    Of a number without route, the data for our own drawing. Books nothing. Returns the paper it is
    for. Waits on the network. Raises ``UserError``: ``no_such_waybill``, ``not_the_carriers``,
    ``label_file`` or ``no_route`` with what the carrier says.
    """
    from app.services.printing.label_content import find_waybill

    with work.db.read() as tx:
        waybill = find_waybill(tx, number)
        if waybill.route == Route.PLATFORM:
            raise _of_the_platform(waybill.number)
        drawn_here = not _is_carriers(tx, waybill)
        media = media or label_media(tx, work.bench, Route(waybill.route))
    if drawn_here:
        if not label_data.lacks_route(waybill):
            raise label_data.nothing_to_fetch(waybill.number)
        label_data.fetch(work, waybill)
        return media
    _fetch(work, waybill, media)
    _forget_failure(work, waybill.parcel_id)
    work.changed("parcels")
    return media


def _of_the_platform(number: str) -> UserError:
    return UserError(
        "platform_label",
        T("Only the platform's print component can draw this label."),
        T("Print it on a printer of the component."),
        ref=number,
    )


def _is_carriers(tx: Connection, waybill: Any) -> bool:
    """Whether the account's carrier draws this label; never one that a person typed in."""
    if waybill.route != Route.DIRECT or waybill.request_id is None:
        return False
    if (waybill.label or {}).get("typed"):
        return False
    settings = tx.execute(
        select(accounts.c.settings).where(accounts.c.name == waybill.account)
    ).scalar()
    return (settings or {}).get(_SOURCE) == _FROM_CARRIER


def _missing(tx: Connection, parcel_id: str) -> list[Any]:
    rows = tx.execute(
        select(waybills)
        .outerjoin(label_files, label_files.c.waybill_id == waybills.c.id)
        .where(
            waybills.c.parcel_id == parcel_id,
            waybills.c.route == Route.DIRECT,
            waybills.c.state.in_(LIVE_WAYBILL_STATES),
            label_files.c.waybill_id.is_(None),
        )
        .order_by(waybills.c.box_no, waybills.c.id)
    )
    return [row for row in rows if _is_carriers(tx, row)]


def _fetch(work: Workplace, waybill: Any, media: str) -> None:
    """Fetch and keep one file. Raises ``UserError`` or ``RetryableError`` when it does not come."""
    with work.db.read() as tx:
        request = tx.execute(
            select(waybill_requests).where(waybill_requests.c.id == waybill.request_id)
        ).one()
        page = _page(tx, waybill, media or label_media(tx, work.bench, Route(waybill.route)))
    source = work.outside.carrier(waybill.account)
    if not (has(source, Capability.LABEL_FILE) and isinstance(source, DrawsLabels)):
        return  # the account has changed since it was looked at
    booking, _ = outcomes.unseal(work, request)
    came = source.label_file(booking, page)
    if isinstance(came, Problem):
        kept = refusal_without_person(came, booking.receiver)
        raise UserError(CODE, kept.message, kept.remedy, ref=waybill.number)
    sealed = work.sealer.seal(base64.b64encode(came.content).decode("ascii"))
    with work.db.write() as tx:
        tx.execute(delete(label_files).where(label_files.c.waybill_id == waybill.id))
        tx.execute(
            insert(label_files).values(
                waybill_id=waybill.id,
                kind=came.kind,
                media=page.media,
                content_sealed=sealed,
                fetched_at=work.now(),
            )
        )


def _page(tx: Connection, waybill: Any, media: str) -> LabelPage:
    mother = mother_of(tx, waybill)
    is_slip = waybill.kind == RETURN_SLIP
    return LabelPage(
        number=waybill.number,
        media=media,
        mother=mother.number,
        kind=waybill.kind,
        box_no=1 if is_slip else waybill.box_no,
        box_count=1 if is_slip else len(boxes_of(tx, mother)),
    )


def _failed(work: Workplace, row: LabelRow, number: str, error: PackbenchError) -> LabelRow:
    message = T(
        "{number} is valid, but its label is missing: {reason}",
        number=number,
        reason=error.message,
    )
    outcomes.remember_failure(work, row.parcel, CODE, message, error.remedy)
    return replace(row, result="failed", code=CODE, message=message, remedy=error.remedy)


def _forget_failure(work: Workplace, parcel_id: str) -> None:
    """Take the missing label back from the parcel; what else went wrong with it stays."""
    with work.db.write() as tx:
        failure = tx.execute(select(parcels.c.failure).where(parcels.c.id == parcel_id)).scalar()
        if failure and failure.get("code") == CODE:
            tx.execute(update(parcels).where(parcels.c.id == parcel_id).values(failure=None))
            records.refresh_orders(tx, records.orders_of(tx, [parcel_id]))
