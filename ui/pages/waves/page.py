"""打单: the waves of the day, the running job, what stands in its way, label and pick list."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget
from typing_extensions import override

from app.domain.errors import PackbenchError
from app.domain.text import tr
from app.services.workplace import Workplace
from ui.label_window import LabelDoor
from ui.page import Page, PageTools
from ui.pages.waves import panel_facts, words
from ui.pages.waves.acting import WaveActs
from ui.pages.waves.balance_tab import BalanceTab
from ui.pages.waves.balance_watch import BalanceWatch
from ui.pages.waves.empty import no_wave
from ui.pages.waves.held_watch import HeldWatch
from ui.pages.waves.label_place import LabelPlace
from ui.pages.waves.loader import Loaded, OtherTabs, WaveLoader
from ui.pages.waves.look_watch import LookWatch
from ui.pages.waves.other_tabs import LooseTab
from ui.pages.waves.paper_menu import PaperMenu
from ui.pages.waves.printer_watch import PrinterWatch
from ui.pages.waves.reach_watch import ReachWatch
from ui.pages.waves.reprint_tab import ReprintTab
from ui.pages.waves.sheet_view import SheetView
from ui.pages.waves.side_panel import SidePanel
from ui.pages.waves.wave_list import WaveList
from ui.paint_status import Severity
from ui.sounds import Cue
from ui.wave_job import WaveJob
from ui.wave_run import Phase
from ui.widgets.banner import Notice
from ui.widgets.buttons import Button, Kind
from ui.widgets.card import Hairline
from ui.widgets.states import EmptyState, SkeletonRows
from ui.widgets.tabs import Tab, Tabs

_LIST_PX, _SIDE_PX = 264, 298
_TIGHT_PX, _TIGHT_LIST_PX, _TIGHT_SIDE_PX = 1200, 228, 264


class WavesPage(Page):
    """Everything about printing; the running job itself lives in ``WaveJob``."""

    topics: ClassVar[frozenset[str]] = frozenset(
        {"waves", "parcels", "orders", "printers", "stock", "shops", "outbox"}
    )

    def __init__(self, tools: PageTools, work: Workplace, job: WaveJob) -> None:
        super().__init__(tools, tr("Print"))
        self.work, self.job = work, job
        self._wave = ""
        self._loaded: Loaded | None = None
        self._others: OtherTabs | None = None
        self._loader = WaveLoader(work, tools.jobs, self)
        self.acts = WaveActs(tools, work, job, self.banners, self)
        self._new = Button(self.theme, tr("New wave"), kind=Kind.PRIMARY, icon="plus", key="N")
        self._new.clicked.connect(self.new_wave)
        self.head.add_button(self._new)
        self.tabs = Tabs(self.theme, self._tab_list())
        self.tabs.chosen.connect(self._tab_chosen)
        self.content.addWidget(self.tabs)
        self.list = WaveList(self.theme)
        self.sheet = SheetView(self.theme, tools.pictures)
        self.side = SidePanel(self.theme, tools.pictures)
        self.label = LabelPlace(self.side, self._loader)
        self.loose_tab = LooseTab(self.theme, tools.pictures)
        self.labels = LabelDoor(work, tools, self)
        self.reprint_tab = ReprintTab(work, tools, self.labels)
        self.printers = PrinterWatch(self._loader, self.head.chip, self)
        self.papers = PaperMenu(work, tools, self.sheet.more, self.acts)
        self.held = HeldWatch(work, job, self.acts, self.sheet.held, self._loader)
        self.balance_tab = BalanceTab(self.theme)
        self.balances = BalanceWatch(
            work, tools, self.acts, self.sheet.shortage, self.balance_tab, self
        )
        self.reach = ReachWatch(work, tools.jobs, self)
        self.reach.changed.connect(self._show_now)
        self.looks = LookWatch(work, tools, self.acts, self.loose_tab, self)
        self._build()
        self._connect()

    def _build(self) -> None:
        self._body = QWidget()
        row = QHBoxLayout(self._body)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for part in (
            self.list,
            Hairline(self.theme, vertical=True),
            self.sheet,
            Hairline(self.theme, vertical=True),
            self.side,
        ):
            row.addWidget(part, 1 if part is self.sheet else 0)
        self._stack = QStackedWidget(self)
        self._skeleton = SkeletonRows(self.theme)
        self._empty: EmptyState | None = None
        tabs = (self.loose_tab, self.reprint_tab, self.balance_tab)
        for widget in (self._skeleton, self._body, *tabs):
            self._stack.addWidget(widget)
        self.content.addWidget(self._stack, 1)

    def _connect(self) -> None:
        self.list.chosen.connect(self.open_wave)
        self.list.new_wanted.connect(self.new_wave)
        self.sheet.panel.acted.connect(self._panel_acted)
        self.sheet.failures.fixed.connect(self.acts.fix)
        self.sheet.failures.retry_wanted.connect(self._retry)
        self.sheet.table.current_changed.connect(self._row_chosen)
        self.side.print_wanted.connect(self.acts.print_list)
        self.side.picked_wanted.connect(self.acts.mark_picked)
        self.side.reprint_wanted.connect(self._reprint)
        self.side.label_wanted.connect(self._enlarge)
        self.labels.question.failed.connect(self.acts.show_error)
        self.printers.changed.connect(self._show_now)
        self.reprint_tab.chosen.connect(self._share_blue)
        self.loose_tab.wave_wanted.connect(self.acts.create_of)
        self.loose_tab.table.selection.changed.connect(self._share_blue)
        self.loose_tab.order_wanted.connect(self._open_order)
        self.looks.opened.connect(self.tabs.choose)
        self.acts.made.connect(self._wave_made)
        self.acts.left.connect(self.loose_tab.table.selection.select_only)
        self.acts.balance_wanted.connect(self._to_balance)
        self.banners.acted.connect(self.banners.take)
        self.job.changed.connect(self._job_changed)
        self.job.ended.connect(self._job_ended)

    def _tab_list(self) -> list[Tab]:
        found = self._loaded
        return [
            Tab("waves", tr("Waves"), len(found.rows) if found else None),
            Tab("loose", tr("In no wave"), found.loose.count if found else None),
            Tab("reprints", tr("Reprint")),
            Tab("balance", tr("Label balance")),
        ]

    # -- loading -----------------------------------------------------------------------------

    @override
    def activated(self, argument: object = None) -> None:
        if isinstance(argument, str) and argument:
            self.tabs.set_current("waves")
            self.open_wave(argument)

    @Slot(str)
    def open_wave(self, wave_id: str) -> None:
        """Show another wave."""
        if wave_id != self._wave:
            self._wave = wave_id
            self.sheet.verticalScrollBar().setValue(0)
            self.refresh(self.topics)

    @override
    def refresh(self, topics: frozenset[str]) -> None:
        if topics != {"outbox"}:
            self._loader.page(self._wave, self._show, self._unreadable)
        if self.tabs.current != "waves":
            self._loader.others(self._show_others)

    def _unreadable(self, error: PackbenchError) -> None:
        self.banners.put(
            Notice("read", Severity.PROBLEM, error.message, error.remedy, tr("Try again"))
        )

    def _show(self, found: Loaded) -> None:
        self._loaded = found
        self._wave = found.sheet.id if found.sheet is not None else ""
        self.acts.wave = self._wave
        self._show_now()
        self._ask_printers()

    @Slot()
    def _show_now(self) -> None:
        found = self._loaded
        if found is None:
            return
        now = self.work.now()
        self.tabs.set_tabs(self._tab_list())
        entries = [words.entry_of(r, self.job.view(r.id), now) for r in found.rows]
        note = words.loose_words(found.loose, now, busy=self.job.running())
        self.list.show_entries(entries, note)
        self.list.choose(self._wave)
        self._new.set_disabled_reason(
            None if found.loose.count else tr("No order waits for a label")
        )
        self._show_tab()
        if found.sheet is None:
            return
        run = self.job.view(found.sheet.id)
        outlook = panel_facts.Outlook(now, self.printers.states, found.rolls)
        shown = self.reach.checked(words.as_run_knows(found.sheet, run), run)
        self.held.show_wave(shown, run)
        self.printers.tell_holding(run.holding if run is not None else None)
        self.sheet.show_wave(shown, run, outlook)
        self.sheet.fit_held()
        self.balances.show_wave(found.sheet, run)
        self._share_blue()
        may_pick = any(p.printed for p in found.sheet.parcels) and not (run and run.busy)
        self.side.show_picks(found.picks, found.pictures, may_pick=may_pick)
        self._show_label()

    @Slot()
    def _share_blue(self) -> None:
        """One blue button: the panel's, the bulk bar's, else the one that makes a wave."""
        panel = any(a.primary for a in self.sheet.panel.shown_actions)
        chosen = bool(self.loose_tab.table.selection)
        again = bool(self.reprint_tab.number)
        taken = {"waves": panel, "loose": chosen, "reprints": again}.get(self.tabs.current, False)
        self._new.set_kind(Kind.DEFAULT if taken else Kind.PRIMARY)

    def _show_tab(self) -> None:
        pages: dict[str, QWidget] = {
            "loose": self.loose_tab,
            "reprints": self.reprint_tab,
            "balance": self.balance_tab,
        }
        shown = pages.get(self.tabs.current)
        if shown is None:
            shown = self._waves_widget()
        self._stack.setCurrentWidget(shown)

    def _waves_widget(self) -> QWidget:
        if self._loaded is None:
            return self._skeleton
        if self._loaded.rows:
            return self._body
        count = self._loaded.loose.count
        if self._empty is not None:
            self._stack.removeWidget(self._empty)
            self._empty.deleteLater()
        self._empty = no_wave(self.theme, count)
        self._empty.acted.connect(self.new_wave)
        self._stack.addWidget(self._empty)
        self._new.set_kind(Kind.DEFAULT if count else Kind.PRIMARY)
        return self._empty

    def _show_others(self, found: OtherTabs) -> None:
        self._others = found
        now = self.work.now()
        self.loose_tab.show_parcels(found.loose, now)
        self.looks.show_parcels(found.loose)
        self.reprint_tab.show_reprints(found.reprints, now)
        self.balance_tab.show_accounts(
            found.shops, found.balances, found.accounts, found.returns, now, found.unused
        )

    # -- printers and the label --------------------------------------------------------------

    def _ask_printers(self) -> None:
        """How the printers are; a printer at work is not disturbed."""
        found = self._loaded
        if found is not None and found.sheet is not None and not self.job.running():
            self.printers.look(tuple(t.printer for t in found.sheet.targets))

    def _show_label(self) -> None:
        sheet = self._loaded.sheet if self._loaded is not None else None
        if sheet is not None:
            self.label.show_one(sheet, self.job.view(sheet.id), self.sheet.table.current_id)

    # -- the job -----------------------------------------------------------------------------

    @Slot(str)
    def _job_changed(self, wave_id: str) -> None:
        if not self.isVisible() or self._loaded is None:
            return
        self._show_now()
        if wave_id == self._wave:
            self._loader.page_soon()

    @Slot(str)
    def _job_ended(self, wave_id: str) -> None:
        self.printers.forget()
        run = self.job.view(wave_id)
        if run is not None and run.phase is Phase.STOPPED:
            self.tools.sounds.play(Cue.LOOK)
        if self.isVisible():
            self.refresh(self.topics)

    @Slot(str)
    def _panel_acted(self, key: str) -> None:
        if self._loaded is not None and self._loaded.sheet is not None:
            self.acts.press(key, self._loaded.sheet)

    @Slot()
    def _retry(self) -> None:
        self.job.retry_failed(self._wave)

    @Slot(str)
    def _wave_made(self, wave_id: str) -> None:
        self.tabs.set_current("waves")
        self._wave = wave_id
        self.refresh(self.topics)

    # -- what a person does ------------------------------------------------------------------

    @Slot()
    def new_wave(self, _key: str = "") -> None:
        """Ask what the wave shall be made of."""
        if self._loaded is None or not self._loaded.loose.count:
            return
        asked = self.looks.ask(self._loaded.loose)
        self.balances.watch_form(asked)

    @Slot(object)
    def _row_chosen(self, _parcel: object) -> None:
        self._show_label()

    @Slot()
    def _reprint(self) -> None:
        shown = self.sheet.table.parcel(self.label.parcel)
        if shown is not None and shown.waybill:
            self.labels.question.ask(shown.waybill)

    @Slot()
    def _enlarge(self) -> None:
        shown = self.sheet.table.parcel(self.label.parcel)
        if shown is not None:
            self.labels.open(shown.waybill)

    @Slot(str)
    def _open_order(self, order: str) -> None:
        self.tools.shell.go("orders", order)

    @Slot()
    def _to_balance(self) -> None:
        self.tabs.choose("balance")

    @Slot(str)
    def _tab_chosen(self, key: str) -> None:
        self._show_tab()
        self._share_blue()
        if key != "waves":
            self._loader.others(self._show_others)

    @override
    def key_pressed(self, letter: str) -> bool:
        match letter.upper():
            case "N":
                self.new_wave()
            case "[":
                self.tabs.step(-1)
            case "]":
                self.tabs.step(1)
            case _:
                return self._tab_key(letter)
        return True

    @override
    def scanned(self, code: str) -> bool:
        """The answer to what is asked; else a label to be shown, of this wave or printed before."""
        if self.tabs.current == "reprints":
            self.reprint_tab.take_scan(code)
            return True
        if self.held.take_scan(code):
            return True
        sheet = self._loaded.sheet if self._loaded is not None else None
        number = code.strip().upper()
        found = next((p for p in sheet.parcels if p.waybill == number), None) if sheet else None
        if found is None or sheet is None:
            return False
        self.sheet.table.set_current(found.id)
        self._row_chosen(found.id)
        return True

    def _tab_key(self, letter: str) -> bool:
        if self.tabs.current == "reprints" and letter == "/":
            self.reprint_tab.search.focus_all()
            return True
        return self.tabs.current == "loose" and self.loose_tab.key(letter)

    @override
    def focus_targets(self) -> list[QWidget]:
        if self.tabs.current != "waves":
            return [self._stack]
        return [self.list, self.sheet, self.side]

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        tight = self.width() < _TIGHT_PX
        scale = 1 + (self.theme.text_size.value - 1) * 0.5
        self.list.setFixedWidth(round((_TIGHT_LIST_PX if tight else _LIST_PX) * scale))
        self.side.setFixedWidth(round((_TIGHT_SIDE_PX if tight else _SIDE_PX) * scale))
