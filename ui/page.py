"""What a page is made of: its entry in the sidebar, its tools, its head."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol, TypeVar

from PySide6.QtCore import QPointF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget
from typing_extensions import override

from app.domain.text import T, Text
from ui.change_feed import ChangeFeed, Freshness
from ui.job_runner import JobRunner
from ui.paint import draw_icon, draw_text
from ui.paint_boxes import round_rect
from ui.paint_status import Severity, draw_severity
from ui.pictures import Pictures
from ui.sounds import SoundPlayer
from ui.theme import Theme
from ui.theme_tokens import Type
from ui.ui_state import UiState
from ui.widgets.banner import BannerPlace
from ui.widgets.control import Control, PressControl
from ui.widgets.dialog import DIALOG_PX, Dialog, Verb
from ui.widgets.drawer import Drawer
from ui.widgets.label import TextLabel

HEAD_PX = 56
ButtonT = TypeVar("ButtonT", bound=Control)

# The headings of the sidebar, in this order.
SHIPPING = T("Shipping")
GOODS = T("Goods")
SERVICE = T("Service")
BUSINESS = T("Business")


class Shell(Protocol):
    """What the window does for a page."""

    def say(
        self,
        text: str,
        *,
        icon: str = "check-circle",
        action: str = "",
        act: Callable[[], None] | None = None,
    ) -> None:
        """A toast: success or progress, with at most one action."""

    def ask(
        self,
        title: str,
        body: str,
        verbs: Sequence[Verb],
        content: QWidget | None = None,
        *,
        width: int = DIALOG_PX,
    ) -> Dialog:
        """A question over the window; connect its ``chosen``."""

    def go(self, page_key: str, argument: object = None) -> None:
        """Another page; ``argument`` reaches its ``activated``."""

    def lift_toasts(self, px: int) -> None:
        """Room below the toasts (the bulk bar is there)."""

    def set_badge(self, page_key: str, text: str, *, warn: bool = False) -> None:
        """The number beside a page in the sidebar; empty for none."""


@dataclass(frozen=True, slots=True)
class PageTools:
    """What every page is given."""

    theme: Theme
    feed: ChangeFeed
    jobs: JobRunner
    pictures: Pictures
    state: UiState
    sounds: SoundPlayer
    shell: Shell


@dataclass(frozen=True, slots=True)
class PageEntry:
    """A page as data. ``group`` is the heading above it; ``factory`` is called on first use.

    ``in_foot``: not in the list of places but an icon at the foot of the sidebar. The factory
    gives a ``Page`` for the sheet, or a ``FullScreenPage`` (the bench).
    """

    key: str
    icon: str
    title: Text
    group: Text
    shortcut: str
    factory: Callable[[PageTools], Page | FullScreenPage]
    in_foot: bool = False


class StateChip(PressControl):
    """ "Synced 12 seconds ago": a severity glyph and a line, at the right of the head.

    A chip that opens something (``set_opens``) can be clicked and reached with Tab.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._severity = Severity.FINE
        self._opens = False
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()

    def tell(self, severity: Severity, text: str) -> None:
        """Show a state; an empty text hides the chip."""
        self._severity = severity
        self.setText(text)
        self.setAccessibleName(text)
        self.setVisible(bool(text))
        self._restyle()

    def set_opens(self, what: str) -> None:
        """A click opens ``what`` (its tooltip)."""
        self._opens = True
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.set_help(what)

    @override
    def sizeHint(self) -> QSize:
        width = self.theme.face(Type.BODY).width(self.text())
        return QSize(round(width) + (48 if self._opens else 24), self.theme.scaled(28))

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(20, self.theme.scaled(28))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p, t = QPainter(self), self.theme.t
        middle = self.height() / 2
        left = 8 if self._opens else 0
        if self._opens and (self.hovered or self.isDown()):
            round_rect(p, self.rect(), 6, t.active if self.isDown() else t.hover)
        draw_severity(p, self._severity, QPointF(left + 9, middle), 16, self.theme)
        box = self.rect().adjusted(left + 22, 0, -18 if self._opens else 0, 0)
        taken = draw_text(p, box, self.text(), self.theme.face(Type.BODY), t.text2)
        if self._opens:
            at = QPointF(box.left() + taken + 11, middle + 0.5)
            draw_icon(p, "caret-down", at, 12, t.text3, self.theme, "bold")


