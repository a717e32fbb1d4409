"""What the buttons of the page do: each asks a service in a lane and shows what came of it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from app.domain.errors import PackbenchError
from app.domain.text import T, ntr, sentences, tr
from app.jobs import CancelToken, Progress
from app.ports import SendResult, Sent
from app.services.numbers import by_person
from app.services.parcels import checking, shipping
from app.services.waves import looking, picking, waves
from app.services.waves.looking import Looked, Seen, Wish
from app.services.waves.wave_views import WaveSheet
from app.services.workplace import Workplace
from ui.address_question import AddressQuestion
from ui.page import PageTools
from ui.pages.waves import panel_facts
from ui.pages.waves.number_question import NumberQuestion
from ui.pages.waves.remedies import Failure, Fix, FixKind
from ui.pages.waves.short_question import ShortQuestion
from ui.pages.waves.words import counts_of
from ui.paint_status import Severity
from ui.wave_job import WaveJob
from ui.widgets.banner import BannerPlace, Notice
from ui.widgets.buttons import Kind
from ui.widgets.dialog import Dialog, Verb

LANE = "waves-acts"
_PLACES = {
    FixKind.STOCK: "stock",
    FixKind.PRODUCTS: "products",
    FixKind.AFTER_SALES: "aftersales",
}
_NOT_OUT = T("The pick list was not printed.")
_LOOK = T("Look at the printer, then print again.")


def _when(dialog: Dialog, verb: str, run: Callable[[], None]) -> None:
    """Run it when this verb is chosen."""

    def chosen(key: str) -> None:
        if key == verb:
            run()

    dialog.chosen.connect(chosen)


class WaveActs(QObject):
    """``made(wave_id)`` after a new wave; ``left(parcel_ids)`` when there shall be none after all;
    ``balance_wanted`` asks for the tab of the accounts, ``review_wanted(found)`` for what stays
    out of a new wave.

    Everything that fails becomes a red banner with its remedy, until the next thing works.
    """

    made = Signal(str)
    left = Signal(object)
    balance_wanted = Signal()
    review_wanted = Signal(object)

    def __init__(
        self, tools: PageTools, work: Workplace, job: WaveJob, banners: BannerPlace, page: QWidget
    ) -> None:
        super().__init__(page)
        self._tools, self._work, self._job = tools, work, job
        self._banners = banners
        self.wave = ""
        self._short = ShortQuestion(work, tools, self)
        self.address = AddressQuestion(work, tools, self)
        self.address.failed.connect(self.show_error)

    def do(
        self,
        run: Callable[[Workplace], object],
        done: Callable[[object], None] | None = None,
        failed: Callable[[PackbenchError], None] | None = None,
    ) -> None:
        """Run a service in the page's lane; ``done`` gets its result on the main thread.

        ``failed`` says an error elsewhere than in the page's banner.
        """
        work = self._work

        def job(_progress: Progress, _cancel: CancelToken) -> object:
            return run(work)

        def ended(result: object) -> None:
            self._banners.take("failed")
            if done is not None:
                done(result)

        self._tools.jobs.run(
            LANE, job, name="wave", done=ended, failed=failed or self.show_error, owner=self
        )

    @Slot(object)
    def show_error(self, error: PackbenchError) -> None:
        """A red banner: what happened and what to do."""
        self._banners.put(
            Notice("failed", Severity.FAILED, error.message, error.remedy, tr("I see"))
        )

    def create(self, wish: Wish, seen: Seen) -> None:
        """A new wave, numbered and printed at once, without what stays out; ``seen`` is known."""
        mine = dict(seen)

        def make(work: Workplace) -> object:
            looked = looking.look(work, wish, mine)
            wave = waves.create(
                work,
                carrier=wish.carrier,
                order_by=wish.order_by,
                limit=wish.limit,
                without=looked.left_out,
            )
            return wave, looked

        def made(result: object) -> None:
            if isinstance(result, tuple):
                wave, looked = result
                self._job.start(wave.id)
                self.made.emit(wave.id)
                self._tell_left_out(looked)

        self.do(make, made)

    def _tell_left_out(self, looked: Looked) -> None:
        n = len(looked.left_out)
        if n:
            found = {p: t for p, t in looked.found.items() if p in looked.left_out}
            self._tools.shell.say(
                ntr("{n} order stays out of the wave", "{n} orders stay out of the wave", n),
                icon="warning",
                action=tr("Check them"),
                act=lambda: self.review_wanted.emit(found),
            )

    def create_of(self, parcels: tuple[str, ...]) -> None:
        """A new wave of exactly these parcels, once there are labels enough or somebody agrees."""
        self._short.before(
            lambda _work: parcels,
            lambda: self._create_of(parcels),
            lambda: self.left.emit(parcels),
        )

    def _create_of(self, parcels: tuple[str, ...]) -> None:

        def made(wave: object) -> None:
            if isinstance(wave, waves.Wave):
                self._job.start(wave.id)
                self.made.emit(wave.id)

        self.do(lambda work: waves.create(work, only=parcels), made)

    # -- the job -----------------------------------------------------------------------------

    def press(self, key: str, sheet: WaveSheet) -> None:
        """A button of the panel of this wave."""
        counts = counts_of(sheet, self._job.view(sheet.id))
        action, _, value = key.partition(":")
        match action:
            case panel_facts.PAUSE:
                self._job.pause(sheet.id)
            case panel_facts.CANCEL:
                self.ask_cancel(counts.waiting, counts.printed)
            case panel_facts.GO:
                self._job.start(sheet.id)
            case panel_facts.OTHER:
                self._job.start(sheet.id, printer=value)
            case panel_facts.SHIP:
                self.ask_ship(sheet.to_ship)

    def ask_cancel(self, waiting: int, printed: int) -> None:
        """Cancelling says what is kept."""
        kept = ntr("The printed label stays good.", "The {n} printed labels stay good.", printed)
        rest = tr("The others leave this wave with the numbers they have, for another one.")
        dialog = self._tools.shell.ask(
            ntr("Cancel {n} label?", "Cancel {n} labels?", waiting),
            sentences(kept, rest) if printed else rest,
            [
                Verb("keep", tr("Do not cancel"), safe=True),
                Verb("cancel", ntr("Cancel {n}", "Cancel {n}", waiting), Kind.DANGER_SOLID),
            ],
        )
        wave = self.wave
        _when(dialog, "cancel", lambda: self._job.cancel_rest(wave))

    def ask_ship(self, parcels: tuple[str, ...]) -> None:
        """Ship what is printed, without the bench: told to the shop, taken from the shelf."""
        n = len(parcels)
        dialog = self._tools.shell.ask(
            ntr("Ship {n} order?", "Ship {n} orders?", n),
            tr("Nobody scanned what is in the boxes. The shop is told, stock goes down."),
            [
                Verb("wait", tr("Not yet"), safe=True),
                Verb("ship", ntr("Ship {n} order", "Ship {n} orders", n), Kind.PRIMARY),
            ],
        )
        _when(dialog, "ship", lambda: self._ship(parcels))

    def _ship(self, parcels: tuple[str, ...]) -> None:
        def shipped(rows: object) -> None:
            found = list(rows) if isinstance(rows, list) else []
            good = sum(r.ok for r in found)
            bad = [r for r in found if not r.ok]
            self._tools.shell.say(ntr("{n} order shipped", "{n} orders shipped", good))
            if bad and bad[0].message is not None and bad[0].remedy is not None:
                self.show_error(PackbenchError(bad[0].code, bad[0].message, bad[0].remedy))

        self.do(lambda work: shipping.ship(work, parcel_ids=parcels, unpacked=True), shipped)

    # -- pick list --------------------------------------------------------------------------

    def print_list(self) -> None:
        """The pick list on paper."""
        wave = self.wave

        def printed(sent: object) -> None:
            if isinstance(sent, Sent) and sent.result in {SendResult.CONFIRMED, SendResult.SENT}:
                self._tools.shell.say(tr("The pick list is printed"))
            elif isinstance(sent, Sent):
                self.show_error(PackbenchError("printer", sent.reason or _NOT_OUT, _LOOK))

        self.do(lambda work: picking.print_pick_list(work, wave), printed)

    def mark_picked(self) -> None:
        """The wave is picked: on to the bench."""
        wave = self.wave

        def picked(n: object) -> None:
            if isinstance(n, int):
                words = ntr("{n} order goes to the bench", "{n} orders go to the bench", n)
                self._tools.shell.say(words)

        self.do(lambda work: picking.mark_picked(work, wave), picked)

    # -- what failed -------------------------------------------------------------------------

    @Slot(object, object)
    def fix(self, failure: Failure, fix: Fix) -> None:
        """A button of a failed row."""
        parcel, value = failure.parcel, fix.value
        match fix.kind:
            case FixKind.CARRIER:
                self.do(lambda work: checking.change_carrier(work, parcel, value))
            case FixKind.ADDRESS:
                self.address.ask(parcel, value)
            case FixKind.REMOVE:
                self.do(lambda work: waves.remove(work, parcel))
            case FixKind.LOST:
                self._ask_lost(parcel)
            case FixKind.TYPE_NUMBER:
                self._ask_number(parcel)
            case FixKind.ORDER:
                self._tools.shell.go("orders", failure.order_id)
            case FixKind.BALANCE:
                self.balance_wanted.emit()
            case FixKind.RETRY:
                self._job.retry_failed(self.wave)
            case place:
                self._tools.shell.go(_PLACES[place])

    def _ask_lost(self, parcel: str) -> None:
        dialog = self._tools.shell.ask(
            tr("Count the number as lost?"),
            tr("If the carrier did give one: a prepaid number is gone, or two are on one parcel."),
            [
                Verb("keep", tr("Keep looking"), safe=True),
                Verb("lost", tr("Count it as lost"), Kind.DANGER),
            ],
        )
        _when(dialog, "lost", lambda: self.do(lambda work: by_person.lost(work, parcel)))

    def _ask_number(self, parcel: str) -> None:
        def take(number: str, company: str) -> None:
            self.do(lambda work: by_person.take(work, parcel, number, company), self._taken)

        self._question = NumberQuestion(self._tools, self._work, take, self)

    def _taken(self, taken: object) -> None:
        if isinstance(taken, by_person.Taken) and taken.warning is not None:
            self._tools.shell.say(str(taken.warning))
