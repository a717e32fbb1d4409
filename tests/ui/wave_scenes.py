"""Scenes of labels and their balances for ``desk_pictures``."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from app.carriers.problems import problem
from app.domain.address import Address
from app.domain.waybills import ProblemClass
from app.services.carriers import states
from app.services.numbers import labelling, voiding
from app.services.orders import queries, receiver_correction
from app.services.parcels.parcel_queries import parcel_rows
from app.services.telling import outbox
from app.services.waves import wave_views, waves
from tests.ui.stage import Stage
from ui.pages.waves.new_wave import NewWaveForm
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


_FAR = Address(
    name="周小满",
    phone="13900000009",
    province="广东省",
    city="深圳市",
    district="南山区",
    street="粤海街道",
    address="超区村 1 号",
)


def _to_be_looked_at(stage: Stage) -> list[str]:
    """A wave of SF parcels: one out of range, one with a short phone, one without a house."""
    work = stage.bench.work
    rows = [p.id for p in wave_views.loose_rows(work) if (p.route, p.carrier) == ("direct", "sf")]
    wrong = (
        _FAR,
        replace(_FAR, address="科兴路 8 号", phone="1390000000"),
        replace(_FAR, address="科兴路"),
    )
    for parcel, receiver in zip(rows, wrong, strict=False):
        receiver_correction.correct(work, parcel, receiver)
    waves.create(work, only=rows[:8])
    return rows


def checked_wave(stage: Stage) -> None:
    """What a check found before anything is asked for."""
    _to_be_looked_at(stage)
    _waves(stage)


def _with_wrong_ones(stage: Stage) -> WavesPage:
    """Two that would be refused and one that is doubtful, in no wave."""
    work = stage.bench.work
    rows = [p.id for p in wave_views.loose_rows(work) if (p.route, p.carrier) == ("direct", "sf")]
    phone = replace(_FAR, address="科兴路 8 号", phone="1390000000")
    for parcel, receiver in zip(
        rows, (phone, replace(_FAR, address="科兴路"), phone), strict=False
    ):
        receiver_correction.correct(work, parcel, receiver)
    page = _waves(stage)
    page.new_wave()
    stage.settle()
    return page


def new_wave_looked(stage: Stage) -> None:
    """The question of a new wave with what stands against its orders."""
    _with_wrong_ones(stage)


def loose_to_look_at(stage: Stage) -> None:
    """The same, opened."""
    _with_wrong_ones(stage)
    form = stage.product.window.findChild(NewWaveForm)
    assert form is not None
    form.look.review_wanted.emit()
    stage.settle()


def address_question(stage: Stage) -> None:
    """The editor, opened from a row of the wave."""
    rows = _to_be_looked_at(stage)
    page = _waves(stage)
    page.acts.address.ask(rows[1], "phone")
    stage.settle()


def refused_in_the_drawer(stage: Stage) -> None:
    """A phone number that was refused, with the button that helps; a corrected parcel."""
    rows = _to_be_looked_at(stage)
    labelling.label_parcels(stage.bench.work, rows[1:2])
    (parcel,) = parcel_rows(stage.bench.work, rows[1:2])
    order = queries.find_order(stage.bench.work, parcel.orders[0])
    stage.product.window.go("orders")
    stage.orders.open_order(order)
    stage.settle()


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


def direct_accounts(stage: Stage) -> None:
    """Calls of today, an account that was just bound, one whose keys are refused."""
    work = stage.bench.work
    labelling.label_parcels(
        work, [p.id for p in wave_views.loose_rows(work) if p.route == "direct"][:6]
    )
    states.bind(work, "zto")
    states.refresh(work, "zto")
    refused = problem("yunda", ProblemClass.ACCOUNT, "7100")
    states.note_refusal(work, "yunda", refused.kind, refused.message, refused.remedy, empty=False)
    page = _waves(stage)
    page.tabs.choose("balance")
    stage.settle()
    bar = page.balance_tab.verticalScrollBar()
    bar.setValue(bar.maximum())
    stage.settle()
