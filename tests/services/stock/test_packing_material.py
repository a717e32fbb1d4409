"""Boxes are used up with parcels, teach weights, and what is mixed up at the bench is counted."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from app.domain.errors import UserError
from app.domain.states import MoveKind, Route, Verdict
from app.services import integrity
from app.services.numbers.labelling import label_parcels
from app.services.parcels import packing, unshipping
from app.services.parcels.shipping import ship
from app.services.printing.printing import print_parcels
from app.services.stock import goods, packing_material, stock, weights
from app.store.tables import look_alikes, parcel_lines, parcels, skus, stock_balances
from tests.services import truth
from tests.support.fake_printer import with_fake_printers
from tests.support.warehouse import Bench

pytestmark = pytest.mark.synced
BOX = {"kind": "packing", "length_mm": 300, "width_mm": 200, "height_mm": 150, "weight_g": 80}


@pytest.fixture
def parcel_id(bench: Bench) -> str:
    """A parcel with a label on it that holds pieces of one SKU."""
    ids = [row.id for row in truth.ready(bench, Route.PLATFORM, "zto")]
    chosen = next(i for i in ids if len(contents(bench, i)) == 1)
    label_parcels(bench.work, [chosen])
    work, _ = with_fake_printers(bench.work)
    print_parcels(work, [chosen])
    return chosen


def contents(bench: Bench, parcel_id: str) -> dict[str, int]:
    with bench.work.db.read() as tx:
        rows = tx.execute(
            select(parcel_lines.c.sku_id, parcel_lines.c.quantity).where(
                parcel_lines.c.parcel_id == parcel_id, parcel_lines.c.quantity > 0
            )
        ).all()
    return {r.sku_id: r.quantity for r in rows}


def boxes_left(bench: Bench) -> int:
    with bench.work.db.read() as tx:
        query = (
            select(stock_balances.c.on_hand)
            .join(skus, skus.c.id == stock_balances.c.sku_id)
            .where(skus.c.code == "BOX-3")
        )
        return int(tx.execute(query).scalar_one())


def test_a_box_is_used_up_once_comes_back_and_never_stops_a_parcel(
    bench: Bench, parcel_id: str
) -> None:
    goods.create(bench.work, "BOX-3", BOX)
    packing_material.say_box(bench.work, parcel_id, "BOX-3")
    for left in (-1, -1):
        assert [r.result for r in ship(bench.work, parcel_ids=[parcel_id], unpacked=True)] == [
            "shipped"
        ]
        ship(bench.work, parcel_ids=[parcel_id], unpacked=True)
        assert boxes_left(bench) == left
        assert packing_material.materials(bench.work)[0].count_it
        assert integrity.check(bench.work).broken == ()
        unshipping.unship(bench.work, parcel_id, "wrong box")
        assert boxes_left(bench) == 0
    kinds = [m.kind for m in stock.moves(bench.work, "BOX-3")]
    assert kinds == [MoveKind.USE] * 4
    assert integrity.check(bench.work).broken == ()


def test_a_box_is_chosen_by_size_among_those_that_are_there(bench: Bench, parcel_id: str) -> None:
    goods.create(bench.work, "BOX-3", BOX)
    goods.create(bench.work, "BOX-1", {**BOX, "length_mm": 100, "width_mm": 100, "height_mm": 60})
    for code in ("BOX-1", "BOX-3"):
        stock.receive(bench.work, code, 5)
    assert packing_material.suggest(bench.work, parcel_id) is None  # no size is known
    (sku_id,) = contents(bench, parcel_id)
    with bench.work.db.write() as tx:
        tx.execute(
            update(skus).where(skus.c.id == sku_id).values(length_mm=150, width_mm=40, height_mm=40)
        )
    found = packing_material.suggest(bench.work, parcel_id)
    assert found is not None
    assert found.sku == "BOX-3"


def test_only_packing_material_is_a_box(bench: Bench, parcel_id: str) -> None:
    code = stock.list_stock(bench.work)[0].sku
    with pytest.raises(UserError) as caught:
        packing_material.say_box(bench.work, parcel_id, code)
    assert caught.value.code == "not_packing"


def test_a_weighed_parcel_of_one_item_teaches_its_weight(bench: Bench, parcel_id: str) -> None:
    goods.create(bench.work, "BOX-3", BOX)
    packing_material.say_box(bench.work, parcel_id, "BOX-3")
    ((sku_id, pieces),) = contents(bench, parcel_id).items()
    with bench.work.db.write() as tx:
        code = tx.execute(select(skus.c.code).where(skus.c.id == sku_id)).scalar_one()
    weights.weigh(bench.work, code, 520, replace=True)
    opened = packing.open_parcel(bench.work, truth.parcel(bench, parcel_id).waybill).parcel
    assert opened is not None
    assert opened.expected_weight_g == 520 * pieces + 80
    packing.scan(bench.work, opened, code, nonce="all", quantity=pieces)
    packing.close(bench.work, opened, 530 * pieces + 80)
    since = bench.work.now()
    assert [weights.learn_from_parcels(bench.work, since) for _ in range(2)] == [1, 0]
    after = goods.details(bench.work, code)
    assert (after.weight_g, after.weight_samples) == (525, 2)


def test_a_wrong_scan_is_counted_once_for_the_pair(bench: Bench, parcel_id: str) -> None:
    opened = packing.open_parcel(bench.work, truth.parcel(bench, parcel_id).waybill).parcel
    assert opened is not None
    mine = opened.lines[0].item
    other = next(r.sku for r in stock.list_stock(bench.work) if r.sku != mine.code)
    for _ in range(2):  # told twice, it counts once
        wrong = packing.scan(bench.work, opened, other, nonce="w").verdict
        assert wrong in {Verdict.WRONG_ITEM, Verdict.WRONG_VARIANT}
    with bench.work.db.read() as tx:
        (pair,) = tx.execute(select(look_alikes)).all()
        chosen = tx.execute(select(parcels.c.state).where(parcels.c.id == parcel_id)).scalar_one()
    assert {pair.sku_id, pair.other_id} >= {mine.sku_id}
    assert (pair.mistaken, pair.set_by) == (1, "")
    assert chosen == "to_pack"
