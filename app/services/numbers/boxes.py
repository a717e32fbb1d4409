"""How many boxes a shipment has: said before its number is taken, or added afterwards.

The shop's e-waybills can grow, and direct accounts that say so (SF, before pickup). Adding is not
idempotent on the other side. The wanted number of boxes is written down before the call; boxes that
are missing afterwards are looked up before anything is asked for again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from sqlalchemy import Connection, insert, select, update

from app.domain.errors import RetryableError, UserError
from app.domain.states import OPEN_STATES, Route, WaybillState
from app.domain.text import T, Text
from app.domain.waybills import (
    PRINT_INFO_BY_NUMBER,
    Booking,
    Issued,
    NotSent,
    Outcome,
    Rejected,
    Unknown,
)
from app.ports import AddsBoxes, Capability, ShowsLate, WaybillSource, has
from app.services import records
from app.services.leases import lease, must_hold
from app.services.numbers import label_files, outcomes, shipment_numbers, sources
from app.services.numbers.outcomes import LabelRow
from app.services.parcels import checking
from app.services.workplace import Workplace
from app.store.tables import parcels, shipments, waybill_requests, waybills

MOST = 300
_NOT_YET = T("The carrier may show new boxes some minutes late.")
_CHILDREN = "children"  # in label data: those of every further number


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
        doubt = _Doubt(mother.number, parcel.route)
        if begun.missing:
            found = source.children(booking, begun.numbers)
            if not isinstance(found, Issued):
                raise doubt.error(found)
            if not found.numbers and _too_soon(work, parcel, source):
                raise doubt.error(Unknown(_NOT_YET))
            brought = _keep(work, parcel_id, mother, found)
            _settle(work, parcel_id)
            if brought.numbers[len(begun.numbers) :]:  # the earlier try was successful
                return _labelled(work, brought)
            begun = of(work, parcel_id)
        with work.db.write() as tx:  # durable before the call
            must_hold(tx, work, f"boxes:{parcel_id}")
            _want(tx, work, _parcel(tx, parcel_id), len(begun.numbers) + count, asked=True)
        outcome = source.add_boxes(booking, mother.number, count)
        match outcome:
            case Issued():
                return _labelled(work, _keep(work, parcel_id, mother, outcome))
            case Rejected(problem=problem):
                _settle(work, parcel_id)
                raise UserError(problem.kind, problem.message, problem.remedy, ref=mother.number)
            case NotSent(reason=reason):
                _settle(work, parcel_id)
                raise RetryableError(
                    "not_sent", reason, T("Check the network, then try again."), ref=mother.number
                )
            case _:
                raise doubt.error(outcome)


def _too_soon(work: Workplace, parcel: Any, source: _Grows) -> bool:
    """Whether boxes asked for a moment ago may only not show yet, so that asking doubles them."""
    late_s = source.late_s if isinstance(source, _DirectBoxes) else 0.0
    with work.db.read() as tx:
        asked_at = tx.execute(
            select(shipments.c.boxes_asked_at).where(shipments.c.id == parcel.shipment_id)
        ).scalar_one()
    return asked_at is not None and (work.now() - asked_at).total_seconds() < late_s


def _labelled(work: Workplace, grown: Boxes) -> Boxes:
    """``grown`` once its labels are here, where the carrier draws them; else with a warning."""
    row = label_files.complete(work, LabelRow(grown.parcel, grown.numbers[0], "kept"))
    return grown if row.ok else replace(grown, warning=row.message)


def none_came(work: Workplace, parcel_id: str) -> Boxes:
    """A person has looked: the boxes in doubt do not exist. The shipment has what it has."""
    _settle(work, parcel_id)
    work.changed("parcels")
    return of(work, parcel_id)


class _Grows(Protocol):
    """How a shipment gets more boxes; ``PlatformLabels`` is one."""

    def add_boxes(self, booking: Booking, number: str, count: int) -> Outcome: ...

    def children(self, booking: Booking, known: Sequence[str]) -> Outcome: ...


@dataclass(frozen=True, slots=True)
class _DirectBoxes:
    """A carrier's own account: what became of an earlier call shows in its order."""

    source: WaybillSource
    grows: AddsBoxes

    @property
    def late_s(self) -> float:
        """How long the carrier may not show what it has done."""
        return self.source.settle_after_s if isinstance(self.source, ShowsLate) else 0.0

    def add_boxes(self, booking: Booking, _number: str, count: int) -> Outcome:
        return self.grows.add_boxes(booking, count)

    def children(self, booking: Booking, known: Sequence[str]) -> Outcome:
        found = self.source.reconcile(booking)
        if isinstance(found, Rejected | Unknown | NotSent):
            return found
        if not isinstance(found, Issued):
            return Unknown(T("The carrier does not tell which boxes the shipment has."))
        new = tuple(
            n for n in found.numbers if n.kind == shipment_numbers.CHILD and n.number not in known
        )
        children = found.label.get(_CHILDREN) or {}
        label = {_CHILDREN: {n.number: children[n.number] for n in new if n.number in children}}
        return replace(found, numbers=new, label=label, warning=None)


