"""Draw the pictures of the demo's goods into ``resources/demo/pictures``, one a SKU.

    QT_QPA_PLATFORM=offscreen python resources/demo/draw_pictures.py [--sheet FILE.png]

Each is 480 x 480, drawn at four times the size and kept below 25 kB. ``--sheet`` also writes
all of them side by side, large and at 32 pixels, for a look at the whole family.
"""

from __future__ import annotations

import argparse
import io
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from drawing import cloth, food, wares
from drawing.canvas import BASE_Y, MIDDLE, SIDE, Canvas
from drawing.look import LOOKS, Look
from PIL import Image
from PySide6.QtCore import QBuffer, QIODevice, Qt
from PySide6.QtGui import QFontDatabase, QGuiApplication, QImage, QPainter

HERE = Path(__file__).resolve().parent
FONT = HERE / "label-glyphs.ttf"  # Noto Serif SC Bold, only the characters on the labels
OVERSAMPLING = 4
LIMIT_BYTES = 25_000

Drawing = Callable[[Canvas, Look], None]
DRAWINGS: tuple[Drawing, ...] = (
    food.tin, food.teabox, food.sachet, food.honey, food.jam, food.sauce, food.syrup, food.peel,
    food.pouch, food.sugar, food.canister, food.noodles, food.rice, food.giftbox, food.bottle,
    wares.cup, wares.bowl, wares.teapot, wares.chopsticks, wares.candle, wares.soap, wares.towels,
    wares.basket, wares.vase, wares.lamp, cloth.tote, cloth.tee, cloth.scarf, cloth.notebook,
)  # fmt: skip


def draw(look: Look, family: str) -> Image.Image:
    """One picture in full colour."""
    drawing = next(d for d in DRAWINGS if d.__name__ == look.family)
    side = SIDE * OVERSAMPLING
    image = QImage(side, side, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    painter.scale(OVERSAMPLING, OVERSAMPLING)
    canvas = Canvas(painter, family)
    canvas.backdrop(look.backdrop)
    painter.translate(MIDDLE, BASE_Y)
    painter.scale(look.scale, look.scale)
    painter.translate(-MIDDLE, -BASE_Y)
    drawing(canvas, look)
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "BMP")  # type: ignore[call-overload]  # the stub knows only bytes
    large = Image.open(io.BytesIO(bytes(buffer.data().data()))).convert("RGB")
    return large.resize((SIDE, SIDE), Image.Resampling.LANCZOS)


def packed(picture: Image.Image) -> bytes:
    """The richest PNG of the picture within the limit: all colours, else 256 of them, else fewer.

    Raises:
        ValueError: no palette makes it small enough.
    """
    for candidate in _candidates(picture):
        file = io.BytesIO()
        candidate.save(file, "PNG", optimize=True)
        if file.tell() < LIMIT_BYTES:
            return file.getvalue()
    raise ValueError("too much detail for a small file")


def _candidates(picture: Image.Image) -> Iterator[Image.Image]:
    yield picture
    method, off = Image.Quantize.MAXCOVERAGE, Image.Dither.NONE
    palette = picture.quantize(256, method, 2, dither=off)
    yield picture.quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG)
    yield picture.quantize(256, Image.Quantize.MEDIANCUT, 2, dither=off)
    for colours in (256, 192, 144, 112):
        yield picture.quantize(colours, method, 2, dither=off)


def contact_sheet(pictures: dict[str, Image.Image]) -> Image.Image:
    """All pictures at 160 pixels, and below each the same at 32."""
    columns, cell = 9, 170
    rows = -(-len(pictures) // columns)
    sheet = Image.new("RGB", (columns * cell, rows * (cell + 44)), "white")
    for i, picture in enumerate(pictures.values()):
        x, y = i % columns * cell + 5, i // columns * (cell + 44) + 5
        full = picture.convert("RGB")
        sheet.paste(full.resize((160, 160), Image.Resampling.LANCZOS), (x, y))
        sheet.paste(full.resize((32, 32), Image.Resampling.LANCZOS), (x, y + 164))
    return sheet


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--sheet", type=Path, help="also write a contact sheet here")
    chosen = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QGuiApplication([])
    number = QFontDatabase.addApplicationFont(str(FONT))
    family = QFontDatabase.applicationFontFamilies(number)[0]
    (HERE / "pictures").mkdir(exist_ok=True)
    drawn: dict[str, Image.Image] = {}
    for sku, look in LOOKS.items():
        png = packed(draw(look, family))
        (HERE / "pictures" / f"{sku}.png").write_bytes(png)
        drawn[sku] = Image.open(io.BytesIO(png))
    if chosen.sheet:
        contact_sheet(drawn).save(chosen.sheet)
    application.shutdown()


if __name__ == "__main__":
    main()
