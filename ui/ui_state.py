"""What the window remembers between starts: geometry, page, tabs, widths, theme."""

from __future__ import annotations

import json
from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings

from ui.theme_tokens import Scheme, TextSize


class UiState:
    """An ini file in the data folder. Values that cannot be read count as never written."""

    def __init__(self, file: Path) -> None:
        self._store = QSettings(str(file), QSettings.Format.IniFormat)

    def text(self, key: str, default: str = "") -> str:
        """A remembered word."""
        value = self._store.value(key, default)
        return value if isinstance(value, str) else default

    def set_text(self, key: str, value: str) -> None:
        """Remember a word."""
        self._store.setValue(key, value)

    def record(self, key: str) -> dict[str, object]:
        """A remembered record (filters, column widths); empty when there is none."""
        try:
            read = json.loads(self.text(key, "{}"))
        except ValueError:
            return {}
        return read if isinstance(read, dict) else {}

    def set_record(self, key: str, value: dict[str, object]) -> None:
        """Remember a record of plain JSON values."""
        self._store.setValue(key, json.dumps(value, ensure_ascii=False))

    def geometry(self) -> QByteArray:
        """The window's place, as Qt packs it."""
        value = self._store.value("window/geometry")
        return value if isinstance(value, QByteArray) else QByteArray()

    def set_geometry(self, value: QByteArray) -> None:
        """Remember the window's place."""
        self._store.setValue("window/geometry", value)

    def scheme(self) -> Scheme:
        """Light, dark or system."""
        try:
            return Scheme(self.text("look/scheme", Scheme.SYSTEM))
        except ValueError:
            return Scheme.SYSTEM

    def set_scheme(self, scheme: Scheme) -> None:
        """Remember light, dark or system."""
        self.set_text("look/scheme", scheme.value)

    def text_size(self) -> TextSize:
        """The reading size."""
        try:
            return TextSize[self.text("look/text_size", TextSize.STANDARD.name)]
        except KeyError:
            return TextSize.STANDARD

    def set_text_size(self, size: TextSize) -> None:
        """Remember the reading size."""
        self.set_text("look/text_size", size.name)

    def flush(self) -> None:
        """Write to disk now."""
        self._store.sync()
