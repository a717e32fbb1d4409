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
    c.label(look.text, (294, 352), (64, 80), look.ink, 50)
    c.flat(disc(294, 322, 4, 4), "#8A8378")


def scarf(c: Canvas, look: Look) -> None:
    """A folded scarf with fringes."""
    c.shadow(MIDDLE, 404, 164, 20)
    tail = outline((252, 210), (356, 210), (366, 376), (246, 376))
    back = outline((92, 142), (388, 142), (396, 234), (84, 234))
    c.round(back, darker(look.main, 0.10), 0.5)
    for x in range(252, 366, 11):
        c.line(x, 372, x - 2, 404, darker(look.main, 0.12), 5)
    c.round(tail, look.main, 0.6)
    front = outline((84, 206), (240, 216, 396, 206), (400, 300), (240, 312, 80, 300))
    c.round(front, look.main, 0.6)
    c.veil(outline((84, 206), (240, 216, 396, 206), (397, 222), (83, 222)), "#FFFFFF", 0.16)
    with c.inside(front):
        for x in range(90, 396, 10):
            c.line(x, 200, x, 316, darker(look.main, 0.10), 1.5)
        for x in (330, 350):
            c.line(x, 200, x, 316, look.accent, 6)
    c.veil(outline((80, 296), (240, 310, 400, 296), (400, 304), (240, 318, 80, 304)), "#000", 0.2)
    with c.inside(tail):
        for y in (336, 354):
            c.line(240, y, 372, y, look.accent, 6)
    c.round(box(112, 250, 62, 40, 3), "#F5EEDF", 0.2)
    c.line(122, 270, 164, 270, darker(look.accent, 0.2), 4)


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
