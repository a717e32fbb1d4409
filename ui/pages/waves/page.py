"""打单: the waves of the day, the running job, what stands in its way, label and pick list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout
from typing_extensions import override

from app.domain.errors import PackbenchError
from app.domain.labels import PickList
from app.domain.text import T, tr
from app.jobs import CancelToken, Progress
from app.ports import SendResult, Sent
from app.services import checking, details, outcomes, picking, previews, wave_views, waves
from app.services.details import WaveRow
from app.services.wave_views import LooseParcels, WaveParcel, WaveSheet
from app.services.workplace import Workplace
from ui.page import Page, PageTools
from ui.pages.orders.words import short_company, short_number, short_region
from ui.pages.waves import remedies, words
from ui.pages.waves.remedies import Failure, Fix, FixKind
from ui.pages.waves.wave_list import LIST_PX, SIDE_PX, LabelView, WaveList
from ui.theme_tokens import Tone, Type
from ui.wave_job import WaveJob
from ui.wave_run import Phase
from ui.widgets.buttons import Button, Kind, Size
from ui.widgets.card import Card, Hairline
from ui.widgets.dialog import Verb
from ui.widgets.drawer import ScrollColumn
from ui.widgets.fields import TextField
from ui.widgets.label import TextLabel
from ui.widgets.progress import ProgressBar, Stepper
from ui.widgets.states import EmptyAction, EmptyState

LANE = "waves-page"
_SHOWN_ROWS = 200


@dataclass(frozen=True, slots=True)
class _Loaded:
    rows: tuple[WaveRow, ...]
    loose: LooseParcels
    sheet: WaveSheet | None
    picks: PickList | None


class WavesPage(Page):
    """Everything about printing; the running job itself lives in ``WaveJob``."""

    topics: ClassVar[frozenset[str]] = frozenset({"waves", "parcels", "printers"})

    def __init__(self, tools: PageTools, work: Workplace, job: WaveJob) -> None:
        super().__init__(tools, tr("Print"))
        self.work = work
        self.job = job
        self._wave = ""
        self._loaded: _Loaded | None = None
        self._generation = 0
        self._previewed = ""
        self._typing: TextField | None = None
        self._new = Button(self.theme, tr("New wave"), kind=Kind.PRIMARY, icon="plus", key="N")
        self._new.clicked.connect(self.new_wave)
        self.head.add_button(self._new)
        self.list = WaveList(self.theme)
        self.list.chosen.connect(self.open_wave)
        self._build()
        job.changed.connect(self._job_changed)
        job.ended.connect(self._job_ended)

    def _build(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(0)
        left = ScrollColumn(self, padding=0, spacing=0)
        left.setFixedWidth(LIST_PX)
        left.body.addWidget(self.list)
        left.body.addStretch(1)
        row.addWidget(left)
        row.addWidget(Hairline(self.theme, vertical=True))
        self.middle = ScrollColumn(self, padding=24, spacing=16)
        row.addWidget(self.middle, 1)
        row.addWidget(Hairline(self.theme, vertical=True))
        self.side = ScrollColumn(self, padding=0, spacing=0)
        self.side.setFixedWidth(SIDE_PX)
        row.addWidget(self.side)
        self.content.addLayout(row, 1)
        self.label_view = LabelView(self.theme)

    # -- loading -------------------------------------------------------------------------

    @override
    def activated(self, argument: object = None) -> None:
        if isinstance(argument, str) and argument:
            self._wave = argument
        self.refresh(self.topics)
        self.list.setFocus()

    @Slot(str)
    def open_wave(self, wave_id: str) -> None:
        """Show another wave."""
        self._wave = wave_id
        self.refresh(self.topics)

    @override
    def refresh(self, topics: frozenset[str]) -> None:
        self._generation += 1
        generation, wanted = self._generation, self._wave

        def read(work: Workplace) -> _Loaded:
            rows = tuple(details.waves_list(work, days=2))
            ids = [r.id for r in rows]
            wave = wanted if wanted in ids else (ids[0] if ids else "")
            return _Loaded(
                rows,
                wave_views.loose_parcels(work),
                wave_views.wave_sheet(work, wave) if wave else None,
                picking.pick_list(work, wave) if wave else None,
            )

        def show(found: object) -> None:
            if generation == self._generation and isinstance(found, _Loaded):
                self._loaded = found
                self._wave = found.sheet.id if found.sheet else ""
                self._show()

        self._do(read, show)

    def _do(self, run: Callable[[Workplace], object], done: Callable[[object], None]) -> None:
        work = self.work

        def job(_progress: Progress, _cancel: CancelToken) -> object:
            return run(work)

        self.tools.jobs.run(LANE, job, name="waves", done=done, failed=self._failed, owner=self)

    @Slot(object)
    def _failed(self, error: PackbenchError) -> None:
        self.tools.shell.ask(
            str(error.message), str(error.remedy), [Verb("ok", tr("I see"), safe=True)]
        )

    @Slot(str)
    def _job_changed(self, _wave: str) -> None:
        if self._loaded is not None and self.isVisible():
            self._show()

    @Slot(str)
    def _job_ended(self, _wave: str) -> None:
        self.refresh(self.topics)

    # -- showing -------------------------------------------------------------------------

    def _show(self) -> None:
        found = self._loaded
        if found is None:
            return
        now = self.work.now()
        entries = tuple(words.entry_of(r, self.job.view(r.id), now) for r in found.rows)
        self.list.show_entries(entries, self._wave)
        self._new.set_disabled_reason("" if found.loose.count else tr("No order waits for a label"))
        self.middle.clear()
        self.side.clear()
        self.label_view = LabelView(self.theme)
        if found.sheet is None:
            self._show_empty(found.loose)
            return
        self._show_head(found.sheet)
        self._show_progress(found.sheet)
        self._show_failures(found.sheet)
        self._show_rows(found.sheet)
        self.middle.body.addStretch(1)
        self._show_side(found.sheet, found.picks)

    def _show_empty(self, loose: LooseParcels) -> None:
        count = loose.count
        text = tr("{n} orders can be printed", n=count) if count else tr("Nothing to print")
        actions = [EmptyAction("new", tr("New wave"), "plus", primary=True)] if count else []
        empty = EmptyState(
            self.theme, "printer", text, tr("A wave is printed and picked together"), actions
        )
        empty.acted.connect(self.new_wave)
        self.middle.body.addWidget(empty)

    def _show_head(self, sheet: WaveSheet) -> None:
        title = TextLabel(self.theme, words.wave_title(sheet.name), Type.RECORD_TITLE)
        self.middle.body.addWidget(title)
        fact = TextLabel(self.theme, words.wave_fact(sheet, self.work.now()), Type.BODY, "text2")
        self.middle.body.addWidget(fact)
        stepper = Stepper(self.theme)
        stepper.set_steps(words.steps_of(sheet, self.job.view(sheet.id)))
        self.middle.body.addWidget(stepper)

    def _show_progress(self, sheet: WaveSheet) -> None:
        run = self.job.view(sheet.id)
        counts = words.counts_of(sheet, run)
        card = Card(self.theme)
        busy = run is not None and run.busy
        word = tr("Printing labels") if busy else tr("Labels printed")
        card.body.addWidget(TextLabel(self.theme, word, Type.BODY, "text2"))
        row = QHBoxLayout()
        big = TextLabel(self.theme, f"{counts.printed} / {counts.total}", Type.COUNTDOWN)
        row.addWidget(big)
        row.addStretch(1)
        if run is not None and busy and run.seconds_left is not None:
            left = words.time_left_words(run.seconds_left)
            row.addWidget(TextLabel(self.theme, left, Type.CARD_TITLE))
        card.body.addLayout(row)
        bar = ProgressBar(self.theme)
        bar.set_progress(counts.printed, counts.failed, counts.total)
        card.body.addWidget(bar)
        foot = QHBoxLayout()
        where = " · ".join(f"{x.printer} {x.media}" for x in sheet.targets)
        foot.addWidget(TextLabel(self.theme, where, Type.CAPTION, "text3"), 1)
        self._progress_buttons(foot, sheet, counts, busy=busy)
        card.body.addLayout(foot)
        if run is not None and run.phase is Phase.STOPPED and run.stop is not None:
            stop = run.stop
            said = f"{stop.message or ''} {stop.remedy or ''}".strip()
            card.set_tone(Tone.ERR)
            card.body.addWidget(TextLabel(self.theme, said, Type.BODY, Tone.ERR))
        self.middle.body.addWidget(card)

    def _progress_buttons(
        self, foot: QHBoxLayout, sheet: WaveSheet, counts: words.Counts, *, busy: bool
    ) -> None:
        if busy:
            pause = Button(self.theme, tr("Pause"), icon="pause")
            pause.clicked.connect(self._pause)
            foot.addWidget(pause)
            rest = Button(self.theme, tr("Cancel the other {n}", n=counts.waiting))
            rest.clicked.connect(self._ask_cancel)
            foot.addWidget(rest)
        elif counts.waiting:
            go = Button(self.theme, tr("Get numbers and print"), kind=Kind.SOFT, icon="printer")
            go.clicked.connect(self._start)
            foot.addWidget(go)

    def _show_failures(self, sheet: WaveSheet) -> None:
        failures = remedies.failures_of(sheet)
        if not failures:
            return
        card = Card(self.theme, tone=Tone.ERR)
        title, rest = remedies.headline(sheet)
        row = QHBoxLayout()
        row.addWidget(TextLabel(self.theme, title, Type.CARD_TITLE, Tone.ERR))
        row.addWidget(TextLabel(self.theme, rest, Type.BODY, "text2"), 1)
        again = Button(self.theme, tr("Retry all"), kind=Kind.GHOST, size=Size.SMALL)
        again.clicked.connect(self._start)
        row.addWidget(again)
        card.body.addLayout(row)
        for failure in failures:
            card.body.addLayout(self._failure_row(failure))
        self.middle.body.addWidget(card)

    def _failure_row(self, failure: Failure) -> QHBoxLayout:
        row = QHBoxLayout()
        said = QVBoxLayout()
        said.setSpacing(0)
        said.addWidget(TextLabel(self.theme, failure.title, Type.NAV))
        said.addWidget(TextLabel(self.theme, failure.detail, Type.CAPTION, "text2"))
        row.addLayout(said, 1)
        offered = [f for f in failure.fixes if f.kind in _HANDLED]
        for n, fix in enumerate(offered[:3]):
            button = Button(self.theme, fix.text, kind=Kind.DEFAULT if n else Kind.SOFT)
            button.clicked.connect(self._fixer(failure, fix))
            row.addWidget(button)
        return row

    def _show_rows(self, sheet: WaveSheet) -> None:
        card = Card(self.theme, padding=12)
        for parcel in sheet.parcels[:_SHOWN_ROWS]:
            card.body.addLayout(self._parcel_row(sheet, parcel))
        self.middle.body.addWidget(card)

    def _parcel_row(self, sheet: WaveSheet, parcel: WaveParcel) -> QHBoxLayout:
        row = QHBoxLayout()
        for text, share, color in (
            (short_number(parcel.order_id), 3, "text"),
            (parcel.receiver, 2, "text"),
            (short_region(parcel.province, parcel.city, parcel.district), 3, "text2"),
            (short_company(parcel.carrier) if parcel.carrier else "", 2, "text"),
            (parcel.waybill, 4, "text2"),
        ):
            row.addWidget(TextLabel(self.theme, text, Type.BODY, color), share)
        run = self.job.view(sheet.id)
        now = run is not None and run.busy and run.current == parcel.id
        state = tr("Printing") if now else tr("Printed") if parcel.printed else tr("Waiting")
        color = "accent_text" if now else "text2"
        row.addWidget(TextLabel(self.theme, state, Type.BODY, color), 2)
        return row

    def _show_side(self, sheet: WaveSheet, picks: PickList | None) -> None:
        run = self.job.view(sheet.id)
        shown = run.current if run is not None and run.busy else ""
        numbered = [p for p in sheet.parcels if p.waybill]
        drawn = [p for p in numbered if p.route == "direct"] or numbered
        shown = shown or (drawn[0].id if drawn else "")
        self.side.body.addWidget(self.label_view)
        if shown:
            self._preview(shown)
        else:
            self.label_view.tell(None, tr("No label yet"))
        if picks is None:
            return
        column = Card(self.theme, radius=0, padding=20)
        title = tr("Pick list · {n} kinds", n=len(picks.rows))
        column.body.addWidget(TextLabel(self.theme, title, Type.CARD_TITLE))
        for item in picks.rows[:40]:
            row = QHBoxLayout()
            name = TextLabel(self.theme, f"{item.bin}  {item.name}", Type.BODY)
            row.addWidget(name, 1)
            row.addWidget(TextLabel(self.theme, f"×{item.quantity}", Type.NAV))
            column.body.addLayout(row)
        if not sheet.picked:
            done = Button(self.theme, tr("Picked"), icon="check")
            done.clicked.connect(self._picked)
            column.body.addWidget(done)
        paper = Button(self.theme, tr("Print the pick list"), icon="list-bullets")
        paper.clicked.connect(self._print_picks)
        column.body.addWidget(paper)
        self.side.body.addWidget(column)
        self.side.body.addStretch(1)

    def _preview(self, parcel_id: str) -> None:
        view = self.label_view

        def show(png: object) -> None:
            if view is self.label_view:
                found = png if isinstance(png, bytes) else None
                view.tell(found, tr("The platform's component draws this label"))

        self._do(lambda work: previews.label_png(work, parcel_id), show)

    # -- doing ---------------------------------------------------------------------------

    @override
    def key_pressed(self, letter: str) -> bool:
        if letter.upper() == "N" and self._new.isEnabled():
            self.new_wave()
            return True
        return False

    @Slot()
    def new_wave(self, _key: str = "") -> None:
        """A wave of everything that waits, most urgent first; numbers and labels at once."""

        def made(wave: object) -> None:
            if isinstance(wave, waves.Wave):
                self._wave = wave.id
                self.job.start(wave.id)
                self.refresh(self.topics)

        self._do(waves.create, made)

    @Slot()
    def _start(self) -> None:
        self.job.start(self._wave)

    @Slot()
    def _pause(self) -> None:
        self.job.pause(self._wave)

    @Slot()
    def _ask_cancel(self) -> None:
        dialog = self.tools.shell.ask(
            tr("Cancel the labels that are not printed?"),
            tr("Printed labels stay printed, numbers are kept. The rest leaves the wave."),
            [Verb("keep", tr("Go on printing"), safe=True), Verb("cancel", tr("Cancel the rest"))],
        )
        dialog.chosen.connect(self._cancel_answered)

    @Slot(str)
    def _cancel_answered(self, verb: str) -> None:
        if verb == "cancel":
            self.job.cancel_rest(self._wave)

    @Slot()
    def _picked(self) -> None:
        wave = self._wave
        self._do(lambda work: picking.mark_picked(work, wave), self._reload)

    @Slot()
    def _print_picks(self) -> None:
        wave = self._wave
        self._do(lambda work: picking.print_pick_list(work, wave), self._picks_printed)

    @Slot(object)
    def _picks_printed(self, sent: object) -> None:
        if isinstance(sent, Sent) and sent.result in {SendResult.CONFIRMED, SendResult.SENT}:
            self.tools.shell.say(tr("The pick list is printed"), icon="printer")
        elif isinstance(sent, Sent):
            self._failed(PackbenchError("printer", sent.reason or _NOT_OUT, _LOOK))

    @Slot(object)
    def _reload(self, _done: object) -> None:
        self.refresh(self.topics)

    def _fixer(self, failure: Failure, fix: Fix) -> Callable[[], None]:
        return lambda failure=failure, fix=fix: self._fix(failure, fix)  # type: ignore[misc]  # values of this row

    def _fix(self, failure: Failure, fix: Fix) -> None:
        parcel, value = failure.parcel, fix.value
        match fix.kind:
            case FixKind.CARRIER:
                self._do(lambda work: checking.change_carrier(work, parcel, value), self._restart)
            case FixKind.REMOVE:
                self._do(lambda work: waves.remove(work, parcel), self._reload)
            case FixKind.LOST:
                self._do(lambda work: outcomes.settle_by_person(work, parcel, None), self._restart)
            case FixKind.GOOD_UP_TO:
                self.job.start(self._wave, resume_after=value)
            case FixKind.NOT_OUT:
                self.job.start(self._wave, again=value)
            case FixKind.ORDER:
                self.tools.shell.go("orders", failure.order_id)
            case _:
                self._start()

    @Slot(object)
    def _restart(self, _done: object) -> None:
        self._start()
        self.refresh(self.topics)


_HANDLED = {
    FixKind.CARRIER,
    FixKind.REMOVE,
    FixKind.LOST,
    FixKind.GOOD_UP_TO,
    FixKind.NOT_OUT,
    FixKind.RETRY,
}
_NOT_OUT = T("The pick list was not printed.")
_LOOK = T("Look at the printer, then print again.")
