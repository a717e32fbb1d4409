"""Tins, jars, bags and boxes of food."""

from __future__ import annotations

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
    mixed,
    outline,
    polygon,
)
from drawing.look import Look


def tin(c: Canvas, look: Look) -> None:
    """A tea tin with a wooden lid."""
    c.shadow(MIDDLE, BASE_Y, 150)
    c.round(can(134, 140, 212, BASE_Y - 138, 16), look.main, 1.1)
    c.veil(can(134, 140, 212, 22, 12), "#000000", 0.22)
    c.round(can(126, 78, 228, 76, 14), look.accent)
    c.flat(disc(MIDDLE, 78, 114, 16), lighter(look.accent, 0.32))
    c.stroke(disc(MIDDLE, 78, 100, 12), darker(look.accent, 0.10), 2, 0.6)
    c.label(look.text, (MIDDLE, 280), (112, 172), look.ink, 60, look.note)


def teabox(c: Canvas, look: Look) -> None:
    """A carton with a lid that overlaps."""
    c.shadow(MIDDLE, BASE_Y - 4, 168)
    c.round(box(112, 196, 256, 216, 5), look.main, 0.55)
    c.sloped(box(104, 152, 272, 62, 5), lighter(look.main, 0.24), lighter(look.main, 0.04))
    c.veil(box(112, 214, 256, 10), "#000000", 0.18)
    c.sloped(polygon((120, 136), (360, 136), (376, 154), (104, 154)), look.accent, look.main)
    c.label(look.text, (MIDDLE, 306), (104, 152), look.ink, 56)


def sachet(c: Canvas, look: Look) -> None:
    """A flat bag for one pot, with a notch to tear."""
    c.shadow(MIDDLE, 404, 120, 18)
    body = outline((142, 116), (338, 116), (342, 404), (138, 404))
    c.round(body, look.main, 0.6)
    for top in (116, 372):
        c.veil(box(138, top, 204, 32), "#FFFFFF", 0.28)
        for x in range(146, 338, 12):
            c.line(x, top + 6, x, top + 26, mixed(look.main, "#FFFFFF", 0.45), 2)
    c.flat(disc(MIDDLE, 246, 68, 68), look.accent)
    c.words(look.text, MIDDLE, 246, 52, look.ink)


def honey(c: Canvas, look: Look) -> None:
    """A round glass jar with a dark lid."""
    c.shadow(MIDDLE, BASE_Y - 6, 158)
    glass = outline(
        (160, 150),
        (150, 152, 125, 168, 125, 204),
        (125, 366),
        (125, 408, 168, 412),
        (312, 412),
        (355, 408, 355, 366),
        (355, 204),
        (355, 168, 330, 152, 320, 150),
    )
    c.round(glass, look.main, 1.15)
    c.veil(outline((150, 176), (330, 176), (342, 198), (138, 198)), "#FFFFFF", 0.16)
    c.round(can(139, 82, 202, 70, 12), look.accent)
    c.flat(disc(MIDDLE, 82, 101, 14), lighter(look.accent, 0.18))
    for x in range(146, 340, 12):
        c.line(x, 104, x, 142, darker(look.accent, 0.25), 2)
    c.label(look.text, (246, 288), (136, 148), look.ink, 52, look.note)
    c.gloss(140, 196, 18, 176, 0.5)


def jam(c: Canvas, look: Look) -> None:
    """A small preserving jar with a cloth cap."""
    c.shadow(MIDDLE, BASE_Y - 4, 140)
    c.round(box(142, 176, 196, 236, 30), look.main, 1.1)
    c.veil(box(142, 176, 196, 30, 12), "#000000", 0.16)
    c.round(can(150, 102, 180, 76, 12), look.accent, 0.7)
    c.flat(disc(MIDDLE, 102, 90, 13), lighter(look.accent, 0.5))
    for y in (128, 150):
        c.line(152, y, 328, y, darker(look.accent, 0.12), 3)
    c.label(look.text, (MIDDLE, 304), (124, 132), look.ink, 50)
    c.gloss(154, 206, 14, 176, 0.45)


def sauce(c: Canvas, look: Look) -> None:
    """A square jar; oil above, the rest below."""
    c.shadow(MIDDLE, BASE_Y - 4, 150)
    glass = box(128, 164, 224, 248, 26)
    c.round(glass, look.main, 0.9)
    with c.inside(glass):
        c.veil(box(128, 164, 224, 54), "#F4B23C", 0.55)
        for i, (x, y) in enumerate(((150, 250), (322, 240), (338, 330), (148, 352), (326, 390))):
            c.flat(disc(x, y, 10, 7), "#E6C06A" if i % 2 else "#3B1510")
    c.round(can(136, 96, 208, 70, 11), look.accent)
    c.flat(disc(MIDDLE, 96, 104, 13), lighter(look.accent, 0.22))
    c.label(look.text, (MIDDLE, 310), (150, 128), look.ink, 48, down=False)
    c.gloss(142, 200, 14, 168, 0.4)


