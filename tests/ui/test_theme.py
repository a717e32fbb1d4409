"""The theme switches colours, fonts and sizes while the window is open."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtGui import QFontInfo, QPalette
from PySide6.QtWidgets import QApplication, QLabel, QWidget

import ui
from ui.icon_glyphs import GLYPHS
from ui.theme import Theme
from ui.theme_tokens import ICON_FAMILIES, Scheme, TextSize, Type

UI = Path(ui.__file__).parent


def test_every_bundled_font_can_be_read(fonts: list[str]) -> None:
    assert fonts == []


def test_no_hex_colour_outside_the_tokens() -> None:
    hex_colour = re.compile(r"#[0-9A-Fa-f]{6}\b|#[0-9A-Fa-f]{3}\b")
    found = [
        f"{file.relative_to(UI)}: {match.group()}"
        for file in UI.rglob("*.py")
        if file.name != "theme_tokens.py"
        for match in hex_colour.finditer(file.read_text("utf-8"))
    ]
    assert found == []


def test_style_sheet_sets_no_font_size_and_no_view_rule(qapp: QApplication, theme: Theme) -> None:
    sheet = qapp.styleSheet()
    assert "font-size" not in sheet
    assert "QTableView" not in sheet
    assert not re.search(r"(^|\})\s*\*", sheet)


def test_switching_to_dark_changes_palette_sheet_and_tells(
    qapp: QApplication, theme: Theme
) -> None:
    told: list[bool] = []
    theme.changed.connect(lambda: told.append(theme.t.dark))
    light = qapp.palette().color(QPalette.ColorRole.Base)
    theme.set_scheme(Scheme.DARK)
    assert told == [True]
    assert qapp.palette().color(QPalette.ColorRole.Base) == theme.t.surface != light
    assert theme.t.surface.name() in qapp.styleSheet()
    theme.toggle_dark()
    assert not theme.t.dark


def test_switching_repaints_what_is_shown(theme: Theme, host: QWidget) -> None:
    before = host.grab().toImage().pixelColor(5, 5)
    theme.set_scheme(Scheme.DARK)
    after = host.grab().toImage().pixelColor(5, 5)
    assert before.name() != after.name() == theme.t.canvas.name()


@pytest.mark.parametrize(("size", "px"), [(TextSize.LARGE, 15), (TextSize.EXTRA_LARGE, 17)])
def test_reading_size_multiplies_type_and_rows(theme: Theme, size: TextSize, px: int) -> None:
    assert theme.font(Type.BODY).pixelSize() == 13
    theme.set_text_size(size)
    assert theme.font(Type.BODY).pixelSize() == px
    assert theme.scaled(44) == round(44 * size.value)


def test_latin_is_inter_and_chinese_is_noto(theme: Theme, qapp: QApplication) -> None:
    assert QFontInfo(theme.font(Type.BODY)).family() == "Inter"
    assert QFontInfo(theme.font(Type.COUNT)).family() == "Inter Display"
    assert "Noto Sans SC" in theme.font(Type.BODY).families()


def test_digits_are_tabular(theme: Theme) -> None:
    face = theme.face(Type.BODY)
    assert face.width("1111") == face.width("8888")


def test_every_icon_is_in_every_weight(theme: Theme) -> None:
    from PySide6.QtGui import QRawFont

    for weight, family in ICON_FAMILIES.items():
        font = theme.icon_face(16, weight).font
        assert QFontInfo(font).family() == family
        raw = QRawFont.fromFont(font)
        assert [name for name, code in GLYPHS.items() if not raw.supportsCharacter(code)] == []


def test_icons_named_in_the_source_exist() -> None:
    """Names in quotes after ``icon`` or ``draw_icon`` are in the table."""
    named = re.compile(r'(?:draw_icon\(\s*\w+,\s*|icon=|Button\(\w+, )"([a-z][a-z-]+)"')
    used = {n for f in UI.rglob("*.py") for n in named.findall(f.read_text("utf-8"))}
    assert used
    assert used - GLYPHS.keys() == set()


def test_high_contrast_is_a_switch(theme: Theme) -> None:
    plain = theme.t.border
    theme.set_high_contrast(True)
    assert theme.t.border == theme.t.control != plain
    theme.set_high_contrast(None)
    assert theme.t.border == plain


def test_labels_of_one_role_are_equally_high(theme: Theme, qapp: QApplication) -> None:
    from ui.widgets.label import TextLabel

    latin, chinese = TextLabel(theme, "2764 8256"), TextLabel(theme, "待打单")
    assert latin.sizeHint().height() == chinese.sizeHint().height() == 20
    plain = QLabel()  # what the fixed heights are for
    assert plain.sizeHint().height() >= 0
