"""Which label the page shows: the one at the printer, the chosen row's, or the last one out."""

from __future__ import annotations

from collections.abc import Hashable, Mapping

from app.domain.states import Route
from app.domain.text import T, tr
from app.services.waves.wave_views import WaveParcel, WaveSheet
from ui.pages.waves.loader import WaveLoader
from ui.pages.waves.parcel_table import is_out
from ui.pages.waves.side_panel import LabelFacts, SidePanel
from ui.wave_run import Phase, RunView

_PLATFORM = T("The platform's component draws this label")


def parcel_to_show(sheet: WaveSheet, run: RunView | None, current: Hashable | None) -> str:
    """Its id; empty while no parcel of the wave has a number."""
    parcels: Mapping[str, WaveParcel] = {p.id: p for p in sheet.parcels}
    busy = run is not None and run.busy
    if busy and run is not None and run.current in parcels and parcels[run.current].waybill:
        return run.current
    if not busy and isinstance(current, str) and current in parcels:
        return current
    numbered = [p for p in sheet.parcels if p.waybill]
    printed = [p for p in numbered if is_out(p, run)]
    drawn = [p for p in printed if p.route == Route.DIRECT]
    return next((p.id for p in (drawn[-1:] or printed[-1:] or numbered[:1])), "")


def _title(run: RunView) -> str:
    """Over the label at the printer."""
    match run.phase:
        case Phase.HELD:
            return tr("Next label")
        case Phase.ASKED:
            return tr("In doubt")
        case _:
            return tr("Printing now")


class LabelPlace:
    """Asks for the picture in a lane and hands it to the panel; ``parcel`` is the one shown."""

    def __init__(self, side: SidePanel, loader: WaveLoader) -> None:
        self._side, self._loader = side, loader
        self.parcel = ""
        self._drawn: tuple[str, bytes | None, str] = ("", None, "")
        self._wanted = ""
        self._last: tuple[WaveSheet, RunView | None] | None = None

    def show_one(self, sheet: WaveSheet, run: RunView | None, current: Hashable | None) -> None:
        """Show the right label of the wave as it stands."""
        self._last = (sheet, run)
        self.parcel = parcel_to_show(sheet, run, current)
        self._show()

    def _show(self) -> None:
        if self._last is None:
            return
        sheet, run = self._last
        parcel = next((p for p in sheet.parcels if p.id == self.parcel), None)
        if parcel is None or not parcel.waybill:
            self._wanted = ""
            facts = LabelFacts(tr("Label"), "", tr("No number, no label yet"))
            self._side.show_label(None, facts, may_reprint=False)
            return
        busy = run is not None and run.busy
        now = busy and run is not None and run.current == parcel.id
        title = _title(run) if now and run is not None else tr("Label")
        place = tr("no. {n}", n=parcel.position)
        known, png, said = self._drawn
        if known != parcel.id and self._wanted != parcel.id:
            self._wanted = parcel.id
            self._loader.label(parcel.id, self._ready)
        if known == parcel.id:
            facts = LabelFacts(title, place, said or str(_PLATFORM), parcel.waybill)
        else:
            # While labels fly by, the last picture stays until the next one is drawn.
            png = png if busy else None
            facts = LabelFacts(title, place, number=parcel.waybill)
        self._side.show_label(png, facts, may_reprint=parcel.printed and not busy)

    def _ready(self, parcel: str, png: bytes | None, said: str) -> None:
        self._drawn = (parcel, png, said)
        if self._wanted == parcel:
            self._wanted = ""
        self._show()
