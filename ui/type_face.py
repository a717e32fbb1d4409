"""A font with its measures, ready for painting: width, elision, baseline."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetricsF

# Inter capitals, digits and Chinese characters are optically centred when the baseline sits this
# share of the size below the centre line; Qt's AlignVCenter sits low because the Chinese font's
# ascent is larger.
BASELINE_SHARE = 0.365
_CACHE_LIMIT = 4096


class Face:
    """One font of the theme. Cheap to keep, not thread-safe (main thread only)."""

    __slots__ = ("_elided", "_metrics", "_widths", "font", "line_px", "px")

    def __init__(self, font: QFont, px: int, line_px: int) -> None:
        self.font = font
        self.px = px
        self.line_px = line_px
        self._metrics = QFontMetricsF(font)
        self._widths: dict[str, float] = {}
        self._elided: dict[tuple[str, int], str] = {}

    def width(self, text: str) -> float:
        """Advance width in logical pixels."""
        known = self._widths.get(text)
        if known is None:
            if len(self._widths) > _CACHE_LIMIT:
                self._widths.clear()
            known = self._widths[text] = self._metrics.horizontalAdvance(text)
        return known

    def elided(self, text: str, width: float) -> str:
        """``text``, cut with an ellipsis where it is wider than ``width``."""
        if self.width(text) <= width:
            return text
        key = (text, int(width))
        known = self._elided.get(key)
        if known is None:
            if len(self._elided) > _CACHE_LIMIT:
                self._elided.clear()
            known = self._metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)
            self._elided[key] = known
        return known

    def baseline(self, centre_y: float) -> float:
        """Where the baseline goes for a line whose centre is at ``centre_y``."""
        return round(centre_y + BASELINE_SHARE * self.px)
