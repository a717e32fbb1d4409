"""A refund takes the parcel out of the flow wherever it stands, and its number goes back."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from app.domain.states import HoldCode, ParcelState
from app.services import integrity
from app.services.numbers import by_person
from app.services.parcels import packing, shipping
from app.services.parcels.parcel_queries import ParcelRow
from app.services.telling import outbox
from app.store.tables import parcel_lines, parcels
from tests.services.after_sales.floor import Floor
from tests.services.truth import messages

NUMBER = "731200005501"
STEPS = [
    ParcelState.TO_CHECK,
    ParcelState.TO_LABEL,
    ParcelState.TO_PICK,
    ParcelState.TO_PACK,
    "half packed",
    "packed",
    ParcelState.TO_REPORT,
]


def bring_to(floor: Floor, step: str) -> ParcelRow:
    """The order's one parcel at this step of the work, with a number from to_pick on."""
    work = floor.bench.work
    (row,) = floor.parcels()
    with work.db.write() as tx:
        if step == ParcelState.TO_CHECK:
            tx.execute(update(parcels).where(parcels.c.id == row.id).values(state=step))
            return row
    if step == ParcelState.TO_LABEL:
        return row
    by_person.settle_by_person(work, row.id, NUMBER)
    if step == ParcelState.TO_REPORT:
        shipping.ship(work, parcel_ids=[row.id], unpacked=True)
        return row
    at = ParcelState.TO_PICK if step == ParcelState.TO_PICK else ParcelState.TO_PACK
    with work.db.write() as tx:
        tx.execute(update(parcels).where(parcels.c.id == row.id).values(state=at))
        if step in {"half packed", "packed"}:
            pieces = parcel_lines.c.quantity if step == "packed" else 1
            tx.execute(
                update(parcel_lines)
                .where(parcel_lines.c.parcel_id == row.id)
                .values(scanned=pieces)
            )
    return row


def refund_everything(floor: Floor) -> None:
    """What the platform agrees to by itself in seconds: no open case is ever seen."""
    order = floor.shop.order_data(floor.seed.order_id)
    for line in order["order_detail"]["product_infos"]:
        asked = floor.shop.open_aftersale(
            floor.seed.order_id, line["product_id"], line["sku_id"], int(line["sku_cnt"])
        )
        floor.shop.finish_refund(asked, refund_reason=4)


@pytest.mark.parametrize("step", STEPS)
def test_an_open_request_keeps_the_parcel_where_it_is(floor: Floor, step: str) -> None:
    bring_to(floor, step)
    floor.bench.clock.advance(30)
    asked = floor.ask()
    floor.sync()
    (held,) = floor.parcels()
    assert HoldCode.REFUND in held.holds
    numbered = step not in {ParcelState.TO_CHECK, ParcelState.TO_LABEL}
    assert held.waybill == (NUMBER if numbered else "")  # it may still be needed
    outbox.drain(floor.bench.work, everything=True)
    assert floor.shop.shipments(floor.seed.order_id) == []
    floor.bench.clock.advance(30)
    floor.shop.withdraw_aftersale(asked)
    floor.sync()
    (free,) = floor.parcels()
    assert HoldCode.REFUND not in free.holds
    assert integrity.check(floor.bench.work).broken == ()


@pytest.mark.parametrize("step", STEPS)
def test_goods_refunded_in_seconds_take_the_parcel_away_and_the_number_back(
    floor: Floor, step: str
) -> None:
    row = bring_to(floor, step)
    floor.bench.clock.advance(30)
    refund_everything(floor)
    floor.sync()
    (gone,) = [p for p in floor.parcels() if p.id == row.id]
    work = floor.bench.work
    if step == ParcelState.TO_REPORT:  # sealed: it is held, and a person takes it back
        assert (gone.state, HoldCode.REFUND in gone.holds) == (ParcelState.TO_REPORT, True)
    else:
        assert gone.state == ParcelState.CANCELLED
        numbered = step not in {ParcelState.TO_CHECK, ParcelState.TO_LABEL}
        assert len(messages(floor.bench, "void")) == int(numbered)
        assert packing.open_parcel(work, NUMBER).verdict in {"held", "unknown"}
    outbox.drain(work, everything=True)
    assert floor.shop.shipments(floor.seed.order_id) == []
    with work.db.read() as tx:
        left = tx.execute(
            select(parcels.c.waybill_id).where(
                parcels.c.id == row.id, parcels.c.state == ParcelState.CANCELLED
            )
        ).scalar()
    assert left is None
    assert integrity.check(work).broken == ()
