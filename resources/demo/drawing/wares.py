"""Cups, bowls and other things of clay, wood, wax and bamboo."""

from __future__ import annotations

from PySide6.QtGui import QPainterPath

from drawing.canvas import (
    BASE_Y,
    MIDDLE,
    Canvas,
    box,
    can,
    darker,
    disc,
    lighter,
    mirrored,
    outline,
)
from drawing.look import Look


def cup(c: Canvas, look: Look) -> None:
    """A handmade cup of tea; its two glazes differ in colour only."""
    c.shadow(226, 398, 160, 22)
    ring = disc(352, 262, 78, 78).subtracted(disc(352, 262, 44, 46))
    c.round(ring, darker(look.main, 0.14), 0.8)
    body = outline(
        (104, 162),
        (104, 244, 108, 318, 132, 362),
        (146, 392, 158, 396, 176, 396),
        (284, 396),
        (302, 396, 316, 390, 328, 362),
        (350, 318, 356, 244, 356, 162),
    )
    c.round(body, look.main, 1.05)
    c.stroke(outline((116, 300), (230, 304, 344, 300), (230, 304, 116, 300)), look.accent, 4)
    c.flat(disc(230, 162, 126, 31), lighter(look.main, 0.35))
    c.flat(disc(230, 165, 112, 25), darker(look.main, 0.22))
    c.flat(disc(230, 171, 100, 19), "#7A5228")
    c.veil(disc(206, 166, 52, 8), "#C99A5B", 0.45)


def bowl(c: Canvas, look: Look) -> None:
    """An empty rice bowl with a painted line."""
    c.shadow(MIDDLE, 398, 150, 22)
    c.round(outline((186, 372), (294, 372), (288, 402), (192, 402)), darker(look.main, 0.12), 0.9)
    body = outline(
        (66, 206), (72, 300, 124, 382, 196, 382), (284, 382), (356, 382, 408, 300, 414, 206)
    )
    c.round(body, look.main, 1.05)
    c.stroke(outline((86, 270), (240, 312, 394, 270), (240, 312, 86, 270)), look.accent, 5)
    c.flat(disc(MIDDLE, 206, 174, 42), lighter(look.main, 0.35))
    c.sloped(disc(MIDDLE, 211, 160, 34), darker(look.main, 0.34), lighter(look.main, 0.1))


def teapot(c: Canvas, look: Look) -> None:
    """A pot with its handle on the side."""
    c.shadow(232, 404, 156, 20)
    c.round(
        outline((330, 250), (380, 236), (428, 206), (440, 232), (396, 270), (338, 300)),
        look.accent,
        0.8,
    )
    c.round(
        outline((132, 262), (104, 240, 84, 214, 62, 206), (54, 218), (82, 250, 92, 300, 132, 330)),
        darker(look.main, 0.06),
        0.7,
    )
    body = outline(
        (150, 212),
        (96, 240, 90, 350, 150, 396),
        (170, 408, 300, 408, 318, 396),
        (380, 350, 374, 240, 318, 212),
    )
    c.round(body, look.main, 1.05)
    c.round(outline((146, 214), (150, 172, 318, 172, 322, 214)), lighter(look.main, 0.06), 0.9)
    c.stroke(outline((144, 215), (234, 232, 324, 215), (234, 232, 144, 215)), "#93A6B8", 3)
    c.round(disc(234, 164, 22, 19), look.accent, 0.9)
    c.gloss(134, 250, 16, 90, 0.5)


def chopsticks(c: Canvas, look: Look) -> None:
    """Five pairs in a paper band."""
    c.shadow(MIDDLE, 404, 128, 16)
    for i in range(10):
        x = 152 + i * 18
        y = 58 + (i * 5) % 7
        c.round(outline((x, y), (x + 13, y), (x + 10, 404), (x + 3, 404)), look.main, 0.9)
        c.flat(box(x, y, 13, 20, 2), "#C9A24B")
    c.round(box(138, 202, 204, 124, 4), look.accent, 0.45)
    c.line(140, 212, 340, 212, "#B8362C", 4)
    c.line(140, 316, 340, 316, "#B8362C", 4)
    c.words(look.text, MIDDLE, 264, 56, look.ink, down=False)


def candle(c: Canvas, look: Look) -> None:
    """A candle in a glass, burning."""
    c.shadow(MIDDLE, BASE_Y - 2, 158)
    flame = mirrored((240, 66), (224, 96, 214, 112, 218, 130), (222, 146, 232, 148, 240, 148))
    c.sloped(flame, "#FFE9A8", "#F0962E")
    c.flat(mirrored((240, 102), (230, 118, 228, 144, 240, 144)), "#FFF8DC")
    c.line(240, 144, 240, 176, "#3A2C1C", 5)
    c.round(can(124, 174, 232, BASE_Y - 174, 16), look.main, 0.95)
    c.flat(disc(MIDDLE, 176, 116, 24), lighter(look.main, 0.55))
    c.sloped(disc(MIDDLE, 180, 104, 18), "#FFF3CF", lighter(look.accent, 0.3))
    c.label(look.text, (MIDDLE, 306), (132, 120), look.ink, 52, paper=look.accent, down=False)
    c.gloss(138, 212, 14, 168, 0.4)