def syrup(c: Canvas, look: Look) -> None:
    """A tall jar of dark syrup with a pear on its label."""
    c.shadow(MIDDLE, BASE_Y - 4, 132)
    glass = mirrored(
        (168, 128),
        (168, 150, 148, 150, 148, 186),
        (148, 384),
        (148, 408, 158, 412, 172, 412),
        (240, 412),
    )
    c.round(glass, look.main, 1.1)
    c.round(can(160, 68, 160, 64, 10), look.accent)
    c.flat(disc(MIDDLE, 68, 80, 11), lighter(look.accent, 0.25))
    c.label("", (MIDDLE, 296), (130, 172), look.ink)
    pear = mirrored(
        (240, 222), (222, 224, 226, 244, 222, 256), (214, 270, 206, 282, 214, 300),
        (220, 312, 232, 314, 240, 314),
    )  # fmt: skip
    c.round(pear, "#D9B23E", 0.7)
    c.line(240, 224, 246, 212, "#6B4A22", 4)
    c.words(look.text, MIDDLE, 346, 34, look.ink, down=False)
    c.gloss(160, 196, 14, 180, 0.4)


def peel(c: Canvas, look: Look) -> None:
    """A glass of dried tangerine peel with a cork."""
    c.shadow(MIDDLE, BASE_Y - 4, 160)
    glass = box(122, 148, 236, 264, 34)
    c.round(glass, "#EFE6D6", 0.5)
    with c.inside(box(132, 190, 216, 214, 26)):
        for i in range(34):
            x, y = 128 + (i * 67) % 224, 214 + (i * 41) % 190
            tone = (look.main, darker(look.main, 0.22), lighter(look.main, 0.16))[i % 3]
            c.flat(
                outline((x, y), (x + 18, y - 20, x + 42, y - 4), (x + 20, y - 4, x + 4, y + 16)),
                tone,
            )
    c.veil(glass, look.main, 0.16)
    c.round(can(142, 84, 196, 66, 12), look.accent, 0.8)
    c.flat(disc(MIDDLE, 84, 98, 14), lighter(look.accent, 0.3))
    c.label(look.text, (MIDDLE, 306), (112, 148), look.ink, 54)
    c.gloss(136, 176, 16, 196, 0.55)


def pouch(c: Canvas, look: Look) -> None:
    """A kraft-paper bag with two mushrooms on its label."""
    c.shadow(MIDDLE, BASE_Y - 2, 164)
    body = outline((138, 108), (342, 108), (350, 150), (366, 410), (240, 420, 114, 410), (130, 150))
    c.round(body, look.main, 0.75)
    c.sloped(box(132, 84, 216, 44, 4), lighter(look.main, 0.12), darker(look.main, 0.14))
    c.line(136, 128, 344, 128, darker(look.main, 0.28), 3)
    c.label("", (MIDDLE, 272), (150, 168), look.ink)
    c.words(look.text, MIDDLE, 226, 46, look.ink, down=False)
    for x, scale in ((214, 1.0), (272, 0.8)):
        cap = 34 * scale
        c.round(box(x - 8 * scale, 292, 16 * scale, 34 * scale, 5), "#EADBC2", 0.5)
        c.round(
            outline((x - cap, 298), (x - cap, 298 - cap * 1.25, x + cap, 298 - cap * 1.25,
                    x + cap, 298)), "#6E4526", 0.8,
        )  # fmt: skip


def sugar(c: Canvas, look: Look) -> None:
    """A tied bag with lumps of brown sugar behind a window."""
    c.shadow(MIDDLE, BASE_Y - 2, 156)
    neck = outline((196, 150), (176, 96), (206, 112), (240, 90), (274, 112), (304, 96), (284, 150))
    c.round(neck, lighter(look.main, 0.1), 0.6)
    body = mirrored(
        (198, 148), (150, 176, 116, 216, 116, 330), (116, 396, 140, 412, 176, 412), (240, 412)
    )
    c.round(body, look.main, 0.7)
    c.round(box(188, 140, 104, 18, 9), look.accent, 0.6)
    for x in (206, 226):
        c.line(212, 152, x, 186, look.accent, 5)
    window = disc(MIDDLE, 342, 74, 46)
    c.flat(window, "#4A2413")
    with c.inside(window):
        for x, y in ((176, 330), (214, 318), (256, 326), (290, 342), (196, 362), (240, 356)):
            c.round(box(x, y, 36, 26, 5), "#8A4A24", 0.7)
    c.words(look.text, MIDDLE, 238, 54, look.ink, down=False)