class PageHead(QWidget):
    """Title at the left; state chip and at most three buttons at the right, primary last."""

    def __init__(self, theme: Theme, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        row = QHBoxLayout(self)
        row.setContentsMargins(24, 0, 20, 0)
        row.setSpacing(12)
        self.title = TextLabel(theme, title, Type.PAGE_TITLE)
        row.addWidget(self.title)
        self.beside_title = QHBoxLayout()
        self.beside_title.setSpacing(8)
        row.addLayout(self.beside_title)
        row.addStretch(1)
        self.chip = StateChip(theme, self)
        row.addWidget(self.chip)
        self._row = row
        theme.changed.connect(self._restyle)
        self._restyle()

    @Slot()
    def _restyle(self) -> None:
        self.setFixedHeight(self.theme.scaled(HEAD_PX))

    def add_button(self, button: ButtonT) -> ButtonT:
        """Put a button at the right end."""
        self._row.addWidget(button)
        return button


class Page(QWidget):
    """Base of a page: head, banner place, ``content`` column, and a drawer beside it.

    ``topics`` names the changes that concern it; ``refresh`` is called when they happen while the
    page is visible, and once when a stale page is shown.
    """

    topics: ClassVar[frozenset[str]] = frozenset()
    shows_sync: ClassVar[bool] = False  # whether the chip of the head tells how the sync stands

    def __init__(self, tools: PageTools, title: str) -> None:
        super().__init__()
        self.tools = tools
        self.theme = tools.theme
        self.setObjectName("surface")
        self.setAccessibleName(title)
        self._across = QHBoxLayout(self)
        self._across.setContentsMargins(0, 0, 0, 0)
        self._across.setSpacing(0)
        main = QVBoxLayout()
        main.setContentsMargins(0, 0, 0, 0)
        main.setSpacing(0)
        self._across.addLayout(main, 1)
        self.head = PageHead(tools.theme, title, self)
        main.addWidget(self.head)
        self.banners = BannerPlace(tools.theme, self)
        main.addWidget(self.banners)
        self.content = QVBoxLayout()
        self.content.setContentsMargins(0, 0, 0, 0)
        self.content.setSpacing(0)
        main.addLayout(self.content, 1)
        self.drawer: Drawer | None = None
        self.freshness = Freshness(self, tools.feed, self.topics, self.refresh)

    def refresh(self, topics: frozenset[str]) -> None:
        """Load anew what ``topics`` concern. Pages override it."""

    def activated(self, argument: object = None) -> None:
        """The page was chosen; ``argument`` says what to show."""

    def deactivated(self) -> None:
        """Another page was chosen."""

    def bring_in(self) -> bool:
        """F5: bring in what this page is about; ``False`` when that is the orders of the shops."""
        return False

    def undo(self) -> None:
        """Ctrl+Z: take back the last thing done here, where that is possible."""

    def key_pressed(self, letter: str) -> bool:
        """A single key while no text field has the focus; whether the page used it."""
        return False

    def scanned(self, code: str) -> bool:
        """A code was scanned while the page is shown; whether the page used it."""
        return False

    def focus_targets(self) -> list[QWidget]:
        """Where F6 stops within the page, in reading order."""
        return [self] if self.drawer is None else [self, self.drawer]

    def put_drawer(self, drawer: Drawer) -> None:
        """Give the page its drawer (hidden at first)."""
        self.drawer = drawer
        drawer.hide()
        self._across.addWidget(drawer)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p = QPainter(self)
        p.fillRect(self.rect(), self.theme.t.surface)


class FullScreenPage(QWidget):
    """Base of a page with a window of its own (the bench); ``left`` gives the screen back."""

    topics: ClassVar[frozenset[str]] = frozenset()
    left = Signal()

    def __init__(self, tools: PageTools, title: str) -> None:
        super().__init__()
        self.tools = tools
        self.theme = tools.theme
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.freshness = Freshness(self, tools.feed, self.topics, self.refresh)

    def refresh(self, topics: frozenset[str]) -> None:
        """Load anew what ``topics`` concern."""

    def activated(self, argument: object = None) -> None:
        """The page was chosen and is on screen."""

    def key_pressed(self, letter: str) -> bool:
        """A single key while no text field has the focus; whether the page used it."""
        return False

    def scanned(self, code: str) -> bool:
        """A code was scanned; whether the page used it."""
        return False