def soap(c: Canvas, look: Look) -> None:
    """A bar in a paper sleeve."""
    c.shadow(MIDDLE, 392, 184, 20)
    c.round(box(84, 206, 312, 184, 54), look.main, 0.85)
    c.veil(box(104, 214, 272, 56, 28), "#FFFFFF", 0.24)
    c.veil(box(92, 330, 296, 56, 26), "#20402C", 0.12)
    c.round(box(190, 202, 100, 192, 3), look.accent, 0.35)
    c.words(look.text, MIDDLE, 298, 56, look.ink)


def towels(c: Canvas, look: Look) -> None:
    """Folded linen in a paper band: as many folds as there are towels."""
    c.shadow(MIDDLE, 402, 164, 20)
    many = look.note == "3"
    height = 92 if many else 104
    tops = (130, 222, 314) if many else (300,)
    for i, y in enumerate(tops):
        path = box(96, y, 288, height, 40)
        c.sloped(path, lighter(look.main, 0.22 - i * 0.05), darker(look.main, 0.16 + i * 0.06))
        c.stroke(box(112, y + 34, 256, 26, 13), lighter(look.main, 0.35), 3, 0.55)
        for x in range(112, 372, 12):
            c.line(x, y + 8, x, y + height - 10, lighter(look.main, 0.12), 1)
    top = tops[0]
    c.round(box(206, top - 4, 68, 406 - top + 4, 3), look.accent, 0.4)
    middle = (top + 402) / 2
    c.words(look.text, MIDDLE, middle, 46 if many else 38, look.ink)


def basket(c: Canvas, look: Look) -> None:
    """Woven bamboo with a handle."""
    c.shadow(MIDDLE, BASE_Y - 4, 168)
    handle = QPainterPath()
    handle.moveTo(110, 226)
    handle.cubicTo(104, 62, 376, 62, 370, 226)
    c.stroke(handle, darker(look.accent, 0.12), 16)
    c.stroke(handle, lighter(look.main, 0.18), 9)
    body = outline((92, 222), (388, 222), (356, 400), (240, 420, 124, 400))
    c.round(body, look.main, 0.85)
    with c.inside(body):
        for row, y in enumerate(range(238, 420, 24)):
            for column, x in enumerate(range(84, 400, 26)):
                if (row + column) % 2:
                    c.veil(box(x, y, 26, 22, 6), "#5A3510", 0.30)
                else:
                    c.veil(box(x + 2, y + 2, 22, 14, 6), "#FFE7B0", 0.28)
    c.round(box(78, 204, 324, 34, 15), look.accent, 0.8)
    for x in range(92, 392, 22):
        c.line(x, 210, x + 10, 232, lighter(look.main, 0.25), 4)


def vase(c: Canvas, look: Look) -> None:
    """A bottle-shaped vase with two twigs."""
    c.shadow(MIDDLE, BASE_Y, 130)
    for x, y, bend in ((176, 46, -30), (304, 62, 34)):
        twig = QPainterPath()
        twig.moveTo(240, 176)
        twig.quadTo(240 + bend * 0.4, 110, x, y)
        c.stroke(twig, "#6B5233", 5)
        for share in (0.35, 0.6, 0.85, 1.0):
            point = twig.pointAtPercent(share)
            for side in (-1, 1):
                leaf = outline(
                    (point.x(), point.y()),
                    (point.x() + side * 26, point.y() - 24, point.x() + side * 34, point.y() - 2),
                    (point.x() + side * 18, point.y() + 8, point.x(), point.y()),
                )
                c.flat(leaf, darker(look.accent, 0.15) if side < 0 else look.accent)
    body = mirrored(
        (210, 160),
        (206, 200, 214, 214, 196, 234),
        (148, 264, 140, 330, 160, 380),
        (168, 402, 178, 416, 200, 416),
        (240, 416),
    )
    c.round(body, look.main, 1.05)
    with c.inside(body):
        c.veil(box(120, 330, 240, 100), "#F3E4D2", 0.30)
        c.veil(box(120, 322, 240, 4), "#FFF6E8", 0.6)
    c.flat(disc(MIDDLE, 160, 30, 8), darker(look.main, 0.45))
    c.gloss(168, 280, 14, 84, 0.35)


def lamp(c: Canvas, look: Look) -> None:
    """A table lamp with a shade of bamboo strips, lit."""
    c.shadow(MIDDLE, BASE_Y - 2, 120)
    c.glow(MIDDLE, 210, 230, "#FFE2A0", 0.75)
    c.round(box(228, 280, 24, 124, 6), look.accent, 0.9)
    c.round(can(164, 386, 152, 30, 10), look.accent, 0.9)
    c.flat(disc(MIDDLE, 388, 76, 11), lighter(look.accent, 0.16))
    shade = mirrored((196, 84), (140, 118, 104, 190, 116, 268), (120, 296, 150, 304, 240, 304))
    c.round(shade, look.main, 0.75)
    with c.inside(shade):
        c.glow(MIDDLE, 226, 130, "#FFF8DE", 0.95)
        for x in range(-6, 7):
            rib = QPainterPath()
            rib.moveTo(240 + x * 7, 80)
            rib.quadTo(240 + x * 26, 190, 240 + x * 19, 306)
            c.stroke(rib, darker(look.main, 0.35), 3, 0.55)
        for y in (120, 160, 200, 240, 280):
            band = outline((90, y - 4), (240, y + 12, 390, y - 4), (240, y + 12, 90, y - 4))
            c.stroke(band, darker(look.main, 0.35), 3, 0.45)
    c.round(box(190, 74, 100, 16, 7), look.accent, 0.8)
