"""The tab 对账: a shop's figures beside ours, and which of both is right."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QApplication, QWidget
from typing_extensions import override

from app.domain.errors import PackbenchError
from app.domain.text import T, ntr, tr
from app.jobs import CancelToken, Progress, Step
from app.services.orders.details import ShopState
from app.services.stock.stock_push import PushRow
from app.services.workplace import Workplace
from ui.job_runner import JobHandle
from ui.pages.stock import reconcile_work
from ui.pages.stock.pane import Pane, StockPlace
from ui.pages.stock.reconcile_parts import ReconcileBar, ReconcileStack
from ui.pages.stock.reconcile_rows import (
    can_change,
    columns,
    reconcile_row,
    take_words,
    tell_words,
)
from ui.pages.stock.reconcile_work import Compared
from ui.paint_status import Severity
from ui.table import DataTable, RowHeight, TableRow
from ui.widgets.banner import Notice
from ui.widgets.bulk_bar import BAR_PX, SCROLL_ROOM_PX, BulkAction, BulkBar
from ui.widgets.buttons import Button, Kind
from ui.widgets.control import Control
from ui.widgets.dialog import Verb

KEY = "reconcile"
LANE = "stock.reconcile"
_LOAD, _TOLD, _LOCKED = "load", "reconcile.told", "reconcile.locked"
_DIALOG_PX = 440

Change = Callable[[Workplace, str, Sequence[str], Progress, CancelToken], list[PushRow]]


class ReconcilePane(Pane):
    """One shop at a time; comparing changes nothing, the two directions ask first."""

    def __init__(self, place: StockPlace) -> None:
        super().__init__(place)
        theme = self.theme
        self.shops: tuple[ShopState, ...] = ()
        self.found: Compared | None = None
        self.running: JobHandle | None = None
        self._told: dict[str, PushRow] = {}
        self._rows: dict[Hashable, TableRow] = {}
        self.again = Button(theme, tr("Compare again"), icon="arrows-clockwise", key="R")
        self.bar = ReconcileBar(theme, self)
        self.column.addWidget(self.bar)
        self.table = DataTable(
            theme,
            columns(),
            self._known,
            row_height=RowHeight.COMFORTABLE,
            name=tr("Differences"),
        )
        self.stack = ReconcileStack(theme, self.table, self)
        self.column.addWidget(self.stack, 1)
        self.bulk = BulkBar(theme, self.stack)
        self._connect()

    def _connect(self) -> None:
        self.bar.shops.activated.connect(self._shop_chosen)
        self.again.clicked.connect(self.compare)
        self.bar.stop.clicked.connect(self._stop)
        self.stack.acted.connect(self._act)
        self.table.selection.changed.connect(self._selection_changed)
        self.bulk.acted.connect(self._act)
        self.bulk.cleared.connect(self.table.selection.clear)

    def _known(self, ids: Sequence[Hashable]) -> Sequence[TableRow]:
        return [self._rows[i] for i in ids if i in self._rows]

    # -- the pane ----------------------------------------------------------------------------

    @override
    def opened(self, argument: object = None) -> None:
        work = self.work

        def done(result: object) -> None:
            if isinstance(result, tuple):
                self._shops_came(result)

        self.tools.jobs.run(
            LANE, lambda *_: reconcile_work.shops(work), done=done, failed=self._failed, owner=self
        )

    def _shops_came(self, shops: tuple[ShopState, ...]) -> None:
        before = self.shop
        self.shops = shops
        self.bar.shops.clear()
        for shop in shops:
            self.bar.shops.addItem(shop.title)
        at = next((n for n, s in enumerate(shops) if before and s.shop == before.shop), 0)
        self.bar.shops.setCurrentIndex(at if shops else -1)
        self.bar.shops.setVisible(bool(shops))
        self._tell_locked()
        if not shops:
            self.stack.setCurrentWidget(self.stack.no_shop)
        elif self.found is None and self.running is None:
            self.compare()

    @property
    def shop(self) -> ShopState | None:
        """The one that is compared."""
        at = self.bar.shops.currentIndex()
        return self.shops[at] if 0 <= at < len(self.shops) else None

    @override
    def left(self) -> None:
        self.table.selection.clear()
        for key in (_LOAD, _TOLD, _LOCKED):
            self.place.banners.take(key)

    @override
    def refresh(self) -> None:
        """The shop is asked only when a person wants it, not at each movement of the shelf."""
        if self.found is None and self.running is None and self.shops:
            self.compare()

    @override
    def take_focus(self) -> None:
        wanted = self.table if self.stack.currentWidget() is self.table else self.bar.shops
        wanted.setFocus(Qt.FocusReason.OtherFocusReason)

    @override
    def head_buttons(self) -> Sequence[Control]:
        return (self.again,)

    @override
    def focus_targets(self) -> list[QWidget]:
        return [self.bar.shops, self.table]

    @override
    def key_pressed(self, letter: str) -> bool:
        match letter.upper():
            case "R":
                self.compare()
            case "L":
                self._act("tell")
            case "S":
                self._act("take")
            case _:
                return False
        return True

    @override
    def escaped(self) -> bool:
        if self.running is not None and self.running.active:
            self._stop()
            return True
        return False

    @Slot(int)
    def _shop_chosen(self, _at: int) -> None:
        if self.running is not None:
            self.running.cancel()
        self._told = {}
        self.found = None
        self.table.selection.clear()
        self.place.banners.take(_TOLD)
        self._tell_locked()
        self.compare()

    def _tell_locked(self) -> None:
        shop = self.shop
        locked = shop is not None and shop.read_only
        reason = tr("Nothing may be changed in this shop from here.") if locked else ""
        self.bulk.set_actions(
            [
                BulkAction("take", tr("Go by the shop"), "cloud-arrow-down", "S"),
                BulkAction(
                    "tell",
                    tr("Go by our figures"),
                    "cloud-arrow-up",
                    "L",
                    primary=True,
                    disabled_reason=reason,
                ),
            ]
        )
        if locked:
            what = T("Nothing may be changed in this shop from here.")
            then = T("Its figures can be compared, and taken as counted here.")
            self.place.banners.put(Notice(_LOCKED, Severity.INFO, what, then))
        else:
            self.place.banners.take(_LOCKED)

    # -- comparing ---------------------------------------------------------------------------

    @Slot()
    def compare(self) -> None:
        """Ask the shop what it has."""
        shop, work = self.shop, self.work
        if shop is None or (self.running is not None and not self.running.token.cancelled):
            return
        name = shop.shop
        if self.found is None:
            self.stack.setCurrentWidget(self.stack.skeleton)

        def done(result: object) -> None:
            if isinstance(result, Compared):
                self._compared(result)

        self._start(
            lambda progress, cancel: reconcile_work.compare(work, name, progress, cancel),
            done,
            tr("Comparing"),
        )

    def _compared(self, found: Compared) -> None:
        shop = self.shop
        if shop is None or shop.shop != found.shop:
            return
        self.found = found
        self.place.banners.take(_LOAD)
        self._rows = {r.listing: reconcile_row(r, self._told.get(r.listing)) for r in found.rows}
        self.table.show_ids(list(self._rows), keep_rows=False)
        self.table.rows.deliver(list(self._rows.values()))
        said = ntr("{n} listing differs", "{n} listings differ", len(found.rows))
        if found.unmapped:
            said += " · " + ntr(
                "{n} without an item is not compared",
                "{n} without an item are not compared",
                found.unmapped,
            )
        self.bar.summary.setText(said)
        focused = QApplication.focusWidget()
        focus = focused is not None and self.stack.isAncestorOf(focused)
        self.stack.setCurrentWidget(self.table if found.rows else self.stack.same)
        if focus:
            self.take_focus()

    def _start(
        self,
        job: Callable[[Progress, CancelToken], object],
        done: Callable[[object], None],
        words: str,
    ) -> None:
        self.bar.begin(words)

        def ended() -> bool:
            """Whether it was still the one that is waited for."""
            if self.running is not handle:
                return False
            self.running = None
            self.bar.end()
            return True

        def moved(steps: tuple[Step, ...]) -> None:
            if self.running is handle:
                self.bar.tell(steps[-1])

        def finished(result: object) -> None:
            if ended():
                done(result)

        def failed(error: PackbenchError) -> None:
            if ended():
                self._failed(error)

        def cancelled() -> None:
            if ended():
                self._stopped()

        handle = self.running = self.tools.jobs.run(
            LANE,
            job,
            name="stock.reconcile",
            done=finished,
            failed=failed,
            progress=moved,
            cancelled=cancelled,
            owner=self,
        )

    @Slot()
    def _stop(self) -> None:
        if self.running is not None:
            self.running.cancel()

    def _stopped(self) -> None:
        self.bar.summary.setText(tr("Stopped. What was done stays."))
        if self.found is None:
            self.stack.setCurrentWidget(self.stack.offline)

    def _failed(self, error: PackbenchError) -> None:
        notice = Notice(
            _LOAD, Severity.FAILED, error.message, error.remedy, T("Try again"), action="load"
        )
        self.place.banners.put(notice)
        if self.found is None:
            self.stack.setCurrentWidget(self.stack.offline)

    # -- the two directions ------------------------------------------------------------------

    def chosen(self) -> list[PushRow]:
        """The selected listings that can be changed, else the one under the bar."""
        if self.found is None or self.stack.currentWidget() is not self.table:
            return []
        selection, current = self.table.selection, self.table.current_id
        wanted = [
            r
            for r in self.found.rows
            if (r.listing in selection if selection else r.listing == current)
        ]
        return [r for r in wanted if can_change(r)]

    @Slot()
    def _selection_changed(self) -> None:
        picked = bool(self.table.selection)
        if picked:
            count = self.table.selection.count(len(self.table.rows.ids))
            self.bulk.set_count(ntr("{n} listing selected", "{n} listings selected", count))
        self.bulk.set_shown(picked)
        self.table.set_bottom_room(SCROLL_ROOM_PX if picked else 0)
        self.tools.shell.lift_toasts(self.theme.scaled(BAR_PX) + 16 if picked else 0)

    @Slot(str)
    def _act(self, key: str) -> None:
        if key == "again":
            self.compare()
            return
        shop, rows = self.shop, self.chosen()
        if shop is None or not rows or self.running is not None:
            return
        if key == "tell" and not shop.read_only:
            title = ntr(
                "Give the shop our figure for {n} listing?",
                "Give the shop our figures for {n} listings?",
                len(rows),
            )
            self._ask(title, tell_words(shop.title, rows), tr("Go by our figures"), "tell", rows)
        elif key == "take":
            title = ntr(
                "Take the shop's figure for {n} listing?",
                "Take the shop's figures for {n} listings?",
                len(rows),
            )
            self._ask(title, take_words(shop.title, rows), tr("Go by the shop"), "take", rows)

    def _ask(self, title: str, body: str, verb: str, key: str, rows: Sequence[PushRow]) -> None:
        verbs = [Verb("leave", tr("Leave as it is"), safe=True), Verb(key, verb, Kind.PRIMARY)]
        dialog = self.tools.shell.ask(title, body, verbs, width=_DIALOG_PX)
        shop, ids = rows[0].shop, [row.listing for row in rows]

        def answered(chosen: str) -> None:
            if chosen == key:
                self._change(
                    reconcile_work.tell if key == "tell" else reconcile_work.take, shop, ids
                )

        dialog.chosen.connect(answered)

    def _change(self, how: Change, shop: str, ids: Sequence[str]) -> None:
        work = self.work
        if self.running is not None:
            return

        def done(result: object) -> None:
            if isinstance(result, list):
                self._changed([row for row in result if isinstance(row, PushRow)])

        self._start(
            lambda progress, cancel: how(work, shop, ids, progress, cancel),
            done,
            ntr("Changing {n} listing", "Changing {n} listings", len(ids)),
        )

    def _changed(self, rows: Sequence[PushRow]) -> None:
        """Tell what came of it, and look again: only what still differs stays in the list."""
        self._told = {row.listing: row for row in rows if row.code}
        self.table.selection.clear()
        good = sum(row.ok for row in rows)
        if good or not rows:
            self.tools.shell.say(ntr("{n} listing agrees now", "{n} listings agree now", good))
        first = next(iter(self._told.values()), None)
        if first is None:
            self.place.banners.take(_TOLD)
        else:
            count = len(self._told)
            what = ntr("{n} listing was not changed", "{n} listings were not changed", count)
            then = " ".join(str(part) for part in (first.message, first.remedy) if part)
            self.place.banners.put(Notice(_TOLD, Severity.PROBLEM, what, then))
        self.place.count_anew()
        self.compare()
