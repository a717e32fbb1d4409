"""Bags, shirts, scarves and paper goods."""

from __future__ import annotations

from PySide6.QtGui import QPainterPath

from drawing.canvas import (
    BASE_Y,
    MIDDLE,
    Canvas,
    box,
    darker,
    disc,
    lighter,
    outline,
)
from drawing.look import Look


def tote(c: Canvas, look: Look) -> None:
    """A canvas bag with two handles."""
    c.shadow(MIDDLE, BASE_Y - 2, 164)
    for inset, tone in ((14, darker(look.accent, 0.18)), (0, look.accent)):
        strap = QPainterPath()
        strap.moveTo(178 + inset, 190)
        strap.cubicTo(176 + inset, 36, 304 - inset, 36, 302 - inset, 190)
        c.stroke(strap, tone, 16)
    body = outline((112, 176), (368, 176), (380, 402), (240, 414, 100, 402))
    c.round(body, look.main, 0.55)
    c.veil(outline((112, 176), (368, 176), (369, 200), (111, 200)), "#000000", 0.10)
    c.line(116, 200, 364, 200, darker(look.main, 0.22), 2)
    c.words(look.text, MIDDLE, 306, 74, look.ink, down=False)


def tee(c: Canvas, look: Look) -> None:
    """A shirt laid flat, its size on a paper tag."""
    c.shadow(MIDDLE, 404, 150, 20, 0.3)
    body = outline(
        (186, 88),
        (150, 98),
        (108, 120, 84, 160, 58, 214),
        (122, 250),
        (146, 218),
        (150, 404),
        (240, 412, 330, 404),
        (334, 218),
        (358, 250),
        (422, 214),
        (396, 160, 372, 120, 330, 98),
        (294, 88),
        (276, 122, 204, 122, 186, 88),
    )
    c.round(body, look.main, 0.5)
    c.stroke(body, darker(look.main, 0.28), 2, 0.7)
    collar = outline((186, 88), (204, 122, 276, 122, 294, 88), (284, 136, 196, 136, 180, 92))
    c.flat(collar, look.accent)
    for x0, x1 in ((146, 150), (334, 330)):
        c.line(x0, 220, x1, 392, darker(look.main, 0.16), 3)
    c.line(186, 250, 190, 394, darker(look.main, 0.10), 4)
    c.line(270, 250, 278, 302, "#8A6A3A", 3)
    c.label(look.text, (284, 348), (92, 104), look.ink, 74, paper="#E2C48F")
    c.flat(disc(284, 306, 5, 5), "#8A6A3A")


def scarf(c: Canvas, look: Look) -> None:
    """A scarf folded three times, its fringe to the right."""
    c.shadow(236, 404, 176, 20)
    for i, y in enumerate((316, 226, 136)):
        for x in range(0, 84, 12):
            c.line(366, y + 8 + x * 0.84, 414, y + 12 + x * 0.86, darker(look.main, 0.16), 6)
        fold = outline(
            (108, y), (372, y), (372, y + 91), (108, y + 91), (62, y + 89, 62, y + 2, 108, y)
        )
        c.sloped(fold, lighter(look.main, 0.16), darker(look.main, 0.22))
        with c.inside(fold):
            for x in range(66, 372, 11):
                c.line(x, y, x, y + 90, darker(look.main, 0.14 + i * 0.01), 1.5)
            for x in (300, 326):
                c.sloped(box(x, y, 15, 88), lighter(look.accent, 0.1), darker(look.accent, 0.2))
            c.veil(box(60, y + 76, 320, 14), "#000000", 0.12)
    c.round(box(128, 160, 78, 44, 3), "#F5EEDF", 0.2)
    c.line(142, 182, 192, 182, darker(look.accent, 0.2), 5)


def notebook(c: Canvas, look: Look) -> None:
    """A stitched book standing upright."""
    c.shadow(MIDDLE, 412, 140, 18)
    c.flat(box(144, 84, 214, 328, 6), "#D9CDB4")
    for x in (346, 350, 354):
        c.line(x, 90, x, 406, "#B9AC90", 1.5)
    c.round(box(126, 78, 216, 334, 8), look.main, 0.5)
    c.veil(box(126, 78, 34, 334, 8), "#000000", 0.16)
    for y in (120, 200, 290, 370):
        c.line(128, y, 160, y, look.accent, 4)
    c.line(160, 84, 160, 406, look.accent, 4)
    c.flat(box(190, 128, 118, 150, 4), lighter(look.main, 0.16))
    c.stroke(box(196, 134, 106, 138, 3), look.accent, 2)
    c.words(look.text, 249, 203, 50, look.ink)