def canister(c: Canvas, look: Look) -> None:
    """A clear plastic can of walnuts with a band."""
    c.shadow(MIDDLE, BASE_Y - 2, 150)
    body = can(136, 118, 208, BASE_Y - 116, 15)
    c.round(body, "#F4EEE2", 0.55)
    with c.inside(body):
        for row, y in enumerate((166, 196, 352, 382, 408)):
            for column in range(6):
                x = 142 + column * 40 + (row % 2) * 18
                c.round(disc(x, y, 20, 16), "#B07B45", 0.9)
                c.stroke(disc(x, y, 9, 15), "#8B5C2E", 2, 0.7)
    c.veil(box(136, 118, 208, 34), "#FFFFFF", 0.35)
    c.round(box(136, 222, 208, 112), look.main, 0.9)
    c.round(can(128, 74, 224, 52, 12), look.accent)
    c.flat(disc(MIDDLE, 74, 112, 14), lighter(look.accent, 0.2))
    c.words(look.text, MIDDLE, 278, 60, look.ink, down=False)
    c.gloss(150, 136, 14, 250, 0.4)


def noodles(c: Canvas, look: Look) -> None:
    """A paper roll of noodles, their ends showing."""
    c.shadow(MIDDLE, BASE_Y - 4, 130)
    c.round(box(158, 74, 164, 90, 10), "#F3E6C4", 0.6)
    for x in range(162, 320, 8):
        c.line(x, 70 + (x * 7) % 9, x, 160, "#DCC795", 3)
    c.round(box(150, 130, 180, 282, 14), look.main, 0.7)
    c.round(box(150, 216, 180, 128), look.accent, 0.7)
    for y in (206, 352):
        c.line(152, y, 328, y, look.accent, 4)
    c.words(look.text, MIDDLE, 280, 56, look.ink)


def rice(c: Canvas, look: Look) -> None:
    """A woven sack with a red field."""
    c.shadow(MIDDLE, BASE_Y, 176)
    body = outline(
        (140, 88), (240, 98, 340, 88), (356, 120), (376, 270, 360, 398), (340, 418, 240, 416),
        (140, 418, 120, 398), (104, 270, 124, 120),
    )  # fmt: skip
    c.round(body, look.main, 0.65)
    with c.inside(body):
        for y in range(80, 420, 9):
            c.stroke(polygon((100, y), (380, y)), darker(look.main, 0.14), 1.5, 0.45)
        c.round(box(100, 196, 280, 134), look.accent, 0.6)
        c.flat(box(100, 186, 280, 5), look.accent)
        c.flat(box(100, 335, 280, 5), look.accent)
    c.line(142, 118, 338, 118, darker(look.main, 0.3), 4)
    for x in range(148, 336, 20):
        c.line(x, 112, x + 8, 124, darker(look.main, 0.3), 3)
    c.words(look.text, MIDDLE, 262, 68, look.ink, down=False)
    c.words(look.note, MIDDLE, 374, 36, darker(look.main, 0.65), down=False)


def giftbox(c: Canvas, look: Look) -> None:
    """A present with a ribbon."""
    c.shadow(MIDDLE, BASE_Y - 2, 180)
    for left in (True, False):
        s = -1 if left else 1
        loop = outline(
            (240, 148),
            (240 + s * 20, 92, 240 + s * 104, 78, 240 + s * 92, 122),
            (240 + s * 84, 146, 240 + s * 40, 146, 240, 148),
        )
        c.stroke(loop, look.accent, 15)
    c.round(box(102, 200, 276, 212, 6), look.main, 0.6)
    c.round(box(84, 146, 312, 62, 6), lighter(look.main, 0.08), 0.5)
    c.veil(box(102, 208, 276, 12), "#000000", 0.2)
    c.round(box(218, 146, 44, 266), look.accent, 0.6)
    c.words(look.text, 320, 306, 44, look.accent)


def bottle(c: Canvas, look: Look) -> None:
    """A tall bottle of oil."""
    c.shadow(MIDDLE, BASE_Y, 112)
    glass = mirrored(
        (218, 92),
        (218, 158),
        (214, 198, 172, 206, 170, 252),
        (170, 396),
        (170, 414, 180, 416, 190, 416),
        (240, 416),
    )
    c.round(glass, look.main, 1.2)
    c.round(box(212, 44, 56, 76, 6), look.accent)
    c.flat(box(212, 108, 56, 8), darker(look.accent, 0.4))
    c.label(look.text, (MIDDLE, 322), (100, 132), look.ink, 50)
    c.gloss(180, 254, 12, 136, 0.4)
    c.gloss(224, 126, 8, 60, 0.35)
