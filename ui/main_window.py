"""The window of the product: its pages as data, its lanes, and the one way to open it."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from PySide6.QtCore import QObject, QPoint, QTimer, Slot

from app.domain.errors import PackbenchError
from app.domain.text import T, ntr, tr
from app.i18n import choose_language, install_language
from app.paths import DataPaths, resources
from app.ports import SecretStore
from app.relay.service import Relay, configured
from app.services.orders.order_lists import COUNT_CAP
from app.services.workplace import Workplace
from app.settings import LocalSettings
from ui.application import WindowParts, build_window, make_application
from ui.background import Background, Facts
from ui.change_feed import ChangeFeed, ChangeRelay
from ui.job_runner import JobRunner
from ui.page import GOODS, SERVICE, SHIPPING, FullScreenPage, Page, PageEntry, PageTools, StateChip
from ui.pages.orders.views import OPEN_STAGES, Show
from ui.sounds import Cue
from ui.station import PrinterStatus, printer_devices
from ui.sync_desk import SyncDesk
from ui.sync_words import Backlog, StoredSync, SyncedShop, offline_notice, sync_chip
from ui.theme_tokens import Tone
from ui.wave_job import WaveJob
from ui.widgets.dialog import Verb
from ui.widgets.popover import MenuItem, PopoverMenu

_SECOND_MS = 1_000


class WindowServices(Protocol):
    """What the window needs; ``app.bootstrap.Services`` is it. The window does not close it."""

    @property
    def work(self) -> Workplace: ...

    @property
    def paths(self) -> DataPaths: ...

    @property
    def local(self) -> LocalSettings: ...

    @property
    def secrets(self) -> SecretStore: ...


def open_window(
    services: WindowServices,
    *,
    demo: bool = False,
    language: str = "",
    on_started: Callable[[], None] | None = None,
) -> int:
    """Open the window and live until it is closed; the process's exit status.

    Changes reach the pages when ``services`` were opened with a ``ChangeRelay`` as ``announce``.
    ``demo`` marks the shops as invented. ``on_started`` is called once the window is on screen.
    """
    install_language(choose_language(language, services.local.language, os.environ))
    product = build_product(services, demo=demo)
    if on_started is not None:
        QTimer.singleShot(0, on_started)
    try:
        product.start()
        return product.parts.run()
    finally:
        product.close()


def build_product(services: WindowServices, *, demo: bool = False) -> Product:
    """The whole window in the language of the process, not shown yet and with nothing running."""
    app = make_application()
    feed, jobs = ChangeFeed(app), JobRunner(app)
    work = services.work
    if isinstance(work.announce, ChangeRelay):
        work.announce.connect(feed.announce)
    else:
        work = replace(work, announce=feed.announce)
    makings = Makings(work, jobs, WaveJob(work, jobs, app))
    parts = build_window(
        page_entries(makings),
        data_dir=services.paths.root,
        resources=resources(),
        feed=feed,
        jobs=jobs,
    )
    relay = None if demo else configured(work, services.secrets, services.local)
    return Product(parts, makings, demo=demo, relay=relay)


@dataclass(slots=True)
class Makings:
    """What the factories of the pages are given beside their tools."""

    work: Workplace
    jobs: JobRunner
    wave_job: WaveJob
    sync_now: Callable[[], None] = lambda: None

    def sync(self) -> None:
        self.sync_now()


def page_entries(makings: Makings) -> list[PageEntry]:
    """The places of the sidebar. Pages load what they need when they are first shown."""

    def orders(tools: PageTools) -> Page:
        from ui.pages.orders.page import OrdersPage

        return OrdersPage(
            tools, makings.work, start_wave=makings.wave_job.start, sync_now=makings.sync
        )

    def print_waves(tools: PageTools) -> Page:
        from ui.pages.waves.page import WavesPage

        return WavesPage(tools, makings.work, makings.wave_job)

    def bench(tools: PageTools) -> FullScreenPage:
        from ui.pages.bench.window import BenchWindow

        return BenchWindow(tools, makings.work)

    def stock(tools: PageTools) -> Page:
        from ui.pages.stock.page import StockPage

        return StockPage(tools, makings.work)

    def tracking(tools: PageTools) -> Page:
        from ui.pages.tracking.page import TrackingPage

        return TrackingPage(tools, makings.work)

    def settings(tools: PageTools) -> Page:
        from ui.pages.settings.page import SettingsPage

        return SettingsPage(tools, makings.work, printing=makings.wave_job.running)

    return [
        PageEntry("orders", "tray", T("Orders"), SHIPPING, "Ctrl+2", orders),
        PageEntry("waves", "printer", T("Print"), SHIPPING, "Ctrl+3", print_waves),
        PageEntry("bench", "package", T("Packing bench"), SHIPPING, "Ctrl+4", bench),
        PageEntry("stock", "stack", T("Stock"), GOODS, "Ctrl+5", stock),
        PageEntry("tracking", "truck", T("Logistics"), SERVICE, "Ctrl+8", tracking),
        PageEntry("settings", "gear-six", T("Settings"), SERVICE, "Ctrl+,", settings, in_foot=True),
    ]


class Product(QObject):
    """The window with its lanes: what they report reaches sidebar, heads and banners."""

    def __init__(
        self, parts: WindowParts, makings: Makings, *, demo: bool, relay: Relay | None = None
    ) -> None:
        super().__init__(parts.app)
        self.parts = parts
        self.window = parts.window
        self.makings = makings
        self._demo = demo
        self._facts = Facts((), {}, 0, 0)
        self._statuses: list[PrinterStatus] = []
        self._shop = ""
        self._closing = False
        work, job = makings.work, makings.wave_job
        self.background = Background(work, parts.jobs, self, printing=job.running, relay=relay)
        makings.sync_now = self.sync_now
        self._clock = QTimer(self)
        self._clock.setInterval(_SECOND_MS)
        self._clock.timeout.connect(self._tell_sync)
        parts.feed.changed.connect(self.background.changed)
        self.background.sync_changed.connect(self._tell_sync)
        self.background.facts_changed.connect(self._facts_changed)
        self.background.printers_changed.connect(self._printers_changed)
        self.background.relay_failed.connect(self._relay_failed)
        self.sync_desk = SyncDesk(work, parts.jobs, parts.theme, self)
        self.sync_desk.sync_wanted.connect(self.sync_now)
        self._chips: set[str] = set()
        window = self.window
        window.sync_wanted.connect(self._bring_in)
        window.undo_wanted.connect(self._undo)
        window.page_shown.connect(self._tell_sync)
        window.sheet.offline.acted.connect(self._banner_acted)
        window.sidebar.shop.clicked.connect(self._choose_shop)
        window.sidebar.user.set_name(work.user)
        window.set_close_question(self.may_close)
        job.changed.connect(self._job_moved)
        job.ended.connect(self._job_moved)
        job.stands.connect(self._job_stands)
        window.sidebar.work.clicked.connect(self._show_job)
        parts.app.focusWindowChanged.connect(self._focus_moved)
        window.open_first("orders")

    def start(self) -> None:
        """Begin syncing, sending and looking after the printers."""
        self._clock.start()
        self.background.start()

    def close(self) -> None:
        """End the lanes; the window is gone by then."""
        self._clock.stop()
        self.background.stop()
        relay = self.makings.work.announce
        if isinstance(relay, ChangeRelay):
            relay.disconnect(self.parts.feed.announce)

    @Slot(object)
    def _relay_failed(self, error: PackbenchError) -> None:
        """Orders come by polling all the same."""
        self.window.say(str(error), icon="warning")

    # -- sync --------------------------------------------------------------------------------

    @Slot()
    def sync_now(self) -> None:
        """F5 and the button."""
        self.background.sync_now()
        self._tell_sync()

    @Slot()
    def _bring_in(self) -> None:
        """F5: what the page in front is about."""
        page = self.window.current_page
        if page is None or not page.bring_in():
            self.sync_now()

    @Slot()
    def _tell_sync(self) -> None:
        lanes: list[SyncedShop] = list(self.background.lanes.values())
        if not lanes:
            lanes = [StoredSync(s.shop, s.synced_at) for s in self._facts.shops if s.synced_at]
        backlog = Backlog.of(self._facts.shops, lanes)
        severity, text = sync_chip(lanes, self.makings.work.now(), backlog)
        page = self.window.current_page
        if page is not None and page.shows_sync:
            self._chip_of(page).tell(severity, text)
        self.sync_desk.tell(self._facts.shops, lanes)
        place = self.window.sheet.offline
        notice = offline_notice(lanes, self._titles(), self._facts.waiting)
        if notice is None:
            place.take("sync")
        elif notice != place.shown():
            place.put(notice)

    def _chip_of(self, page: Page) -> StateChip:
        """The chip of a page's head, which opens the panel of the shops."""
        chip = page.head.chip
        key = self.window.current_key
        if key not in self._chips:
            self._chips.add(key)
            chip.set_opens(tr("Shops, and whether they agree with us"))
            chip.clicked.connect(lambda: self.sync_desk.open(self.window, chip))
        return chip

    def _titles(self) -> dict[str, str]:
        return {shop.shop: shop.title for shop in self._facts.shops}

    @Slot(str)
    def _banner_acted(self, _action: str) -> None:
        self.sync_now()

    # -- the sidebar -------------------------------------------------------------------------

    @Slot(object)
    def _facts_changed(self, facts: Facts) -> None:
        self._facts = facts
        counts = facts.counts
        still_open = sum(counts.get(stage, 0) for stage in OPEN_STAGES)
        for key, number in (
            ("orders", still_open),
            ("waves", counts.get("to_label", 0)),
            ("bench", counts.get("to_pack", 0)),
        ):
            more = "+" if number > COUNT_CAP else ""  # counted no further
            self.window.set_badge(key, f"{number:,}{more}" if number else "")
        low = facts.stock_low
        self.window.set_badge("stock", f"{low:,}" if low else "", warn=True)
        self._tell_shop()
        self._tell_sync()

    def _tell_shop(self) -> None:
        shops = self._facts.shops
        first = shops[0] if shops else None
        shown = next((s for s in shops if s.shop == self._shop), first)
        name = shown.title if shown is not None else tr("No shop yet")
        count = ntr("{n} shop", "{n} shops in all", len(shops))
        tag = tr("Demo") if self._demo else ""
        if shown is not None and shown.read_only:
            tag = tr("Read only")
        self.window.sidebar.shop.set_shop(name, count if len(shops) > 1 else "", tag)

    @Slot()
    def _choose_shop(self) -> None:
        shops = self._facts.shops
        if not shops:
            return
        items = [MenuItem("all", tr("All shops"), checked=not self._shop)] if shops[1:] else []
        items += [
            MenuItem(
                f"shop:{s.shop}",
                s.title,
                hint=tr("Read only") if s.read_only else "",
                checked=s.shop == self._shop,
            )
            for s in shops
        ]
        switcher = self.window.sidebar.shop
        menu = PopoverMenu(self.parts.theme, self.window, items)
        menu.chosen.connect(self._shop_chosen)
        menu.open_at(switcher.mapToGlobal(QPoint(0, switcher.height())))

    @Slot(str)
    def _shop_chosen(self, key: str) -> None:
        self._shop = key.partition(":")[2]
        self._tell_shop()
        self.window.go("orders", Show(shop=self._shop))

    @Slot(object)
    def _printers_changed(self, found: Sequence[PrinterStatus]) -> None:
        self._statuses = list(found)
        self._tell_printers()

    def _tell_printers(self) -> None:
        """A printer that a run waits for is not asked by us: the run tells how it is."""
        holding = self.makings.wave_job.holding()
        devices = printer_devices(self._statuses, holding)
        self.window.sidebar.devices.set_devices(self._station(), devices)

    def _station(self) -> str:
        bench = self.makings.work.bench
        return tr("Bench {name}", name=bench) if len(bench) <= 4 else bench

    @Slot(str)
    def _job_moved(self, _wave: str) -> None:
        line = self.makings.wave_job.summary()
        tone = Tone.ERR if line is not None and line.needs_person else Tone.ACCENT
        self.window.sidebar.work.set_work(line.text if line is not None else "", tone)

        self._tell_printers()

    @Slot(str)
    def _job_stands(self, _wave: str) -> None:
        """Whatever page is shown: a printer waits for a hand."""
        self.parts.sounds.play(Cue.LOOK)

    @Slot()
    def _show_job(self) -> None:
        line = self.makings.wave_job.summary()
        self.window.go("waves", line.wave_id if line is not None else None)

    @Slot()
    def _focus_moved(self) -> None:
        """Codes are shorter at the bench: its command cards count from three characters."""
        at_bench = isinstance(self.parts.app.activeWindow(), FullScreenPage)
        self.parts.scanner.set_at_bench(at_bench)

    # -- the window --------------------------------------------------------------------------

    @Slot()
    def _undo(self) -> None:
        page = self.window.current_page
        if page is not None:
            page.undo()

    def may_close(self) -> bool:
        """Whether the window may close now; while labels are printed a person is asked."""
        job = self.makings.wave_job
        if self._closing or not job.running():
            return True
        title, body = job.closing_question()
        dialog = self.window.ask(
            title,
            body,
            [Verb("stay", tr("Go on printing"), safe=True), Verb("close", tr("Close"))],
        )
        dialog.chosen.connect(self._closing_answered)
        return False

    @Slot(str)
    def _closing_answered(self, verb: str) -> None:
        if verb == "close":
            self._closing = True
            self.window.close()
