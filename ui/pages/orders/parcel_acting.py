"""Splitting, merging and taking back from the window: the question, the lane, and the undo."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QObject, QPoint, Signal
from PySide6.QtWidgets import QWidget

from app.domain.errors import PackbenchError
from app.domain.text import ntr, tr
from app.jobs import CancelToken, Progress
from app.services.parcels.merging import Candidate
from app.services.workplace import Workplace
from ui.page import PageTools
from ui.pages.orders import parcel_deeds
from ui.pages.orders.acting import OrderActions
from ui.pages.orders.desk_view import DeskView, SplitChance, SplitWish, UnshipChance
from ui.pages.orders.parcel_deeds import Merged
from ui.pages.orders.split_question import ask_to_split
from ui.pages.orders.unship_question import ask_to_take_back
from ui.widgets.popover import MenuItem, PopoverMenu


class ParcelActions(QObject):
    """``merges_known`` tells the groups that a selection can be merged into."""

    merges_known = Signal(object)

    def __init__(
        self, work: Workplace, tools: PageTools, deeds: OrderActions, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._work, self._tools, self._deeds = work, tools, deeds
        self._asked = 0

    def split(self, desk: DeskView, button: QWidget) -> None:
        """Ask how; which parcel first, when there are several."""
        choices = [
            (self._words(n), partial(self._ask_split, chance))
            for n, chance in enumerate(desk.splits, 1)
        ]
        self._one_of(choices, button)

    def take_back(self, desk: DeskView, button: QWidget) -> None:
        """Ask why; which parcel first, when there are several."""
        choices = [
            (chance.waybill or self._words(n), partial(self._ask_unship, chance))
            for n, chance in enumerate(desk.unships, 1)
        ]
        self._one_of(choices, button)

    @staticmethod
    def _words(number: int) -> str:
        return tr("Parcel {n}", n=number)

    def _one_of(self, choices: Sequence[tuple[str, Callable[[], None]]], button: QWidget) -> None:
        if len(choices) == 1:
            choices[0][1]()
        if len(choices) < 2:
            return
        items = [MenuItem(str(n), words, "package") for n, (words, _) in enumerate(choices)]
        menu = PopoverMenu(self._tools.theme, button.window(), items)
        menu.chosen.connect(lambda key: choices[int(key)][1]())
        menu.open_at(button.mapToGlobal(QPoint(0, 0)), above=True)

    def _ask_split(self, chance: SplitChance) -> None:
        def go(wish: SplitWish) -> None:
            self._deeds.run(lambda _: parcel_deeds.split(self._work, chance, wish), self._was_split)

        ask_to_split(
            self._tools.shell,
            self._tools.theme,
            self._tools.pictures,
            chance.lines,
            shop_rule=chance.shop_rule,
            warning=chance.warning,
            split=go,
        )

    def _was_split(self, result: object) -> None:
        ids = [str(i) for i in result] if isinstance(result, list) else []
        said = ntr("Split into {n} parcel", "Split into {n} parcels", len(ids))
        work = self._work
        self._deeds.offer_undo(
            said, lambda: self._deeds.take_back(lambda _: parcel_deeds.unsplit(work, ids))
        )

    def _ask_unship(self, chance: UnshipChance) -> None:
        def go(reason: str, void: bool) -> None:
            self._deeds.run(
                lambda _: parcel_deeds.unship(self._work, chance.parcel, reason, void=void),
                self._was_taken_back,
            )

        ask_to_take_back(self._tools.theme, self._tools.shell, chance, go)

    def _was_taken_back(self, state: object) -> None:
        off = state == "cancelled"
        said = tr("Taken back, the goods go to the shelf") if off else tr("Taken back to the bench")
        self._deeds.offer_undo(said, None)

    # -- merging -----------------------------------------------------------------------------

    def look_for_merges(self, orders: Callable[[], Sequence[str]]) -> None:
        """Which parcels of these orders could be one; ``merges_known`` for the latest question."""
        self._asked += 1
        mine, work = self._asked, self._work

        def read(_progress: Progress, _cancel: CancelToken) -> object:
            return parcel_deeds.merge_chances_of(work, orders())

        def known(found: object) -> None:
            if mine == self._asked:
                self.merges_known.emit(found)

        self._tools.jobs.run(
            "orders.merges", read, name="merges", done=known, failed=self._cannot_look, owner=self
        )

    def _cannot_look(self, _error: PackbenchError) -> None:
        self.merges_known.emit([])

    def merge(self, groups: Sequence[Candidate]) -> None:
        """Merge them at once; it can be undone."""
        wanted = list(groups)
        self._deeds.run(lambda _: parcel_deeds.merge(self._work, wanted), self._was_merged)

    def _was_merged(self, result: object) -> None:
        merged = [m for m in result if isinstance(m, Merged)] if isinstance(result, list) else []
        count = sum(m.count for m in merged)
        said = ntr("{n} order merged", "{n} orders merged", count)
        work = self._work
        self._deeds.offer_undo(
            said, lambda: self._deeds.take_back(lambda _: parcel_deeds.unmerge(work, merged))
        )
