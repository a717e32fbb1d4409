"""Gifts, cards, goods made to order, inspections and presales: what makes an order special."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.domain.states import HoldCode, HoldScope, OrderStatus, ParcelState, Route
from app.services.numbers.labelling import label_wave
from app.services.orders import details, holding, queries
from app.services.orders.queries import OrderRow
from app.services.parcels import checking
from app.services.parcels.slip_content import slip as slip_of
from app.services.printing import label_content
from app.services.sync import syncing
from app.services.waves import picking
from app.simulators.seed_orders import SeedOrder
from app.store.tables import holds, order_lines, orders, waybills
from tests.printing.reading import text_of
from tests.services import truth
from tests.support.warehouse import Bench

pytestmark = pytest.mark.synced


def row_of(bench: Bench, seed: SeedOrder) -> OrderRow:
    our_id = queries.find_order(bench.work, seed.order_id)
    assert our_id is not None
    (row,) = queries.order_rows(bench.work, [our_id])
    return row


def release(bench: Bench, parcel_id: str) -> None:
    with bench.work.db.write() as tx:
        holding.release_by_person(tx, bench.work, parcel_id)
    checking.recheck(bench.work)


def resync(bench: Bench, seed: SeedOrder) -> None:
    bench.clock.advance(30)
    order = bench.world.shops[seed.shop].orders[seed.order_id]
    order.touch(bench.clock.now().timestamp())
    syncing.sync_shop(bench.work, seed.shop)


def test_a_gift_waits_for_its_recipient_and_then_goes_on(bench: Bench) -> None:
    seed = bench.seed("gift_pending")
    assert row_of(bench, seed).holds == (HoldCode.GIFT_PENDING,)
    bench.clock.advance(30)
    receiver = bench.seed("ordinary").receiver
    bench.world.shops[seed.shop].accept_gift(seed.order_id, receiver)
    syncing.sync_shop(bench.work, seed.shop)
    row = row_of(bench, seed)
    assert (row.status, row.stage, row.holds) == (OrderStatus.PAID, ParcelState.TO_LABEL, ())
    assert row.carrier


def test_no_paper_of_a_gift_shows_a_price(bench: Bench) -> None:
    """Label, slip and pick list are drawn, and read back as a viewer reads them."""
    seed = bench.seed("gift_pending")
    truth.change_shop(bench, seed.shop, label_route=Route.DIRECT)
    bench.sync()
    bench.world.shops[seed.shop].accept_gift(seed.order_id, bench.seed("ordinary").receiver)
    bench.clock.advance(30)
    syncing.sync_shop(bench.work, seed.shop)
    (parcel_id,) = row_of(bench, seed).parcels
    wave = bench.wave(only=[parcel_id])
    assert [r.result for r in label_wave(bench.work, wave)] == ["issued"]
    with bench.work.db.read() as tx:
        waybill = tx.execute(select(waybills).where(waybills.c.parcel_id == parcel_id)).one()
        label = label_content.label_of(tx, bench.work, waybill)
        order = tx.execute(select(orders).where(orders.c.order_id == seed.order_id)).one()
        lines = tx.execute(select(order_lines).where(order_lines.c.order_id == order.id)).all()
    paper = bench.work.outside.stationery
    slip = slip_of(bench.work, parcel_id)
    texts = {
        "slip": text_of(paper.slip_pdf(slip, "76x130")),
        "label": text_of(paper.labels_pdf([label], "76x130")),
        "list": text_of(paper.pick_list_pdf(picking.pick_list(bench.work, wave))),
    }
    assert seed.order_id in texts["slip"]
    assert waybill.number in texts["label"].replace("-", "")
    secret = {
        order.paid_fen,
        order.freight_fen,
        *(n for x in lines for n in (x.paid_fen, x.unit_price_fen)),
    }
    assert max(secret) > 0
    for name, text in texts.items():
        assert "¥" not in text, name
        assert "￥" not in text, name
        assert not re.search(r"\d\s*元", text), name
        for fen in secret - {0}:
            assert f"{fen / 100:.2f}" not in text, name
            assert not re.search(rf"(?<!\d){fen}(?!\d)", text), name


@pytest.mark.parametrize(
    ("kind", "shown"),
    [
        ("greeting_card", "新年快乐，身体健康！"),
        ("made_to_order", "岁岁平安"),
        ("inspection", "Inspection: still to be entered"),
        ("serials", "serial numbers wanted"),
        ("dropship", "a part is sent by a supplier"),
    ],
)
def test_what_is_special_is_shown_and_held(bench: Bench, kind: str, shown: str) -> None:
    detail = details.order_detail(bench.work, bench.seed(kind).order_id)
    (hold,) = (h for h in detail.holds if h.code == HoldCode.SPECIAL)
    assert hold.releasable
    told = f"{detail.greeting} {detail.custom_work} {detail.inspection} {hold.evidence}"
    assert shown in told
    assert detail.serials_wanted is (kind == "serials")
    assert detail.dropship is (kind == "dropship")


def test_a_picture_to_be_printed_on_the_goods_comes_along(bench: Bench) -> None:
    seed = bench.seed("ordinary")
    order = bench.world.shops[seed.shop].orders[seed.order_id]
    order.detail["custom_info"] = {"custom_type": 2, "custom_img_url": "https://a.invalid/1.png"}
    resync(bench, seed)
    detail = details.order_detail(bench.work, seed.order_id)
    assert detail.custom_work == "https://a.invalid/1.png"
    (hold,) = detail.holds
    assert hold.evidence["custom"] == "https://a.invalid/1.png"


def test_a_released_inspection_is_held_again_when_it_fails(bench: Bench) -> None:
    seed = bench.seed("inspection")
    (parcel_id,) = row_of(bench, seed).parcels
    release(bench, parcel_id)
    resync(bench, seed)
    assert row_of(bench, seed).holds == ()
    order = bench.world.shops[seed.shop].orders[seed.order_id]
    order.delivery["quality_inspect_info"]["inspect_status"] = 201
    resync(bench, seed)
    assert row_of(bench, seed).holds == (HoldCode.SPECIAL,)
    assert str(details.order_detail(bench.work, seed.order_id).inspection) == "Inspection: failed"


def test_every_presale_line_waits_for_its_own_day(bench: Bench) -> None:
    seed = bench.seed("multi_gift")
    now_s = int(bench.clock.now().timestamp())
    order = bench.world.shops[seed.shop].orders[seed.order_id]
    for line, days in zip(order.lines[:2], (2, 5), strict=True):
        line["sku_deliver_info"] = {
            "stock_type": 1,
            "predict_delivery_time": str(now_s + days * 86400),
        }
    resync(bench, seed)
    assert held_lines(bench, seed) == 2
    for days, left in ((3, 1), (3, 0)):
        bench.clock.advance(hours=24 * days)
        checking.recheck(bench.work)
        assert held_lines(bench, seed) == left
    assert row_of(bench, seed).stage == ParcelState.TO_LABEL


def held_lines(bench: Bench, seed: SeedOrder) -> int:
    our_id = row_of(bench, seed).id
    lines = select(order_lines.c.id).where(order_lines.c.order_id == our_id)
    with bench.work.db.read() as tx:
        rows = tx.execute(
            select(holds.c.id).where(
                holds.c.scope == HoldScope.LINE,
                holds.c.code == HoldCode.PRESALE,
                holds.c.order_line_id.in_(lines),
                holds.c.cleared_at.is_(None),
            )
        ).all()
    return len(rows)


# trap 9
def test_an_order_without_deadline_gets_the_usual_one(bench: Bench) -> None:
    seed = bench.seed("ordinary")
    order = bench.world.shops[seed.shop].orders[seed.order_id]
    for line in order.lines:
        del line["delivery_deadline"]
    resync(bench, seed)
    row = row_of(bench, seed)
    assert row.paid_at is not None
    assert row.deadline_at == row.paid_at + timedelta(hours=48)


# trap 7
@pytest.mark.parametrize("number", [190, 200, 250])
def test_a_paid_order_that_is_cancelled_gives_back_what_it_held(bench: Bench, number: int) -> None:
    seed = bench.seed("ordinary")
    order = bench.world.shops[seed.shop].orders[seed.order_id]
    order.status = number
    resync(bench, seed)
    row = row_of(bench, seed)
    assert (row.status, row.stage, row.parcels) == ("cancelled", ParcelState.CANCELLED, ())
    assert row.paid_at is not None


# trap 29
def test_an_unusual_masked_name_goes_through_list_and_slip(bench: Bench) -> None:
    seed = bench.seed("ordinary")
    order = bench.world.shops[seed.shop].orders[seed.order_id]
    order.delivery["address_info"]["user_name"] = "୧🍵**"
    resync(bench, seed)
    row = row_of(bench, seed)
    assert row.receiver_name == "୧🍵**"
    found = queries.order_ids(bench.work, queries.OrderFilter(search="୧🍵"))
    assert found == [row.id]
    slip = slip_of(bench.work, row.parcels[0])
    assert bench.work.outside.stationery.slip_pdf(slip, "76x130").startswith(b"%PDF")
