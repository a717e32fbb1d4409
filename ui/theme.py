"""The look of the application: colours, fonts, palette and style sheet, switched while it runs."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette, QPixmapCache
from PySide6.QtWidgets import QApplication, QToolTip

from ui.theme_qss import style_sheet
from ui.theme_tokens import (
    CHINESE_FAMILIES,
    DISPLAY_FAMILY,
    ICON_FAMILIES,
    LATIN_FAMILY,
    Scheme,
    TextSize,
    Tokens,
    Type,
    dark_tokens,
    light_tokens,
    with_high_contrast,
)
from ui.type_face import Face

_HINT_BELOW_PX = 20


def load_fonts(folder: Path) -> list[str]:
    """Register the bundled fonts; the names of files that could not be read.

    Needs a QApplication. Reading the two Chinese files costs a few milliseconds.
    """
    return [
        file.name
        for file in sorted(folder.glob("*.ttf"))
        if QFontDatabase.addApplicationFont(str(file)) < 0
    ]


class Theme(QObject):
    """Colours by token, fonts by role. Every painted widget is given one and follows ``changed``.

    ``t`` holds the current tokens; ``changed`` comes after palette, style sheet and fonts are in
    place. Main thread only.
    """

    changed = Signal()

    def __init__(
        self,
        app: QApplication,
        *,
        scheme: Scheme = Scheme.SYSTEM,
        text_size: TextSize = TextSize.STANDARD,
        reduce_motion: bool = False,
    ) -> None:
        super().__init__(app)
        self._app = app
        self._scheme = scheme
        self._text_size = text_size
        self._high_contrast: bool | None = None
        self.reduce_motion = reduce_motion
        self.epoch = 0
        self._faces: dict[tuple[object, ...], Face] = {}
        self.t: Tokens = light_tokens()
        hints = app.styleHints()
        hints.colorSchemeChanged.connect(self._system_changed)
        hints.accessibility().contrastPreferenceChanged.connect(self._system_changed)
        self._apply()

    @property
    def scheme(self) -> Scheme:
        return self._scheme

    @property
    def text_size(self) -> TextSize:
        return self._text_size

    def set_scheme(self, scheme: Scheme) -> None:
        """Light, dark, or whatever the desktop says; native title bars follow."""
        if scheme is not self._scheme:
            self._scheme = scheme
            self._apply()

    def toggle_dark(self) -> None:
        """Light to dark or back, from what is shown now."""
        self.set_scheme(Scheme.LIGHT if self.t.dark else Scheme.DARK)

    def set_text_size(self, size: TextSize) -> None:
        """Multiply all type and row heights."""
        if size is not self._text_size:
            self._text_size = size
            self._apply()

    def set_high_contrast(self, wanted: bool | None) -> None:
        """Strong edges on or off; ``None`` follows the desktop."""
        if wanted != self._high_contrast:
            self._high_contrast = wanted
            self._apply()

    def scaled(self, px: float) -> int:
        """A height or a gap that grows with the text."""
        return round(px * self._text_size.value)

    def face(self, role: Type, weight: int | None = None) -> Face:
        """The font of a role with its measures, at the current reading size."""
        key = (role, weight)
        known = self._faces.get(key)
        if known is None:
            spec = role.value
            px = self.scaled(spec.px)
            font = text_font(px, weight or spec.weight, display=spec.display)
            known = self._faces[key] = Face(font, px, self.scaled(spec.line_px))
        return known

    def sized_face(self, px: float, weight: int = 400) -> Face:
        """A face outside the roles: only for the pack station, whose unit follows the screen."""
        whole = max(8, round(px))
        key = ("sized", whole, weight)
        known = self._faces.get(key)
        if known is None:
            display = whole >= 24 and weight >= 600
            font = text_font(whole, weight, display=display)
            known = self._faces[key] = Face(font, whole, round(whole * 1.4))
        return known

    def icon_face(self, px: int, weight: str = "regular") -> Face:
        """The icon font at a size; ``weight`` is regular, bold or fill."""
        key = ("icon", px, weight)
        known = self._faces.get(key)
        if known is None:
            font = QFont(ICON_FAMILIES[weight])
            font.setPixelSize(px)
            font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
            font.setStyleStrategy(QFont.StyleStrategy.NoFontMerging)
            known = self._faces[key] = Face(font, px, px)
        return known

    def font(self, role: Type, weight: int | None = None) -> QFont:
        """The font of a role, for ``setFont``."""
        return self.face(role, weight).font

    @Slot()
    def _system_changed(self) -> None:
        if self._scheme is Scheme.SYSTEM or self._high_contrast is None:
            self._apply()

    def _apply(self) -> None:
        hints = self._app.styleHints()
        wanted = {
            Scheme.SYSTEM: Qt.ColorScheme.Unknown,
            Scheme.LIGHT: Qt.ColorScheme.Light,
            Scheme.DARK: Qt.ColorScheme.Dark,
        }[self._scheme]
        blocked = hints.blockSignals(True)
        hints.setColorScheme(wanted)
        hints.blockSignals(blocked)
        shown = hints.colorScheme() if self._scheme is Scheme.SYSTEM else wanted
        tokens = dark_tokens() if shown == Qt.ColorScheme.Dark else light_tokens()
        contrast = self._high_contrast
        if contrast is None:
            preference = hints.accessibility().contrastPreference()
            contrast = preference == Qt.ContrastPreference.HighContrast
        self.t = with_high_contrast(tokens) if contrast else tokens
        self._faces.clear()
        QPixmapCache.clear()
        self.epoch += 1
        self._app.setFont(self.font(Type.BODY))
        QToolTip.setFont(self.font(Type.CAPTION))
        self._app.setPalette(palette(self.t))
        QToolTip.setPalette(palette(self.t))
        self._app.setStyleSheet(style_sheet(self.t, self.scaled))
        self.changed.emit()
        for widget in self._app.allWidgets():
            widget.update()


def text_font(px: int, weight: int, *, display: bool = False) -> QFont:
    """Inter with the Chinese families behind it, tabular digits, ``px`` high."""
    font = QFont()
    latin = (DISPLAY_FAMILY, LATIN_FAMILY) if display and px >= 24 else (LATIN_FAMILY,)
    font.setFamilies([*latin, *CHINESE_FAMILIES])
    font.setPixelSize(px)
    font.setWeight(QFont.Weight(weight))
    font.setFeature(QFont.Tag("tnum"), 1)
    hinting = QFont.HintingPreference
    font.setHintingPreference(
        hinting.PreferVerticalHinting if px < _HINT_BELOW_PX else hinting.PreferNoHinting
    )
    return font


def palette(t: Tokens) -> QPalette:
    """The Qt palette of the tokens: what Fusion draws by itself fits then, too."""
    made = QPalette()
    role = QPalette.ColorRole
    pairs: tuple[tuple[QPalette.ColorRole, QColor], ...] = (
        (role.Window, t.canvas),
        (role.WindowText, t.text),
        (role.Base, t.surface),
        (role.AlternateBase, t.subtle),
        (role.Text, t.text),
        (role.PlaceholderText, t.text3),
        (role.Button, t.surface),
        (role.ButtonText, t.text),
        (role.BrightText, t.on_accent),
        (role.Highlight, t.accent),
        (role.HighlightedText, t.on_accent),
        (role.Link, t.accent_text),
        (role.LinkVisited, t.accent_text),
        (role.ToolTipBase, t.ink),
        (role.ToolTipText, t.on_ink),
        (role.Light, t.surface),
        (role.Midlight, t.hover),
        (role.Mid, t.border2),
        (role.Dark, t.control),
        (role.Shadow, t.shadow),
        (role.Accent, t.accent),
    )
    for which, color in pairs:
        made.setColor(which, color)
    for which in (role.WindowText, role.Text, role.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, which, t.disabled)
    return made
