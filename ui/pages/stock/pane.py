"""What stands under one tab of the stock page, and how a tab is announced."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.text import Text
from app.services.workplace import Workplace
from ui.page import PageTools
from ui.widgets.banner import BannerPlace
from ui.widgets.control import Control
from ui.widgets.drawer import Drawer


class StockPlace(Protocol):
    """What the page does for its panes."""

    @property
    def tools(self) -> PageTools: ...

    @property
    def work(self) -> Workplace: ...

    @property
    def banners(self) -> BannerPlace: ...

    def show_pane(self, key: str, argument: object = None) -> None:
        """Another tab; ``argument`` reaches its ``opened``."""

    def has_pane(self, key: str) -> bool:
        """Whether there is such a tab."""

    def put_beside(self, drawer: Drawer) -> None:
        """A drawer beside the list, hidden at first. Its pane shows it and hides it in ``left``."""

    def receive(self, sku: str = "") -> None:
        """Begin to receive by scan; ``sku`` is the code of what was looked at."""

    def did(
        self,
        run: Callable[[Workplace], object],
        words: Callable[[object], str],
        undo: Callable[[Workplace, object], object] | None = None,
    ) -> None:
        """Do it off the main thread; a toast tells it, with Undo; an error is a banner.

        ``words`` says what was done, from what ``run`` returned; ``undo`` takes that back.
        """

    def count_anew(self) -> None:
        """The numbers on the tabs may have changed."""


class Pane(QWidget):
    """A tab's content. ``column`` is its layout; everything here is called on the main thread."""

    topics: ClassVar[frozenset[str]] = frozenset({"stock"})

    def __init__(self, place: StockPlace) -> None:
        super().__init__()
        self.place = place
        self.tools, self.work = place.tools, place.work
        self.theme = place.tools.theme
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(0)

    def opened(self, argument: object = None) -> None:
        """The tab was chosen: show what is stored now."""

    def left(self) -> None:
        """Another tab or page was chosen: hide what stands beside the list."""

    def refresh(self) -> None:
        """Something of ``topics`` changed while this tab is shown."""

    def take_focus(self) -> None:
        """The list gets the keyboard."""

    def key_pressed(self, letter: str) -> bool:
        """A single key while no text field has the focus; whether the pane used it."""
        return False

    def scanned(self, code: str) -> bool:
        """A code was scanned; whether the pane used it."""
        return False

    def escaped(self) -> bool:
        """Esc: close the drawer; whether there was something to close."""
        return False

    def focus_targets(self) -> list[QWidget]:
        """Where F6 stops, in reading order."""
        return [self]

    def head_buttons(self) -> Sequence[Control]:
        """The pane's own buttons in the head of the page, at most three, the primary last."""
        return ()


@dataclass(frozen=True, slots=True)
class PaneEntry:
    """A tab as data. ``factory`` is called when the tab is first chosen.

    ``count``: the number beside the title, read off the main thread; ``None`` shows none.
    """

    key: str
    title: Text
    factory: Callable[[StockPlace], Pane]
    count: Callable[[Workplace], int | None] | None = None
