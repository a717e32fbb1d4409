"""The papers of a wave besides its labels: behind the three dots of its head."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Slot

from app.domain.text import tr
from app.services.workplace import Workplace
from ui.page import PageTools
from ui.pages.waves.acting import WaveActs
from ui.paper_door import PaperDoor, PaperKind
from ui.widgets.buttons import IconButton
from ui.widgets.popover import MenuItem, PopoverMenu

_WAVE_MANIFEST, _MANIFEST, _GOODS, _CARDS = "wave manifest", "manifest", "goods", "cards"


class PaperMenu(PaperDoor):
    """Opens under ``button``; what fails stands in the page's banner."""

    def __init__(
        self, work: Workplace, tools: PageTools, button: IconButton, acts: WaveActs
    ) -> None:
        super().__init__(work, tools, acts)
        self._theme, self._button, self._acts = tools.theme, button, acts
        button.clicked.connect(self.open)
        self.failed.connect(acts.show_error)

    @Slot()
    def open(self) -> None:
        """Show what can be printed."""
        items = [
            MenuItem(_WAVE_MANIFEST, tr("Print the manifest of this wave"), "truck"),
            MenuItem(_MANIFEST, tr("Print the manifest of all that waits for drivers"), "truck"),
            MenuItem(_GOODS, tr("Print product labels, one of each"), "tag"),
            MenuItem(_CARDS, tr("Print the command cards"), "barcode"),
        ]
        menu = PopoverMenu(self._theme, self._button.window(), items)
        menu.chosen.connect(self.choose)
        corner = QPoint(self._button.width(), self._button.height())
        menu.open_at(self._button.mapToGlobal(corner), right_aligned=True)

    @Slot(str)
    def choose(self, key: str) -> None:
        """A line of the menu."""
        match key:
            case "wave manifest":
                self.print(PaperKind.MANIFEST, wave=self._acts.wave)
            case "manifest":
                self.print(PaperKind.MANIFEST)
            case "goods":
                self.print(PaperKind.GOODS, wave=self._acts.wave)
            case _:
                self.print(PaperKind.CARDS)