def _shipment(work: Workplace, parcel: Any) -> tuple[_Grows, Booking, Any]:
    """What can grow the shipment, its booking and its mother."""
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
    if request is None:
        raise _cannot_grow(mother.number)
    booking, _ = outcomes.unseal(work, request)
    if parcel.route == Route.PLATFORM:
        return sources.platform_labels_for(work, request), booking, mother
    source = work.outside.carrier(request.account)
    if not (has(source, Capability.ADD_BOXES) and isinstance(source, AddsBoxes)):
        raise _cannot_grow(mother.number)
    return _DirectBoxes(source, source), booking, mother


def _cannot_grow(number: str) -> UserError:
    return UserError(
        "no_more_boxes",
        T("This carrier adds no boxes to a number that it has given."),
        T("Cancel the number, say how many boxes there are, and take a new one."),
        ref=number,
    )


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
                    label=_grown_label(mother.label, came),
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


def _grown_label(label: Any, came: Issued) -> dict[str, Any]:
    """The mother's label data as they were kept, with what came for each new number beside."""
    kept = dict(label or {})
    new = came.label.get(_CHILDREN) or {}
    return {**kept, _CHILDREN: {**(kept.get(_CHILDREN) or {}), **new}} if new else kept


def _settle(work: Workplace, parcel_id: str) -> None:
    """Want no more boxes than there are."""
    with work.db.write() as tx:
        parcel = _parcel(tx, parcel_id)
        _want(tx, work, parcel, max(1, len(_live_boxes(tx, parcel))))


@dataclass(frozen=True, slots=True)
class _Doubt:
    """Nobody knows whether boxes were added to ``number``."""

    number: str
    route: str

    def error(self, outcome: Outcome) -> RetryableError:
        reason = outcome.problem.message if isinstance(outcome, Rejected) else None
        if reason is None and not isinstance(outcome, Issued | Rejected):
            reason = outcome.reason
        return RetryableError(
            "boxes_in_doubt",
            reason or T("The platform is not sure whether it added the boxes."),
            self._remedy(),
            ref=self.number,
        )

    def _remedy(self) -> Text:
        if self.route == Route.PLATFORM:
            return T(
                "Try again: it is asked first. When the platform never tells, look in its console; "
                "if nothing was added: waybill boxes {number} --none",
                number=self.number,
            )
        return T(
            "Try again: the carrier is asked first. When it never tells, look in its own program; "
            "if nothing was added: waybill boxes {number} --none",
            number=self.number,
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


def _want(tx: Connection, work: Workplace, parcel: Any, count: int, *, asked: bool = False) -> None:
    tx.execute(
        update(shipments)
        .where(shipments.c.id == parcel.shipment_id)
        .values(box_count=count, boxes_asked_at=work.now() if asked else None)
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
