"""The fee is estimated with the number and anew when the parcel is weighed."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app.domain.address import Address
from app.domain.states import Route
from app.services.money import fees
from app.services.numbers import labelling
from app.services.orders import details, receiver_correction
from app.services.parcels import weighing
from app.services.parcels.parcel_queries import parcel_rows
from app.services.stock import importing
from app.store.tables import parcel_lines, parcels, skus, waybill_fees
from tests.services import truth
from tests.services.money.test_choice import apply
from tests.support.warehouse import Bench

_URUMQI = Address(
    name="周小满",
    phone="13900000009",
    province="新疆",
    city="乌鲁木齐市",
    district="天山区",
    street="新华街道",
    address="光明路 8 号",
)
PRICES = """
[[price]]
name = "all of them"
account = "{carrier}"
packaging_g = 100
zones = [
  {{ name = "rest", first_g = 1000, first_fen = 400, further_g = 1000, further_fen = 150 }},
]
"""


@pytest.mark.synced
def test_the_estimate_is_kept_with_the_number_and_follows_the_scale(bench: Bench) -> None:
    apply(bench, "".join(PRICES.format(carrier=c) for c in ("zto",)))
    wave, rows = bench.labelled_wave()
    numbered = [r.parcel for r in rows if r.ok]
    with bench.work.db.read() as tx:
        ours = tx.execute(
            select(parcels).where(parcels.c.id.in_(numbered), parcels.c.carrier == "zto")
        ).all()
        others = tx.execute(
            select(parcels).where(parcels.c.id.in_(numbered), parcels.c.carrier != "zto")
        ).all()
        kept = {r.waybill_id: r for r in tx.execute(select(waybill_fees))}
    assert ours
    assert others
    assert set(kept) == {p.waybill_id for p in ours}
    for parcel in ours:
        row = kept[parcel.waybill_id]
        assert row.weight_g == (parcel.expected_weight_g or 500) + 100
        assert row.estimated_fen == 400 + 150 * max(0, -(-(row.weight_g - 1000) // 1000))
        assert (row.price_table, row.zone) == ("all of them", "rest")
    summed = details.wave_row(bench.work, wave).fees
    assert summed.priced == len(ours)
    assert summed.estimated_fen == sum(kept[p.waybill_id].estimated_fen for p in ours)
    assert summed.unpriced >= len(others)

    parcel = ours[0]
    with bench.work.db.write() as tx:
        tx.execute(
            parcels.update().where(parcels.c.id == parcel.id).values(packed_at=bench.work.now())
        )
    weighing.note_weight(bench.work, parcel.id, 2001)
    fee = fees.of_parcels(bench.work, [parcel.id])[parcel.id]
    assert fee.estimated_fen == 700


@pytest.mark.synced
def test_a_corrected_receiver_is_paid_for_before_and_after_weighing(bench: Bench) -> None:
    far = """
    [[price]]
    name = "far"
    account = "sf"
    zones = [
      { name = "rest", first_g = 9000, first_fen = 400 },
      { name = "far", provinces = ["新疆"], first_g = 9000, first_fen = 2300 },
    ]
    """
    apply(bench, far)
    row = truth.ready(bench, Route.DIRECT, "sf")[0]
    assert fees.of_parcels(bench.work, [row.id])[row.id].zone == "rest"
    receiver_correction.correct(bench.work, row.id, _URUMQI)
    (carried,) = parcel_rows(bench.work, [row.id])
    assert carried.carrier == "sf"
    assert fees.of_parcels(bench.work, [row.id])[row.id].zone == "far"
    (labelled,) = labelling.label_parcels(bench.work, [row.id])
    assert labelled.ok
    with bench.work.db.write() as tx:
        tx.execute(
            parcels.update().where(parcels.c.id == row.id).values(packed_at=bench.work.now())
        )
    weighing.note_weight(bench.work, row.id, 800)
    fee = fees.of_parcels(bench.work, [row.id])[row.id]
    assert (fee.zone, fee.estimated_fen) == ("far", 2300)


@pytest.mark.synced
def test_a_parcel_without_a_number_is_estimated_while_one_looks(bench: Bench) -> None:
    wave = bench.wave()
    with bench.work.db.read() as tx:
        parcel = tx.execute(
            select(parcels).where(parcels.c.wave_id == wave, parcels.c.carrier == "zto")
        ).first()
    assert parcel is not None
    demo = fees.of_parcels(bench.work, [parcel.id])[parcel.id]
    assert demo.table == "中通协议价"
    apply(bench, PRICES.format(carrier="zto"))
    fee = fees.of_parcels(bench.work, [parcel.id])[parcel.id]
    assert fee.table != demo.table
    assert fee.estimated_fen is not None
    with bench.work.db.read() as tx:
        assert tx.execute(select(waybill_fees)).all() == []


@pytest.mark.synced
def test_weights_that_come_after_the_orders_count_for_parcels_without_a_number(
    bench: Bench,
) -> None:
    with bench.work.db.read() as tx:
        some = tx.execute(select(parcels.c.id).where(parcels.c.state == "to_label")).scalars()
        first = list(some)[:12]
    labelling.label_parcels(bench.work, first)
    with bench.work.db.read() as tx:
        before = {r.id: r for r in tx.execute(select(parcels))}
        counted = [
            {"sku": r.code, "name": r.name, "quantity": "500", "weight_g": "777"}
            for r in tx.execute(select(skus.c.code, skus.c.name))
        ]
        pieces = {
            row.parcel_id: row.pieces
            for row in tx.execute(
                select(parcel_lines.c.parcel_id, func.sum(parcel_lines.c.quantity).label("pieces"))
                .where(parcel_lines.c.sku_id.is_not(None))
                .group_by(parcel_lines.c.parcel_id)
            )
        }
    importing.import_rows(bench.work, counted)
    with bench.work.db.read() as tx:
        after = {r.id: r for r in tx.execute(select(parcels))}
    waiting = [p for p in after.values() if p.state == "to_label" and not p.waybill_id]
    numbered = [p for p in after.values() if p.waybill_id]
    assert waiting
    assert all(p.expected_weight_g == 777 * pieces[p.id] for p in waiting)
    assert numbered
    assert all(p.expected_weight_g == before[p.id].expected_weight_g for p in numbered)
