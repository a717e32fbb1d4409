"""Reads what the page shows, off the main thread; answers to old questions are dropped."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from PySide6.QtCore import QObject, QTimer, Slot

from app.domain.errors import PackbenchError
from app.domain.labels import PickList
from app.jobs import CancelToken, Progress
from app.services.carriers import overview
from app.services.carriers.overview import AccountToday
from app.services.numbers import balances, number_ledger, number_returns
from app.services.numbers.balances import Balance
from app.services.numbers.number_ledger import Unused
from app.services.numbers.number_returns import ReturnRow
from app.services.orders import details
from app.services.orders.details import ShopState, WaveRow
from app.services.printing import journal_views, previews, rolls
from app.services.printing.journal_views import LabelRow
from app.services.printing.printers import status_of
from app.services.waves import picking, wave_views
from app.services.waves.wave_views import LooseParcels, WaveParcel, WaveSheet
from app.services.workplace import Workplace
from ui.job_runner import JobRunner

READ, PRINTERS, LABEL = "waves-read", "waves-printers", "waves-label"
_AGAIN_MS = 700
_SHARE = 8  # of the time, at most one part is spent reading what a running job changes


@dataclass(frozen=True, slots=True)
class Loaded:
    """Everything but the label picture."""

    rows: tuple[WaveRow, ...]
    loose: LooseParcels
    sheet: WaveSheet | None
    picks: PickList | None
    pictures: Mapping[str, str] = field(default_factory=dict)
    rolls: Mapping[str, int] = field(default_factory=dict)  # labels left, by the printer


@dataclass(frozen=True, slots=True)
class OtherTabs:
    """What the other tabs show."""

    loose: tuple[WaveParcel, ...]
    reprints: tuple[LabelRow, ...]
    shops: tuple[ShopState, ...]
    accounts: tuple[AccountToday, ...]
    balances: tuple[Balance, ...]
    returns: tuple[ReturnRow, ...]
    unused: Unused


def read_page(work: Workplace, wanted: str) -> Loaded:
    """The waves of today, and the wanted one (else the newest) in full."""
    rows = tuple(details.waves_list(work))
    ids = [r.id for r in rows]
    wave = wanted if wanted in ids else (ids[0] if ids else "")
    if not wave:
        return Loaded(rows, wave_views.loose_parcels(work), None, None)
    picks = picking.pick_list(work, wave)
    pictures = wave_views.sku_pictures(work, [r.sku for r in picks.rows])
    sheet = wave_views.wave_sheet(work, wave)
    on_roll = {printer: roll.left for printer, roll in rolls.left(work).items()}
    return Loaded(rows, wave_views.loose_parcels(work), sheet, picks, pictures, on_roll)


def read_others(work: Workplace) -> OtherTabs:
    """Parcels in no wave, reprints, balances."""
    return OtherTabs(
        wave_views.loose_rows(work),
        tuple(journal_views.reprinted(work)),
        tuple(details.shop_states(work)),
        tuple(overview.listed(work)),
        tuple(balances.listed(work)),
        tuple(number_returns.listed(work, everything=True)),
        number_ledger.unused(work),
    )


class WaveLoader(QObject):
    """Asks in lanes and hands the answers on, on the main thread."""

    def __init__(self, work: Workplace, jobs: JobRunner, owner: QObject) -> None:
        super().__init__(owner)
        self._work, self._jobs = work, jobs
        self._generation = 0
        self._running = False
        self._label_asked = ""
        self._label_busy = False
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_AGAIN_MS)
        self._soon.timeout.connect(self._again)
        self._wanted: tuple[str, Callable[[Loaded], None], Callable[[PackbenchError], None]]

    def page(
        self,
        wave: str,
        show: Callable[[Loaded], None],
        failed: Callable[[PackbenchError], None],
    ) -> None:
        """Read the page now; an answer to an earlier question is dropped."""
        self._generation += 1
        mine, work = self._generation, self._work
        self._wanted = (wave, show, failed)
        self._running = True
        began_s = time.monotonic()

        def shown(found: object) -> None:
            if mine == self._generation and isinstance(found, Loaded):
                self._running = False
                took_ms = round((time.monotonic() - began_s) * 1000)
                self._soon.setInterval(max(_AGAIN_MS, _SHARE * took_ms))
                show(found)

        def missed(error: PackbenchError) -> None:
            if mine == self._generation:
                self._running = False
                failed(error)

        def job(_progress: Progress, _cancel: CancelToken) -> object:
            return read_page(work, wave)

        self._jobs.run(READ, job, name="waves", done=shown, failed=missed, owner=self)

    def page_soon(self) -> None:
        """Read again shortly; many calls are one (numbers that come while a wave runs)."""
        if not self._soon.isActive():
            self._soon.start()

    @Slot()
    def _again(self) -> None:
        if not self._running:
            self.page(*self._wanted)

    def others(self, show: Callable[[OtherTabs], None]) -> None:
        """Read the other tabs."""
        work = self._work

        def job(_progress: Progress, _cancel: CancelToken) -> object:
            return read_others(work)

        def shown(found: object) -> None:
            if isinstance(found, OtherTabs):
                show(found)

        self._jobs.run(READ, job, name="tabs", done=shown, owner=self)

    def printers(
        self, names: tuple[str, ...], show: Callable[[tuple[tuple[str, str, bool], ...]], None]
    ) -> None:
        """Ask these printers how they are; never while one of them prints."""
        work = self._work

        def job(_progress: Progress, _cancel: CancelToken) -> object:
            found = []
            for name in names:
                try:
                    status = status_of(work, name)
                except PackbenchError as error:
                    found.append((name, str(error.message), False))
                else:
                    found.append((name, str(status.message), status.can_start))
            return tuple(found)

        def shown(found: object) -> None:
            if isinstance(found, tuple):
                show(found)

        self._jobs.run(PRINTERS, job, name="printers", done=shown, owner=self)

    def label(self, parcel: str, show: Callable[[str, bytes | None, str], None]) -> None:
        """Draw a label: parcel, picture, and the sentence of what went wrong; latest wins."""
        self._label_asked = parcel
        if self._label_busy:
            return
        self._label_busy = True
        work = self._work

        def job(_progress: Progress, _cancel: CancelToken) -> object:
            return previews.label_png(work, parcel)

        def ready(png: object, said: str = "") -> None:
            self._label_busy = False
            show(parcel, png if isinstance(png, bytes) else None, said)
            if self._label_asked != parcel:
                self.label(self._label_asked, show)

        def missed(error: PackbenchError) -> None:
            ready(None, str(error.message))

        self._jobs.run(LABEL, job, name="label", done=ready, failed=missed, owner=self)
