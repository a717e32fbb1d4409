"""Have the accounts labels enough for a run that starts at once? Asked only when they have not."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject

from app.domain.errors import PackbenchError
from app.domain.text import tr
from app.jobs import CancelToken, Progress
from app.services.numbers import balances
from app.services.parcels.carrier_choice import usable_carriers
from app.services.parcels.parcel_queries import parcel_rows
from app.services.workplace import Workplace
from ui.page import PageTools
from ui.pages.waves.shortage import ShortageBox, ShortView
from ui.widgets.buttons import Kind
from ui.widgets.dialog import DIALOG_PX, Verb

LANE = "labels-left"
Found = tuple[tuple[ShortView, ...], tuple[str, ...]]


def read_shortages(work: Workplace, ids: Sequence[str]) -> Found:
    """Accounts without enough labels for these parcels, and what they could change to.

    Waits on the network when the balances are older than a few minutes.
    """
    short = balances.before_batch(work, parcels_of_batch=ids)
    if not short:
        return (), ()
    rows = parcel_rows(work, list(ids))
    views = []
    for one in short:
        mine = [r.id for r in rows if one.concerns(r) and not r.waybill and not r.holds]
        behind = tuple(mine[-one.missing :])
        views.append(ShortView(one.carrier, one.balance, one.needed, behind))
    return tuple(views), tuple(usable_carriers(work))


class ShortQuestion(QObject):
    """Looks first, in a lane of its own: nothing else waits for a shop that does not answer.

    While it looks or asks, further wishes are dropped: a key that is held down prints once.
    """

    def __init__(self, work: Workplace, tools: PageTools, parent: QObject) -> None:
        super().__init__(parent)
        self._work, self._tools = work, tools
        self._busy = False

    def before(
        self,
        parcels: Callable[[Workplace], Sequence[str]],
        go: Callable[[], None],
        stay: Callable[[], None] = lambda: None,
    ) -> None:
        """``go`` when these parcels have labels enough, or somebody says so; else ``stay``."""
        if self._busy:
            return
        self._busy = True
        work = self._work

        def look(_progress: Progress, _cancel: CancelToken) -> object:
            return read_shortages(work, parcels(work))[0]

        def known(found: object) -> None:
            self._busy = False
            if isinstance(found, tuple) and found:
                self._ask(found, go, stay)
            else:
                go()

        def not_known(error: PackbenchError) -> None:
            work.log.info("labels left are not known: %s", error.code)
            known(())

        self._tools.jobs.run(
            LANE, look, name="labels left", done=known, failed=not_known, owner=self
        )

    def _ask(
        self, found: tuple[ShortView, ...], go: Callable[[], None], stay: Callable[[], None]
    ) -> None:
        box = ShortageBox(self._tools.theme, DIALOG_PX - 48)
        box.show_shortages(found)
        dialog = self._tools.shell.ask(
            tr("Too few labels for this wave"),
            "",
            [
                Verb("stay", tr("Do not print yet"), safe=True),
                Verb("go", tr("Print all the same"), Kind.PRIMARY),
            ],
            box,
        )
        box.grown.connect(dialog.fit_soon)
        dialog.fit_soon()
        dialog.chosen.connect(lambda verb: go() if verb == "go" else stay())
