"""How many boxes a shipment has: said before its number is taken, or added afterwards.

Adding is not idempotent on the other side. The wanted number of boxes is written down before the
call; boxes that are missing afterwards are looked up before anything is asked for again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select, update

from app.domain.errors import RetryableError, UserError
from app.domain.states import OPEN_STATES, Route, WaybillState
from app.domain.text import T, Text
from app.domain.waybills import PRINT_INFO_BY_NUMBER, Issued, NotSent, Outcome, Rejected
from app.services import records
from app.services.leases import lease
from app.services.numbers import labelling, outcomes, shipment_numbers
from app.services.parcels import checking
from app.services.workplace import Workplace
from app.store.tables import parcels, shipments, waybill_requests, waybills

MOST = 300


@dataclass(frozen=True, slots=True)
class Boxes:
    """A shipment's boxes: the numbers they have, and how many there should be."""

    parcel: str
    numbers: tuple[str, ...]
    wanted: int
    warning: Text | None = None

    @property
    def missing(self) -> int:
        return max(0, self.wanted - len(self.numbers))


def of(work: Workplace, parcel_id: str) -> Boxes:
    """The boxes of the parcel. Raises ``UserError`` (``no_such_parcel``)."""
    with work.db.read() as tx:
        parcel = _parcel(tx, parcel_id)
        numbers = [box.number for box in _live_boxes(tx, parcel)]
        return Boxes(parcel_id, tuple(numbers), _wanted(tx, parcel))


def set_count(work: Workplace, parcel_id: str, count: int) -> Boxes:
    """Say how many boxes the parcel will have, before its number is taken.

    Raises ``UserError``: ``bad_boxes``, ``has_number``.
    """
    _must_be_sane(count, parcel_id)
    with work.db.write() as tx:
        parcel = _parcel(tx, parcel_id)
        number = outcomes.live_number(tx, parcel_id)
        if number:
            raise UserError(
                "has_number",
                T("The parcel already has the number {number}.", number=number),
                T("Add boxes to it: waybill boxes {number} --add 1", number=number),
                ref=parcel_id,
            )
        _want(tx, work, parcel, count)
        records.note(tx, work, "boxes", parcel_id=parcel_id, detail={"boxes": count})
    work.changed("parcels")
    return of(work, parcel_id)


def add(work: Workplace, parcel_id: str, count: int) -> Boxes:
    """Get numbers for ``count`` more boxes of a shipment that has its number. Waits on the network.

    What an earlier try may have brought is looked up first. Raises ``UserError`` (``no_number``,
    ``already_shipped``, ``no_more_boxes``, ``boxes_in_doubt``, or what the carrier refuses) and
    ``RetryableError``.
    """
    _must_be_sane(count + 1, parcel_id)
    with work.db.read() as tx:
        parcel = _parcel(tx, parcel_id)
    with lease(work, f"boxes:{parcel_id}"):
        begun = of(work, parcel_id)
        _must_be_sane(len(begun.numbers) + count, parcel_id)
        source, booking, mother = _shipment(work, parcel)
        if begun.missing:
            found = source.children(booking, begun.numbers)
            if not isinstance(found, Issued):
                raise _in_doubt(mother.number, found)
            brought = _keep(work, parcel_id, mother, found)
            _settle(work, parcel_id)
            if brought.numbers[len(begun.numbers) :]:  # the earlier try was successful
                return brought
            begun = of(work, parcel_id)
        with work.db.write() as tx:  # durable before the call
            _want(tx, work, _parcel(tx, parcel_id), len(begun.numbers) + count)
        outcome = source.add_boxes(booking, mother.number, count)
        match outcome:
            case Issued():
                return _keep(work, parcel_id, mother, outcome)
            case Rejected(problem=problem):
                _settle(work, parcel_id)
                raise UserError(problem.kind, problem.message, problem.remedy, ref=mother.number)
            case NotSent(reason=reason):
                _settle(work, parcel_id)
                raise RetryableError(
                    "not_sent", reason, T("Check the network, then try again."), ref=mother.number
                )
            case _:
                raise _in_doubt(mother.number, outcome)


def none_came(work: Workplace, parcel_id: str) -> Boxes:
    """A person has looked: the boxes in doubt do not exist. The shipment has what it has."""
    _settle(work, parcel_id)
    work.changed("parcels")
    return of(work, parcel_id)


