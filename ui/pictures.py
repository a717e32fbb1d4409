"""Product pictures from local files, scaled once per size and device ratio."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImageReader, QPixmap, QPixmapCache


class Pictures:
    """Looks up ``<folder>/<key>`` (png, jpg, webp), or ``None``. Main thread only."""

    def __init__(self, *folders: Path) -> None:
        self._folders = folders
        self._missing: set[str] = set()

    def add_folder(self, folder: Path) -> None:
        """Look here too, last."""
        self._folders = (*self._folders, folder)
        self._missing.clear()

    def forget(self, key: str) -> None:
        """The file has changed or has arrived."""
        self._missing.discard(key)
        QPixmapCache.clear()

    def pixmap(self, key: str, px: int, ratio: float) -> QPixmap | None:
        """The square picture of ``key``, ``px`` logical pixels wide at ``ratio``."""
        if key in self._missing or key in ("", "-"):
            return None
        cache_key = f"picture/{key}/{px}@{ratio:g}"
        found = QPixmap()
        if QPixmapCache.find(cache_key, found):
            return found
        file = self._file(key)
        if file is None:
            self._missing.add(key)
            return None
        made = _square(file, round(px * ratio))
        if made is None:
            self._missing.add(key)
            return None
        QPixmapCache.insert(cache_key, made)
        return made

    def _file(self, key: str) -> Path | None:
        plain = Path(key).name
        for folder in self._folders:
            for name in (plain, f"{plain}.png", f"{plain}.jpg", f"{plain}.webp"):
                if (folder / name).is_file():
                    return folder / name
        return None


def _square(file: Path, side: int) -> QPixmap | None:
    reader = QImageReader(str(file))
    reader.setAutoTransform(True)
    size = reader.size()
    if size.isValid():
        reader.setScaledSize(size.scaled(side, side, Qt.AspectRatioMode.KeepAspectRatioByExpanding))
    image = reader.read()
    if image.isNull():
        return None
    if image.width() != side or image.height() != side:
        image = image.scaled(
            QSize(side, side),
            Qt.AspectRatioMode.KeepAspectRatioByExpanding,
            Qt.TransformationMode.SmoothTransformation,
        )
        image = image.copy((image.width() - side) // 2, (image.height() - side) // 2, side, side)
    return QPixmap.fromImage(image)
