"""Route data that come after the number: without them a label cannot be sorted, nor printed.

The data of one label are replaced as a whole or not at all: parts of two answers do not fit.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import select, update

from app.domain.companies import company
from app.domain.errors import PackbenchError, UserError
from app.domain.states import LIVE_WAYBILL_STATES, Route
from app.domain.text import T
from app.domain.waybills import Problem
from app.ports import Capability, FetchesLabelData, has
from app.services.numbers import issuing, outcomes
from app.services.numbers.outcomes import LabelRow
from app.services.numbers.shipment_numbers import MOTHER
from app.services.workplace import Workplace
from app.store.tables import waybill_requests, waybills

CODE = "no_route"
# What each layout is sorted by; adapters leave it empty where the carrier gave none.
_SORTED_BY = {"sf": "destRouteLabel", "zto": "mark", "yunda": "position", "plain": "mark"}


def lacks_route(waybill: Any) -> bool:
    """Whether the number came without what its label is sorted by."""
    key = _SORTED_BY.get(waybill.template, "")
    label = waybill.label or {}
    return waybill.request_id is not None and key in label and not label[key]


def lacking(waybill: Any) -> UserError | None:
    """Why ``waybill`` cannot be printed; ``None`` where it can."""
    if waybill.route != Route.DIRECT or not lacks_route(waybill):
        return None
    return UserError(
        CODE,
        T(
            "{carrier} gave the number {number} without a route for its label.",
            carrier=company(waybill.carrier).name,
            number=waybill.number,
        ),
        T("Fetch it: label fetch {number}", number=waybill.number),
        ref=waybill.number,
    )


def complete(work: Workplace, row: LabelRow) -> LabelRow:
    """Ask again for the route of a number that was there already; the number stays in any case.

    Waits on the network where it is missing. The row then says why it did not come.
    """
    if row.result != "kept":
        return row  # a fresh one was just looked up
    with work.db.read() as tx:
        mother = tx.execute(
            select(waybills).where(
                waybills.c.parcel_id == row.parcel,
                waybills.c.route == Route.DIRECT,
                waybills.c.kind == MOTHER,
                waybills.c.state.in_(LIVE_WAYBILL_STATES),
            )
        ).first()
    if mother is None or not lacks_route(mother):
        return row
    try:
        fetch(work, mother)
    except PackbenchError as error:
        return replace(row, message=error.message, remedy=error.remedy)
    return row


def fetch(work: Workplace, waybill: Any) -> None:
    """Ask the carrier for the label data of a number without route, and keep them.

    Books nothing. Raises ``UserError`` (``no_route``) with what the carrier says.
    """
    source = work.outside.carrier(waybill.account)
    if not (has(source, Capability.LABEL_DATA) and isinstance(source, FetchesLabelData)):
        raise lacking(waybill) or nothing_to_fetch(waybill.number)
    with work.db.read() as tx:
        request = tx.execute(
            select(waybill_requests).where(waybill_requests.c.id == waybill.request_id)
        ).one()
        numbers = tx.execute(
            select(waybills).where(waybills.c.request_id == waybill.request_id)
        ).all()
    mother = next((n for n in numbers if n.kind == MOTHER), waybill)
    booking, _ = outcomes.unseal(work, request)
    came = source.fetch_label(booking, mother.number)
    if isinstance(came, Problem):
        raise UserError(CODE, came.message, came.remedy, ref=waybill.number)
    label = issuing.without_people(came)
    without = [n.id for n in numbers if lacks_route(n)]
    with work.db.write() as tx:
        tx.execute(
            update(waybills)
            .where(waybills.c.id.in_(without))
            .values(label=label, changed_at=work.now())
        )
    work.changed("parcels")


def nothing_to_fetch(number: str) -> UserError:
    """The label of ``number`` is drawn here, and nothing is missing for it."""
    return UserError(
        "not_the_carriers",
        T("The label of {number} is drawn here.", number=number),
        T('SF and YTO can draw it: label_source = "cloud" in the account.'),
        ref=number,
    )
