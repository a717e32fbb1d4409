"""What the fonts can show, and what happens with what they cannot."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.domain.errors import UserError
from printing.fonts import FONT_FOLDER, MISSING_GLYPH, REGULAR_FILE, Printable, load_fonts
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
