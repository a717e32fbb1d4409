"""Looks, before a run, whether every account has labels enough; sees to numbers coming back."""

from __future__ import annotations

from collections.abc import Callable

import shiboken6
from PySide6.QtCore import QObject, Slot

from app.domain.errors import PackbenchError
from app.domain.text import ntr, tr
from app.jobs import CancelToken, Progress
from app.ports import Health
from app.services.carriers import states
from app.services.numbers import number_returns, unused_numbers
from app.services.parcels import checking
from app.services.waves import waves
from app.services.waves.looking import Wish
from app.services.waves.wave_views import WaveSheet
from app.services.workplace import Workplace
from ui.page import PageTools
from ui.pages.waves.acting import WaveActs
from ui.pages.waves.balance_tab import BalanceTab
from ui.pages.waves.new_wave import NewWave
from ui.pages.waves.short_question import Found, read_shortages
from ui.pages.waves.shortage import ShortageBox
from ui.wave_run import RunView

LANE = "waves-balance"


class BalanceWatch(QObject):
    """Asks in a lane of its own; answers to earlier questions are dropped."""

    def __init__(
        self,
        work: Workplace,
        tools: PageTools,
        acts: WaveActs,
        box: ShortageBox,
        tab: BalanceTab,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._work, self._tools, self._acts = work, tools, acts
        self._box, self._tab = box, tab
        self._asked: tuple[str, ...] = ()
        self._turn = 0
        box.carrier_wanted.connect(self.change_carrier)
        tab.check_wanted.connect(self.check_account)
        tab.bind_wanted.connect(self.bind_account)
        tab.retry_wanted.connect(self.retry)
        tab.acknowledged.connect(self.acknowledge)
        tab.void_wanted.connect(self.void_unused)

    def show_wave(self, sheet: WaveSheet, run: RunView | None) -> None:
        """What this wave would lack; not while it runs, and only once for the same parcels."""
        waiting = tuple(p.id for p in sheet.parcels if not p.waybill)
        if (run is not None and run.busy) or not waiting:
            self._asked = ()
            self._box.show_shortages(())
            return
        if waiting == self._asked:
            return
        self._asked = waiting

        def show(found: Found) -> None:
            if waiting == self._asked:
                self._box.show_shortages(*found)

        self._ask(lambda work: read_shortages(work, waiting), show)

    def watch_form(self, asked: NewWave) -> None:
        """Say in the question of a new wave what its wishes would lack."""

        def look() -> None:
            self._turn += 1
            mine, wish = self._turn, asked.wish()

            def show(found: Found) -> None:
                if mine == self._turn and shiboken6.isValid(asked.dialog):
                    asked.show_shortages(found[0])

            self._ask(lambda work: read_shortages(work, _wished(work, wish)), show)

        asked.form.changed.connect(look)
        look()

    def _ask(self, read: Callable[[Workplace], Found], show: Callable[[Found], None]) -> None:
        work = self._work

        def job(_progress: Progress, _cancel: CancelToken) -> object:
            return read(work)

        def known(found: object) -> None:
            if isinstance(found, tuple):
                show(found)

        self._tools.jobs.run(
            LANE, job, name="balances", done=known, failed=self._not_known, owner=self
        )

    def _not_known(self, error: PackbenchError) -> None:
        self._work.log.info("shortages not known: %s", error.code)

    # -- what a person does ------------------------------------------------------------------

    @Slot(object, str)
    def change_carrier(self, parcels: tuple[str, ...], company: str) -> None:
        """What would stay without a number goes with another company."""

        def change(work: Workplace) -> object:
            for parcel in parcels:
                checking.change_carrier(work, parcel, company)
            return len(parcels)

        def changed(count: object) -> None:
            if isinstance(count, int):
                said = ntr("{n} order changed carrier", "{n} orders changed carrier", count)
                self._tools.shell.say(said, icon="truck")
            self._asked = ()

        self._acts.do(change, changed)

    @Slot(str)
    def check_account(self, name: str) -> None:
        """Ask a direct account how it is."""

        def answered(health: object) -> None:
            if isinstance(health, Health):
                self._tab.tell_health(name, health)

        self._acts.do(lambda work: states.check(work, name), answered, self._not_asked(name))

    def _not_asked(self, name: str) -> Callable[[PackbenchError], None]:
        """What stopped the question, beside the account."""

        def say(error: PackbenchError) -> None:
            self._tab.tell(name, f"{error.message}\n{error.remedy}".strip(), good=False)

        return say

    @Slot(str)
    def bind_account(self, name: str) -> None:
        """Tie a direct account to the app; harmless when it is tied already."""

        def answered(health: object) -> None:
            if isinstance(health, Health):
                self._tab.tell_health(name, health)
                if health.ok:
                    self._tools.shell.say(tr("The account is bound"), icon="link")

        self._acts.do(lambda work: states.bind(work, name), answered, self._not_asked(name))

    @Slot(str)
    def retry(self, key: str) -> None:
        """Ask once more for a number that was not taken back."""

        def again(work: Workplace) -> None:
            number_returns.retry(work, int(key))

        self._acts.do(again, lambda _: self._tools.shell.say(tr("It is asked once more")))

    @Slot(str)
    def acknowledge(self, key: str) -> None:
        """Somebody has seen that the number stays."""

        def seen(work: Workplace) -> None:
            number_returns.acknowledge(work, int(key))

        self._acts.do(seen, lambda _: self._tools.shell.say(tr("Noted")))

    @Slot()
    def void_unused(self) -> None:
        """What was taken and never used goes back to the carriers."""

        def told(rows: object) -> None:
            if not isinstance(rows, list):
                return
            given = sum(row.result == "void" for row in rows)
            said = ntr("{n} number given back", "{n} numbers given back", given)
            stay = sum(not row.ok for row in rows)
            if stay:
                said = f"{said} · {ntr('{n} not yet', '{n} not yet', stay)}"
            self._tools.shell.say(said)

        self._acts.do(unused_numbers.void_unused, told)


def _wished(work: Workplace, wish: Wish) -> list[str]:
    return waves.would_take(work, carrier=wish.carrier, order_by=wish.order_by, limit=wish.limit)
