"""What the page does to orders: plain functions for a lane, on the services alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from app.domain.errors import PackbenchError, UserError
from app.domain.states import HoldCode, ParcelState
from app.domain.text import T
from app.jobs import CancelToken
from app.services.orders import holding, queries
from app.services.orders.order_lists import in_list_order
from app.services.orders.queries import OrderFilter
from app.services.parcels import checking
from app.services.parcels.parcel_queries import ParcelRow, parcel_rows
from app.services.waves import waves
from app.services.waves.waves import Wave
from app.services.workplace import Workplace
from ui.table.selection import SelectionSpec

_STILL_HERE = frozenset(
    {
        ParcelState.TO_CHECK.value,
        ParcelState.TO_LABEL.value,
        ParcelState.TO_PICK.value,
        ParcelState.TO_PACK.value,
    }
)
_CHUNK = 200


@dataclass(frozen=True, slots=True)
class Deed:
    """What came of an action: the parcels it changed, how to undo it, and what stood in the way.

    ``before`` holds what each parcel had before (a carrier), where the action can be undone.
    """

    parcels: tuple[str, ...]
    orders: int
    before: dict[str, str] = field(default_factory=dict)
    failed: tuple[PackbenchError, ...] = ()


@dataclass(frozen=True, slots=True)
class Handover:
    """A new wave, and how many of the chosen orders were not ready for it."""

    wave: Wave
    left_out: int


def chosen_orders(work: Workplace, spec: SelectionSpec, wanted: OrderFilter) -> list[str]:
    """The selected orders in list order; "all that match" is asked anew."""
    if spec.all_matching:
        return [i for i in queries.order_ids(work, wanted) if i not in spec.excluded]
    return in_list_order(work, wanted, [str(i) for i in spec.ids])


def parcels_of(work: Workplace, order_ids: Sequence[str]) -> list[ParcelRow]:
    """The live parcels of these orders, each once, in order."""
    ids: dict[str, None] = {}
    for row in queries.order_rows(work, list(order_ids)):
        ids.update(dict.fromkeys(row.parcels))
    return parcel_rows(work, list(ids))


def hand_over(work: Workplace, order_ids: Sequence[str]) -> Handover:
    """A wave of the chosen orders' parcels that wait for a label.

    Raises ``UserError``: none of them waits, or a hold keeps them all.
    """
    rows = parcels_of(work, order_ids)
    waiting = [r for r in rows if _waits(r)]
    if not waiting:
        raise _nothing_to_print(rows)
    wave = waves.create(work, only=[r.id for r in waiting])
    taken = {order for r in waiting for order in r.order_ids}
    return Handover(wave, sum(order not in taken for order in order_ids))


def waiting_for_a_label(work: Workplace, order_ids: Sequence[str]) -> list[str]:
    """The parcels of these orders that ``hand_over`` would take."""
    return [r.id for r in parcels_of(work, order_ids) if _waits(r)]


def _waits(row: ParcelRow) -> bool:
    return row.state == ParcelState.TO_LABEL and not row.holds and not row.wave


def _nothing_to_print(rows: Sequence[ParcelRow]) -> UserError:
    held = next((code for r in rows for code in r.holds), "")
    if held:
        return UserError(
            "held",
            T("What you chose is on hold."),
            holding.REMEDIES[HoldCode(held)],
        )
    if any(r.wave and r.state == ParcelState.TO_LABEL for r in rows):
        return UserError(
            "in_a_wave", T("These orders are in a wave already."), T("Go on with it under Labels.")
        )
    return UserError(
        "nothing_to_print",
        T("None of these orders waits for a label."),
        T("Choose orders from “To label”."),
    )


def change_carrier(
    work: Workplace, order_ids: Sequence[str], company: str, cancel: CancelToken
) -> Deed:
    """Another company for every parcel that has no number yet; goes on past a refusal."""
    rows = [r for r in parcels_of(work, order_ids) if r.state in _STILL_HERE]
    before: dict[str, str] = {}
    failed: list[PackbenchError] = []
    orders: set[str] = set()
    for row in rows:
        cancel.check()
        if row.carrier == company:
            continue
        try:
            checking.change_carrier(work, row.id, company)
        except UserError as error:
            failed.append(error)
            continue
        before[row.id] = row.carrier
        orders.update(row.order_ids)
    return Deed(tuple(before), len(orders), before, tuple(failed))


def put_back_carriers(work: Workplace, before: dict[str, str]) -> None:
    """Undo ``change_carrier`` where there was a carrier before."""
    for parcel_id, company in before.items():
        if company:
            checking.change_carrier(work, parcel_id, company)


def hold(work: Workplace, order_ids: Sequence[str], reason: str) -> Deed:
    """Every parcel that is still here goes on hold. ``before`` names those that were free."""
    rows = [r for r in parcels_of(work, order_ids) if r.state in _STILL_HERE]
    if not rows:
        raise UserError(
            "nothing_to_hold",
            T("These parcels are gone already."),
            T("Ask the carrier to stop them, or settle it as an after-sale."),
        )
    for start in range(0, len(rows), _CHUNK):
        with work.db.write() as tx:
            for row in rows[start : start + _CHUNK]:
                holding.hold_by_person(tx, work, row.id, reason)
    work.changed("orders", "parcels")
    orders = {order for r in rows for order in r.order_ids}
    free = {r.id: "" for r in rows if not r.holds}
    return Deed(tuple(r.id for r in rows), len(orders), free)


def release(work: Workplace, parcel_ids: Sequence[str]) -> Deed:
    """What a person may release is released; the rest says why it stays."""
    released: list[str] = []
    failed: list[PackbenchError] = []
    for parcel_id in parcel_ids:
        try:
            with work.db.write() as tx:
                holding.release_by_person(tx, work, parcel_id)
        except UserError as error:
            failed.append(error)
            continue
        released.append(parcel_id)
    if released:
        checking.recheck(work)
        work.changed("orders", "parcels")
    rows = parcel_rows(work, released)
    return Deed(tuple(released), len({o for r in rows for o in r.order_ids}), failed=tuple(failed))


def release_orders(work: Workplace, order_ids: Sequence[str]) -> Deed:
    """``release`` for the held parcels of these orders."""
    return release(work, [r.id for r in parcels_of(work, order_ids) if r.holds])
