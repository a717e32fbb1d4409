"""What the fonts can show, and what happens with what they cannot."""

from __future__ import annotations

from pathlib import Path

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

from app.domain.errors import UserError
from printing.documents.page import Book, Sheet
from printing.documents.raster import rasterise
from printing.fonts import (
    FONT_FOLDER,
    MISSING_GLYPH,
    REGULAR_FILE,
    Face,
    Fonts,
    Printable,
    load_fonts,
)
from tests.printing.reading import text_of
from tests.printing.samples import RARE


def test_both_cuts_show_rare_names_and_the_gbk_characters() -> None:
    fonts = load_fonts()
    gbk = {
        bytes((high, low)).decode("gbk", "ignore")
        for high in range(0xB0, 0xF8)
        for low in range(0xA1, 0xFF)
    } - {""}
    for face in (fonts.regular, fonts.bold):
        assert face.cover.issuperset(RARE)
        missing = {c for c in gbk if not face.cover.issuperset(c)}
        assert {c for c in missing if "\u4e00" <= c <= "\u9fff"} == set()


def test_the_two_cuts_are_different_fonts() -> None:
    fonts = load_fonts()
    assert fonts.bold.width_mm("ABC", 10) > fonts.regular.width_mm("ABC", 10)


def test_a_hanzi_is_one_em_wide() -> None:
    assert load_fonts().regular.width_mm("林", 72) == pytest.approx(25.4)


def test_missing_glyph_becomes_visible_and_is_named() -> None:
    shown = load_fonts().regular.printable("林\ue123\ue123")
    assert (shown.text, shown.missing) == (f"林{MISSING_GLYPH}{MISSING_GLYPH}", "\ue123\ue123")


def test_emoji_go_and_are_counted() -> None:
    shown = load_fonts().regular.printable("林\U0001f600晓\U0001f468\u200d\U0001f469\ufe0f")
    assert (shown.text, shown.missing, shown.dropped) == ("林晓", "", 3)


def test_invisible_characters_go_without_a_warning() -> None:
    shown = load_fonts().regular.printable("林\u200b晓\ufeff 1\u202a2\x07\ud800")
    assert shown == Printable("林晓 12")


def test_other_forms_of_a_character_become_the_ordinary_one() -> None:
    shown = load_fonts().regular.printable("\uf90a\uff0d\u01c8\uff11\uff12\u3000Ａ")
    assert shown == Printable("金-Lj12 A")


def test_fonts_are_read_once_per_folder() -> None:
    assert load_fonts() is load_fonts()


def test_missing_font_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        load_fonts(tmp_path)
    assert caught.value.code == "fonts_missing"


def test_broken_font_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / REGULAR_FILE).write_bytes((FONT_FOLDER / REGULAR_FILE).read_bytes()[:500])
    with pytest.raises(UserError) as caught:
        load_fonts(tmp_path)
    assert caught.value.code == "fonts_missing"


def _write(sheet: Sheet, text: str, size_pt: float, *, bold: bool = False) -> None:
    sheet.text(1, 5, text, size_pt, bold=bold)


def _pixels(text: str) -> bytes:
    book = Book(load_fonts())
    book.page(10, 10, lambda sheet: _write(sheet, text, 20))
    return rasterise(book.finish(), 8.0)[0].rows


def test_rare_name_characters_leave_their_own_dots() -> None:
    """Each differs from the box that a font draws for what it lacks, and from the others."""
    lacking = _notdef()
    drawn = {char: _pixels(char) for char in f"{RARE}林"}
    assert len(set(drawn.values())) == len(drawn)
    assert lacking not in drawn.values()
    assert bytes(len(lacking)) not in drawn.values()


def _notdef() -> bytes:
    """What the font itself draws for a character it has not, with nothing asked first."""
    face = load_fonts().regular
    bare = Face(face.font, face.cover | {"\ue123"}, face.widths_em)
    book = Book(Fonts(bare, bare))
    book.page(10, 10, lambda sheet: _write(sheet, "\ue123", 20))
    return rasterise(book.finish(), 8.0)[0].rows


def _small_font(path: Path, char: str, name: str) -> None:
    """A TrueType font that has one character, a filled square."""
    pen = TTGlyphPen(None)
    pen.moveTo((100, 0))
    for point in ((100, 800), (900, 800), (900, 0)):
        pen.lineTo(point)
    pen.closePath()
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder([".notdef", "square"])
    builder.setupCharacterMap({ord(char): "square"})
    builder.setupGlyf({".notdef": TTGlyphPen(None).glyph(), "square": pen.glyph()})
    builder.setupHorizontalMetrics({".notdef": (500, 0), "square": (1000, 100)})
    builder.setupHorizontalHeader(ascent=880, descent=-120)
    builder.setupNameTable({"familyName": name, "styleName": "Regular", "psName": name})
    builder.setupOS2(sTypoAscender=880, usWinAscent=880, usWinDescent=120)
    builder.setupPost()
    builder.save(path)


def test_font_of_ones_own_draws_what_the_pair_lacks(tmp_path: Path) -> None:
    char = "\U0002a6d5"
    assert char not in load_fonts().regular.cover
    _small_font(tmp_path / "own.ttf", char, "Mine")
    _small_font(tmp_path / "twin.ttf", "\U0002a6d4", "Mine")  # the same PostScript name: left out
    (tmp_path / "broken.ttf").write_bytes(b"no font")
    fonts = load_fonts(FONT_FOLDER, tmp_path)
    for face in (fonts.regular, fonts.bold):
        assert face.printable(f"林{char}") == Printable(f"林{char}")
        assert face.width_mm(char, 72) == pytest.approx(25.4)
        assert face.printable("\U0002a6d4").missing == "\U0002a6d4"
    book = Book(fonts)
    book.page(30, 10, lambda sheet: _write(sheet, f"林{char}晓", 20, bold=True))
    pdf = book.finish()
    assert text_of(pdf) == f"林{char}晓"
    square = rasterise(pdf, 8.0)[0].image().convert("L").crop((72, 20, 112, 50))
    assert square.histogram()[0] > 900
