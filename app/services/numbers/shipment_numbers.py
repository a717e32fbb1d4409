"""The numbers of one shipment: the mother, one child for each further box, perhaps a return slip.

They come from one request, live and die together, and only the mother is told to the shop.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, select, update

from app.domain.states import LIVE_WAYBILL_STATES, WaybillState
from app.services.workplace import Workplace
from app.store.tables import waybills

MOTHER, CHILD, RETURN_SLIP = "mother", "child", "return_slip"


def boxes_of(tx: Connection, mother: Any) -> list[Any]:
    """The rows of every box, the mother first. A number typed in by hand is alone."""
    rows = tx.execute(
        select(waybills)
        .where(together(mother), waybills.c.kind != RETURN_SLIP)
        .order_by(waybills.c.box_no, waybills.c.id)
    )
    return list(rows)


def follow(tx: Connection, work: Workplace, mother: Any, state: WaybillState) -> None:
    """Give every number of the shipment the state of its mother."""
    tx.execute(update(waybills).where(together(mother)).values(state=state, changed_at=work.now()))


def mother_of(tx: Connection, waybill: Any) -> Any:
    """The mother of ``waybill``: itself, where it is no child and no slip."""
    if waybill.kind == MOTHER or waybill.request_id is None:
        return waybill
    found = tx.execute(
        select(waybills).where(together(waybill), waybills.c.kind == MOTHER)
    ).one_or_none()
    return waybill if found is None else found


def is_live(waybill: Any) -> bool:
    return waybill.state in LIVE_WAYBILL_STATES


def together(waybill: Any) -> ColumnElement[bool]:
    if waybill.request_id is None:
        return and_(waybills.c.id == waybill.id)
    return and_(waybills.c.request_id == waybill.request_id)
