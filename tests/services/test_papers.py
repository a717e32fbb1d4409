"""Slips and pick lists: what goes with a parcel, on either database."""

from __future__ import annotations

import pytest

from app.domain.states import Route
from app.services.numbers.labelling import label_wave
from app.services.parcels.slip_content import slip as slip_of
from app.services.waves import picking
from tests.services import truth
from tests.support.fake_printer import with_fake_printers
from tests.support.warehouse import Bench

pytestmark = pytest.mark.synced


def test_the_slip_names_goods_and_orders_and_never_a_price(bench: Bench) -> None:
    row = truth.ready(bench, Route.PLATFORM, "zto")[0]
    wave = bench.wave(only=[row.id])
    label_wave(bench.work, wave)
    slip = slip_of(bench.work, row.id)
    assert slip.order_ids == row.orders
    assert slip.shop == bench.scenario.accounts.shop(row.shop).title
    assert slip.number == truth.parcel(bench, row.id).waybill
    assert sum(r.quantity for r in slip.rows) >= 1


def test_the_pick_list_holds_every_piece_of_the_wave_once(bench: Bench) -> None:
    rows = truth.ready(bench, Route.PLATFORM, "zto")[:4]
    wave = bench.wave(only=[r.id for r in rows])
    work, printers = with_fake_printers(bench.work)
    picking.print_pick_list(work, wave, "bench-2")
    (printed,) = [x for p in printers.values() for x in p.pick_lists]
    wanted = sum(r.quantity for row in rows for r in slip_of(bench.work, row.id).rows)
    assert sum(r.quantity for r in printed.rows) == wanted
