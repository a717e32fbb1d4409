"""Pictures for an answer to the shop: chosen from files, shown by name, taken out again."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from app.domain.text import tr
from ui.theme import Theme
from ui.theme_tokens import Tone, Type
from ui.widgets.buttons import Button, IconButton, Size
from ui.widgets.label import TextLabel
from ui.widgets.tone_card import Lines

LARGEST_BYTES = 2_000_000
MOST = 9
_WIDTH = 392
_KINDS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")


class PictureChoice(QWidget):
    """``files`` are the chosen ones. ``changed`` when there are others, or the height is another.

    What cannot be sent is refused at once: only PNG and JPEG up to 2 MB, told by their contents.
    """

    changed = Signal()

    def __init__(self, theme: Theme, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self._files: list[Path] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        head = QHBoxLayout()
        head.addWidget(TextLabel(theme, title, Type.CAPTION, "text2"), 1)
        self.add = Button(theme, tr("Add pictures"), self, size=Size.SMALL, icon="plus")
        self.add.clicked.connect(self._choose)
        head.addWidget(self.add)
        column.addLayout(head)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(2)
        column.addLayout(self._rows)
        self.trouble = Lines(theme, "", color=Tone.ERR, width=_WIDTH, most=3, icon="warning-circle")
        self.trouble.hide()
        column.addWidget(self.trouble)

    @property
    def files(self) -> tuple[Path, ...]:
        return tuple(self._files)

    @Slot()
    def _choose(self) -> None:
        kinds = tr("Pictures (PNG, JPEG)") + " (*.png *.jpg *.jpeg)"
        names, _ = QFileDialog.getOpenFileNames(self, tr("Add pictures"), "", kinds)
        self.take(Path(name) for name in names)

    def take(self, files: Iterable[Path]) -> None:
        """Add these; the first that cannot be sent is said."""
        trouble = ""
        for file in files:
            wrong = _wrong(file) if file not in self._files else ""
            if not wrong and len(self._files) >= MOST:
                wrong = tr("{n} pictures are enough; take one out first.", n=MOST)
            if not wrong and file not in self._files:
                self._files.append(file)
            trouble = trouble or wrong
        self.trouble.set_text(trouble)
        self._show()

    def _show(self) -> None:
        while (item := self._rows.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for file in self._files:
            self._rows.addWidget(self._row(file))
        self.changed.emit()

    def _row(self, file: Path) -> QWidget:
        line = QWidget(self)
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(TextLabel(self.theme, file.name, Type.BODY), 1)
        cross = IconButton(self.theme, "x", tr("Take {name} out", name=file.name), line, size=24)
        cross.clicked.connect(lambda: self._drop(file))
        row.addWidget(cross)
        return line

    def _drop(self, file: Path) -> None:
        self._files.remove(file)
        self.trouble.set_text("")
        self._show()


def _wrong(file: Path) -> str:
    """Why a file cannot be sent, and what to do; empty when it can."""
    try:
        size = file.stat().st_size
        with file.open("rb") as opened:
            start = opened.read(8)
    except OSError:
        return tr("“{name}” cannot be read. Copy it to this computer first.", name=file.name)
    if not start.startswith(_KINDS):
        return tr("“{name}” is no picture. Take a PNG or JPEG file.", name=file.name)
    if size > LARGEST_BYTES:
        return tr("“{name}” is larger than 2 MB. Make it smaller first.", name=file.name)
    return ""