def _shipment(work: Workplace, parcel: Any) -> tuple[Any, Any, Any]:
    """The platform's account, the booking and the mother of a shipment that can grow."""
    with work.db.read() as tx:
        boxes = _live_boxes(tx, parcel)
        if not boxes:
            raise UserError(
                "no_number",
                T("The parcel has no waybill number yet."),
                T("Get one with: wave label"),
                ref=parcel.id,
            )
        mother = boxes[0]
        if parcel.state not in OPEN_STATES:
            raise UserError(
                "already_shipped",
                T("The parcel with {number} has been shipped already.", number=mother.number),
                T("Send the other box as a parcel of its own."),
                ref=mother.number,
            )
        request = tx.execute(
            select(waybill_requests).where(waybill_requests.c.id == mother.request_id)
        ).one_or_none()
    if request is None or parcel.route != Route.PLATFORM:
        raise UserError(
            "no_more_boxes",
            T("Boxes can be added to numbers of the shop's e-waybills only."),
            T("Cancel the number, say how many boxes there are, and take a new one."),
            ref=mother.number,
        )
    booking, _ = outcomes.unseal(work, request)
    return labelling.platform_labels_for(work, request), booking, mother


def _keep(work: Workplace, parcel_id: str, mother: Any, came: Issued) -> Boxes:
    """Write the new numbers down; the parcel's labels are not all out any more."""
    pictures = came.label.get(PRINT_INFO_BY_NUMBER) or {}
    with work.db.write() as tx:
        parcel = _parcel(tx, parcel_id)
        known = _live_boxes(tx, parcel)
        box_no = max((box.box_no for box in known), default=1)
        numbers = {box.number for box in known}
        new = [entry.number for entry in came.numbers if entry.number not in numbers]
        for number in new:
            box_no += 1
            tx.execute(
                insert(waybills).values(
                    id=work.key(),
                    request_id=mother.request_id,
                    parcel_id=parcel_id,
                    carrier=mother.carrier,
                    route=mother.route,
                    account=mother.account,
                    number=number,
                    kind=shipment_numbers.CHILD,
                    box_no=box_no,
                    state=WaybillState.ISSUED,
                    template=mother.template,
                    label=mother.label,
                    parties_sealed=mother.parties_sealed,
                    print_info=pictures.get(number) or None,
                    carrier_order=mother.carrier_order,
                    address_hash=mother.address_hash,
                    issued_at=work.now(),
                    changed_at=work.now(),
                )
            )
        if new:
            tx.execute(
                update(parcels)
                .where(parcels.c.id == parcel_id)
                .values(printed=False, changed_at=work.now(), revision=parcels.c.revision + 1)
            )
            records.note(tx, work, "boxes_added", parcel_id=parcel_id, detail={"numbers": new})
            records.refresh_orders(tx, records.orders_of(tx, [parcel_id]))
    work.changed("parcels", "orders", "waves")
    now = of(work, parcel_id)
    return Boxes(now.parcel, now.numbers, now.wanted, came.warning)


def _settle(work: Workplace, parcel_id: str) -> None:
    """Want no more boxes than there are."""
    with work.db.write() as tx:
        parcel = _parcel(tx, parcel_id)
        _want(tx, work, parcel, max(1, len(_live_boxes(tx, parcel))))


def _in_doubt(number: str, outcome: Outcome) -> RetryableError:
    reason = outcome.problem.message if isinstance(outcome, Rejected) else None
    if reason is None and not isinstance(outcome, Issued | Rejected):
        reason = outcome.reason
    return RetryableError(
        "boxes_in_doubt",
        reason or T("The platform is not sure whether it added the boxes."),
        T(
            "Try again: it is asked first. When the platform never tells, look in its console; "
            "if nothing was added: waybill boxes {number} --none",
            number=number,
        ),
        ref=number,
    )


def _live_boxes(tx: Connection, parcel: Any) -> Sequence[Any]:
    mother = tx.execute(select(waybills).where(waybills.c.id == parcel.waybill_id)).one_or_none()
    return shipment_numbers.boxes_of(tx, mother) if mother is not None else ()


def _parcel(tx: Connection, parcel_id: str) -> Any:
    parcel = tx.execute(select(parcels).where(parcels.c.id == parcel_id)).one_or_none()
    if parcel is None:
        raise checking.no_such_parcel(parcel_id)
    return parcel


def _wanted(tx: Connection, parcel: Any) -> int:
    count: int = tx.execute(
        select(shipments.c.box_count).where(shipments.c.id == parcel.shipment_id)
    ).scalar_one()
    return count


def _want(tx: Connection, work: Workplace, parcel: Any, count: int) -> None:
    tx.execute(
        update(shipments).where(shipments.c.id == parcel.shipment_id).values(box_count=count)
    )
    tx.execute(update(parcels).where(parcels.c.id == parcel.id).values(changed_at=work.now()))


def _must_be_sane(count: int, ref: str) -> None:
    if not 1 <= count <= MOST:
        raise UserError(
            "bad_boxes",
            T("A shipment has 1 to {n} boxes.", n=MOST),
            T("Give another number of boxes."),
            ref=ref,
        )
