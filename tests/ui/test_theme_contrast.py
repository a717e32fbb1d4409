"""Text is readable and controls are visible, in numbers (WCAG 2.x)."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor

from ui.theme_tokens import Tokens, Tone, dark_tokens, light_tokens, with_high_contrast

BOTH = pytest.mark.parametrize("t", [light_tokens(), dark_tokens()], ids=["light", "dark"])
TEXT = ("text", "text2", "text3", "accent_text")
GROUNDS = ("canvas", "surface", "subtle", "sunken", "hover", "select")


def luminance(color: QColor) -> float:
    def linear(part: float) -> float:
        return float(part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4)

    return (
        0.2126 * linear(color.redF())
        + 0.7152 * linear(color.greenF())
        + 0.0722 * linear(color.blueF())
    )


def contrast(one: QColor, other: QColor) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_black_on_white_is_21_to_1() -> None:
    assert contrast(QColor("black"), QColor("white")) == pytest.approx(21, abs=0.01)


@BOTH
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("text", TEXT)
def test_text_reads_on_every_ground(t: Tokens, text: str, ground: str) -> None:
    assert contrast(getattr(t, text), getattr(t, ground)) >= 4.5


@BOTH
def test_caption_reads_on_the_current_place(t: Tokens) -> None:
    assert contrast(t.text3, t.active) >= 4.5


@BOTH
@pytest.mark.parametrize("tone", list(Tone))
def test_status_text_reads_on_surface_and_on_its_own_soft_ground(t: Tokens, tone: Tone) -> None:
    colors = t.tone(tone)
    assert contrast(colors.text, t.surface) >= 4.5
    assert contrast(colors.text, colors.soft) >= 4.5


@BOTH
@pytest.mark.parametrize("fill", ["accent", "accent_hover", "accent_press", "pack_panel"])
def test_white_reads_on_the_blue_fills(t: Tokens, fill: str) -> None:
    assert contrast(t.on_accent, getattr(t, fill)) >= 4.5


@BOTH
@pytest.mark.parametrize("tone", [Tone.OK, Tone.ERR])
def test_white_reads_on_solid_green_and_red(t: Tokens, tone: Tone) -> None:
    assert contrast(t.on_accent, t.tone(tone).solid) >= 4.5


@BOTH
def test_ink_carries_its_texts(t: Tokens) -> None:
    for text in (t.on_ink, t.on_ink2, t.ink_link):
        assert contrast(text, t.ink) >= 4.5
    assert contrast(t.on_ink, t.ink_button_hover) >= 4.5


@BOTH
def test_control_edges_are_visible(t: Tokens) -> None:
    for ground in (t.surface, t.canvas):
        assert contrast(t.control, ground) >= 3
    assert contrast(t.accent, t.surface) >= 3


@BOTH
def test_carrier_marks_are_readable(t: Tokens) -> None:
    assert contrast(t.on_carrier_sf, t.carrier_sf) >= 4.5
    assert contrast(t.on_carrier_zto, t.carrier_zto) >= 4.5
    assert contrast(t.on_carrier_yunda, t.carrier_yunda) >= 4.5


@BOTH
def test_high_contrast_makes_hairlines_visible(t: Tokens) -> None:
    strong = with_high_contrast(t)
    assert contrast(strong.border, t.surface) >= 3
    assert contrast(strong.border2, t.surface) >= 3
    assert strong.text3 == t.text2
