"""Scenes of labels and their balances for ``desk_pictures``."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from PySide6.QtCore import QDeadlineTimer
from PySide6.QtWidgets import QApplication

from app.carriers.problems import problem
from app.domain.address import Address
from app.domain.waybills import ProblemClass
from app.jobs import CancelToken
from app.services.carriers import states
from app.services.numbers import labelling, voiding
from app.services.orders import details, queries, receiver_correction
from app.services.parcels.parcel_queries import parcel_rows
from app.services.printing import printing, rolls
from app.services.telling import outbox
from app.services.waves import wave_views, waves
from app.simulators.printers.mechanism import PrinterFaults
from tests.ui.stage import Stage
from ui.pages.bench.window import BenchWindow
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


def _direct(stage: Stage) -> str:
    """A numbered wave of labels that we draw."""
    work = stage.bench.work
    rows = [p.id for p in wave_views.loose_rows(work) if p.route == "direct"]
    wave = waves.create(work, only=rows).id
    labelling.label_wave(work, wave)
    return wave


def _begin(stage: Stage, faults: PrinterFaults) -> WavesPage:
    stage.bench.world.printers["bench-1"].set_faults(faults)
    wave = _direct(stage)
    page = _waves(stage)
    stage.product.makings.wave_job.start(wave)
    limit = QDeadlineTimer(6_000)
    while not page.sheet.held.isVisible() and not limit.hasExpired():
        QApplication.processEvents()
    for _ in range(40):
        QApplication.processEvents()
    return page


def held_run(stage: Stage) -> None:
    """The roll is empty before the wave begins."""
    _begin(stage, PrinterFaults(labels_left=0, paper_end_seen_at_once=True))


def asked_run(stage: Stage) -> None:
    """The roll ended in the middle: one label is in doubt, a wrong code was scanned."""
    page = _begin(stage, PrinterFaults(labels_left=4, paper_end_seen_at_once=True))
    page.scanned("7712345678901")


def mute_run(stage: Stage) -> None:
    """A printer that says nothing back, and a roll that is too short for what is left."""
    work = stage.bench.work
    wave = _direct(stage)
    numbers = [p.waybill for p in wave_views.wave_sheet(work, wave).parcels if p.waybill]
    stage.bench.world.printers["bench-1"].set_faults(PrinterFaults(mute=True))
    cancel = CancelToken()
    printing.print_wave(
        work, wave, cancel=cancel, progress=lambda s: cancel.cancel() if s.done > 4 else None
    )
    rolls.new_roll(work, "bench-1", 2)
    page = _waves(stage)
    page.sheet.table.set_current(None)
    assert numbers
    stage.settle()


def _printed(stage: Stage) -> list[str]:
    """Numbers of a printed wave; the first label was printed again, twice."""
    work = stage.bench.work
    wave = _direct(stage)
    printing.print_wave(work, wave)
    numbers = [p.waybill for p in wave_views.wave_sheet(work, wave).parcels if p.printed]
    printing.reprint(work, numbers[0], "撕坏了")
    printing.reprint(work, numbers[0], "没打清楚")
    printing.reprint(work, numbers[1], "打丢了")
    return numbers


def label_window(stage: Stage) -> None:
    number = _printed(stage)[0]
    page = _waves(stage)
    page.labels.open(number)
    stage.settle()


def reprint_question(stage: Stage) -> None:
    number = _printed(stage)[0]
    page = _waves(stage)
    page.labels.question.ask(number)
    stage.settle()


def reprints_tab(stage: Stage) -> None:
    _printed(stage)
    page = _waves(stage)
    page.tabs.choose("reprints")
    stage.settle()
    page.reprint_tab.table.set_current(page.reprint_tab.table.rows.ids[0])
    page.reprint_tab._row_chosen(page.reprint_tab.table.rows.ids[0])
    stage.settle()


def order_with_label(stage: Stage) -> None:
    """The drawer of an order whose label is printed."""
    _printed(stage)
    (parcel,) = parcel_rows(
        stage.bench.work, [p.id for p in _sheet_parcels(stage) if p.printed][:1]
    )
    order = queries.find_order(stage.bench.work, parcel.orders[0])
    stage.product.window.go("orders")
    stage.orders.open_order(order)
    stage.settle()
    stage.scroll(0.5)


def _sheet_parcels(stage: Stage) -> tuple[wave_views.WaveParcel, ...]:
    (wave,) = details.waves_list(stage.bench.work)
    return wave_views.wave_sheet(stage.bench.work, wave.id).parcels


def bench_label(stage: Stage) -> None:
    """The label of the open parcel, over the bench."""
    number = _printed(stage)[0]
    stage.product.window.go("bench")
    bench = stage.product.window.page("bench")
    assert isinstance(bench, BenchWindow)
    bench.resize(1440, 900)
    bench.scanned(number)
    stage.settle()
    bench.labels.open(number)
    stage.settle()
