"""Runs what a person does to orders, and says what came of it: toast, undo, or banner."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal

from app.domain.companies import company
from app.domain.errors import PackbenchError
from app.domain.text import T, ntr, tr
from app.jobs import CancelToken, Progress
from app.services.orders.queries import OrderFilter
from app.services.workplace import Workplace
from ui.address_question import AddressQuestion
from ui.page import PageTools
from ui.pages.orders import deeds
from ui.pages.orders.deeds import Deed, Handover
from ui.pages.waves.short_question import ShortQuestion
from ui.paint_status import Severity
from ui.table.selection import SelectionSpec
from ui.widgets.banner import BannerPlace, Notice

LANE = "orders.deeds"
NOTICE = "deed"
OrderIds = Callable[[], Sequence[str]]


class OrderActions(QObject):
    """Every action runs in one lane, in the order asked for. ``done`` comes after a success.

    ``start_wave`` gets the id of a new wave (the printing job); without it the wave only waits.
    """

    done = Signal()

    def __init__(
        self,
        work: Workplace,
        tools: PageTools,
        banners: BannerPlace,
        parent: QObject,
        start_wave: Callable[[str], object] | None,
    ) -> None:
        super().__init__(parent)
        self._work = work
        self._tools = tools
        self._banners = banners
        self._start_wave = start_wave
        self._undo: Callable[[], None] | None = None
        self._short = ShortQuestion(work, tools, self)
        self.address = AddressQuestion(work, tools, self)
        self.address.failed.connect(self.tell_error)

    def chosen(self, spec: SelectionSpec, wanted: OrderFilter) -> OrderIds:
        """The orders of a selection, read when the action runs."""
        return lambda: deeds.chosen_orders(self._work, spec, wanted)

    def print_orders(self, orders: OrderIds) -> None:
        """A wave of what waits for a label, and off it goes; a question when labels do not last."""
        self._short.before(
            lambda work: deeds.waiting_for_a_label(work, orders()),
            lambda: self._print_now(orders),
        )

    def _print_now(self, orders: OrderIds) -> None:
        self.run(lambda _: deeds.hand_over(self._work, orders()), self._handed_over)

    def change_carrier(self, orders: OrderIds, code: str) -> None:
        """Another company for all of them."""

        def run(cancel: CancelToken) -> Deed:
            return deeds.change_carrier(self._work, orders(), code, cancel)

        self.run(run, lambda deed: self._carrier_changed(deed, code))

    def hold(self, orders: OrderIds, reason: str) -> None:
        """All of them stop, with a reason."""
        self.run(lambda _: deeds.hold(self._work, orders(), reason), self._held)

    def release(self, orders: OrderIds) -> None:
        """What may be released goes on."""
        self.run(lambda _: deeds.release_orders(self._work, orders()), self._released)

    def undo(self) -> None:
        """Take back the last action, once."""
        undo, self._undo = self._undo, None
        if undo is not None:
            undo()

    def run(self, act: Callable[[CancelToken], object], then: Callable[[object], None]) -> None:
        """Run an action in the lane; ``then`` gets what came of it."""

        def job(_progress: Progress, cancel: CancelToken) -> object:
            return act(cancel)

        def finished(result: object) -> None:
            self._banners.take(NOTICE)
            then(result)
            self.done.emit()

        self._tools.jobs.run(LANE, job, done=finished, failed=self.tell_error, owner=self)

    def tell_error(self, error: PackbenchError) -> None:
        """What happened and what to do, at the top of the page."""
        self._banners.put(
            Notice(NOTICE, Severity.FAILED, error.message, error.remedy, dismissible=True)
        )

    def take_back(self, act: Callable[[CancelToken], object]) -> None:
        """Run what undoes an action."""
        self.run(act, self._said_undone)

    def offer_undo(self, text: str, undo: Callable[[], None] | None) -> None:
        """Say what was done, with a way back where there is one."""
        self._undo = undo
        if undo is None:
            self._tools.shell.say(text)
        else:
            self._tools.shell.say(text, action=tr("Undo"), act=self.undo)

    def _handed_over(self, result: object) -> None:
        if not isinstance(result, Handover):
            return
        wave = result.wave
        if self._start_wave is not None:
            self._start_wave(wave.id)
        said = ntr(
            "Wave {name} with {n} label is on its way",
            "Wave {name} with {n} labels is on its way",
            wave.parcels,
            name=wave.name,
        )
        self._undo = None
        self._tools.shell.say(
            said,
            icon="printer",
            action=tr("Watch"),
            act=lambda: self._tools.shell.go("waves", wave.id),
        )
        if result.left_out:
            self._banners.put(
                Notice(
                    NOTICE,
                    Severity.PROBLEM,
                    ntr(
                        "{n} order was not ready for a label and stayed behind",
                        "{n} orders were not ready for a label and stayed behind",
                        result.left_out,
                    ),
                    T("Open one of them to see why."),
                    dismissible=True,
                )
            )

    def _carrier_changed(self, result: object, code: str) -> None:
        if not isinstance(result, Deed):
            return
        name = str(company(code).name)
        if result.parcels:
            before = {p: c for p, c in result.before.items() if c}
            text = ntr(
                "{n} order goes with {carrier} now",
                "{n} orders go with {carrier} now",
                result.orders,
                carrier=name,
            )
            self.offer_undo(text, (lambda: self._put_back(before)) if before else None)
        elif not result.failed:
            self._tools.shell.say(tr("They go with {carrier} already", carrier=name))
        self._tell_refused(result)

    def _put_back(self, before: dict[str, str]) -> None:
        self.run(lambda _: deeds.put_back_carriers(self._work, before), self._said_undone)

    def _held(self, result: object) -> None:
        if not isinstance(result, Deed):
            return
        free = list(result.before)
        text = ntr("{n} order on hold", "{n} orders on hold", result.orders)
        self.offer_undo(text, (lambda: self._free(free)) if free else None)

    def _free(self, parcels: list[str]) -> None:
        self.run(lambda _: deeds.release(self._work, parcels), self._said_undone)

    def _released(self, result: object) -> None:
        if not isinstance(result, Deed):
            return
        if result.parcels:
            self._undo = None
            text = ntr("{n} order released", "{n} orders released", result.orders)
            self._tools.shell.say(text)
        self._tell_refused(result)

    def _said_undone(self, _result: object) -> None:
        self._tools.shell.say(tr("Undone"))

    def _tell_refused(self, deed: Deed) -> None:
        if not deed.failed:
            return
        first = deed.failed[0]
        if len(deed.failed) == 1 and not deed.parcels:
            self.tell_error(first)
            return
        what = ntr(
            "{n} parcel stayed as it was: {why}",
            "{n} parcels stayed as they were: {why}",
            len(deed.failed),
            why=first.message,
        )
        notice = Notice(NOTICE, Severity.PROBLEM, what, first.remedy, dismissible=True)
        self._banners.put(notice)
