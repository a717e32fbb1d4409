"""Scenes of labels and their balances for ``desk_pictures``."""

from __future__ import annotations

from collections import Counter

from app.services.numbers import labelling, voiding
from app.services.orders import queries
from app.services.parcels.parcel_queries import parcel_rows
from app.services.telling import outbox
from app.services.waves import wave_views, waves
from tests.ui.stage import Stage
from ui.pages.waves.page import WavesPage


def _low(stage: Stage) -> list[str]:
    """Two labels left in the busiest franchise account; the parcels that want one of it."""
    loose = [p for p in wave_views.loose_rows(stage.bench.work) if p.route == "platform"]
    wanted = Counter((p.shop, p.account) for p in loose)
    key = wanted.most_common(1)[0][0]
    for account in stage.bench.world.shops[key[0]].accounts:
        if account.acct_id == key[1]:
            account.available = 2
    stage.bench.clock.advance(minutes=10)
    return [p.id for p in loose if (p.shop, p.account) == key]


def _waves(stage: Stage) -> WavesPage:
    stage.product.window.go("waves")
    page = stage.product.window.page("waves")
    assert isinstance(page, WavesPage)
    stage.settle()
    return page


def low_balance_question(stage: Stage) -> None:
    _low(stage)
    _waves(stage).new_wave()
    stage.settle()


def low_balance_at_once(stage: Stage) -> None:
    """P in the list of orders."""
    parcels = set(_low(stage))
    page = stage.orders
    page.tabs.choose("to_label")
    stage.settle()
    rows = queries.order_rows(stage.bench.work, [str(i) for i in page.table.rows.ids])
    page.table.selection.select_only([r.id for r in rows if parcels & set(r.parcels)])
    stage.settle()
    page.act("print")
    stage.settle()


def low_balance_sheet(stage: Stage) -> None:
    waves.create(stage.bench.work, only=_low(stage))
    _waves(stage)


def balances_tab(stage: Stage) -> None:
    """One number that the carrier keeps, one on its way back."""
    work = stage.bench.work
    loose = [p for p in wave_views.loose_rows(work) if p.route == "platform"][:3]
    labelling.label_parcels(work, [p.id for p in loose])
    numbers = [row.waybill for row in parcel_rows(work, [p.id for p in loose])]
    stage.bench.world.shops[loose[0].shop].pick_up(numbers[0])
    voiding.cancel_waybill(work, numbers[0])
    outbox.drain(work)
    voiding.cancel_waybill(work, numbers[1])
    _low(stage)
    stage.bench.sync()
    _waves(stage).tabs.choose("balance")
    stage.settle()
