"""Milliseconds a label: PDF in a batch, the bitmap of it, the bytes of it; beside ReportLab's own.

    python bench/bench_labels.py [--labels N] [--rounds N]

All rows are measured in one run, round by round in turn, and the median round is shown. The last
two rows draw nothing but the two codes, with ReportLab's ``createBarcodeDrawing`` and with ours.
"""

from __future__ import annotations

import argparse
import io
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from app.domain.address import Address
from app.domain.labels import DrawnLabel, OwnArea
from printing.documents.bitmap import Bitmap
from printing.documents.geometry import Box
from printing.documents.labels import add_label
from printing.documents.page import Book, Sheet
from printing.documents.raster import rasterise
from printing.fonts import load_fonts
from printing.languages.language import Language, PageSettings
from printing.languages.registry import LANGUAGES

DOTS_PER_MM = 8.0


def labels(count: int) -> list[DrawnLabel]:
    """Labels with a number, a QR code and an address of their own."""
    streets = (
        "青云",
        "长宁",
        "南湖",
        "望江",
        "紫荆",
        "梧桐",
        "柳浪",
        "桂平",
        "良渚",
        "凤凰",
        "石桥",
    )
    sender = Address(
        "山野集", "0571-****0000", "浙江省", "杭州市", "余杭区", "良渚街道", "好运路 1 号"
    )
    made = []
    for i in range(count):
        street = streets[i % len(streets)]
        number = f"SF{7444496000000 + i:013d}"
        route = {
            "destRouteLabel": f"{i % 900 + 20:03d}W-F{i % 10}-CK",
            "twoDimensionCode": "MMM={'k1':'020W','k2':'020CK','k3':'','k4':'T801',"
            f"'k5':'{number}','k6':'','k7':'{i:08x}'}}",
            "codingMapping": f"K{i % 90 + 10}",
            "proCode": "特快",
        }
        receiver = Address(
            "林**", f"138****{i % 10000:04d}", "上海市", "上海市", "徐汇区", f"{street}街道",
            f"{street}路 {i % 300 + 1} 号 {i % 20 + 1} 号楼 {i % 30 + 1}0{i % 4 + 1} 室",
        )  # fmt: skip
        own = OwnArea(
            ("龙井 特级 100g 罐 ×2", "土蜂蜜 500g ×1", "月白茶杯 ×2"),
            "0318-05", f"{i + 1}/{count}", f"A-{i % 40 + 1:02d}-3", "送人的，麻烦不要放价格单",
        )  # fmt: skip
        at = datetime(2026, 3, 18, 6, i % 60, tzinfo=UTC)
        made.append(
            DrawnLabel("sf", number, route, sender, receiver, "茶叶、蜂蜜等 5 件", own, at, 1260)
        )
    return made


def batch(made: list[DrawnLabel], template: str, width_mm: float, height_mm: float) -> bytes:
    book = Book(load_fonts(), DOTS_PER_MM)
    for label in made:
        if template == "zto":
            label = replace(
                label, template="zto", number="73" + label.number[3:],
                route={"mark": "300- H12 09", "bagAddr": "沪西"},
            )  # fmt: skip
        add_label(book, label, width_mm, height_mm)
    return book.finish()


def reportlab_codes(made: list[DrawnLabel]) -> bytes:
    from reportlab.graphics import renderPDF
    from reportlab.graphics.barcode import createBarcodeDrawing
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(216, 369))
    for label in made:
        bars = createBarcodeDrawing("Code128", value=label.number, barHeight=37, barWidth=1.06)
        renderPDF.draw(bars, canvas, 20, 300)
        qr = createBarcodeDrawing(
            "QR", value=label.route["twoDimensionCode"], barWidth=58, barHeight=58, barLevel="M"
        )
        renderPDF.draw(qr, canvas, 20, 100)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def own_codes(made: list[DrawnLabel]) -> bytes:
    book = Book(load_fonts(), DOTS_PER_MM)
    for label in made:

        def draw(sheet: Sheet, label: DrawnLabel = label) -> None:
            sheet.code128(Box(3, 12, 70, 13), label.number, max_module_mm=0.51)
            sheet.qr(3, 60, 24, label.route["twoDimensionCode"])

        book.page(76, 130, draw)
    return book.finish()


def encode_all(language: Language, bitmaps: list[Bitmap]) -> list[bytes]:
    settings = PageSettings(76, 130, DOTS_PER_MM)
    return [language.encode(bitmap, settings) for bitmap in bitmaps]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--labels", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    chosen = parser.parse_args()
    count = chosen.labels
    few = max(5, count // 10)
    made = labels(count)
    pdf = batch(made[:few], "sf", 76, 130)
    bitmaps = rasterise(pdf, DOTS_PER_MM)
    cases: dict[str, tuple[int, Callable[[], object]]] = {
        "PDF, SF 76×130, one batch": (count, lambda: batch(made, "sf", 76, 130)),
        "PDF, SF 100×150, one batch": (count, lambda: batch(made, "sf", 100, 150)),
        "PDF, ZTO 76×130, one batch": (count, lambda: batch(made, "zto", 76, 130)),
        "PDF, SF 76×130, a file each": (
            few, lambda: [batch([label], "sf", 76, 130) for label in made[:few]]
        ),
        "bitmap of a PDF page": (few, lambda: rasterise(pdf, DOTS_PER_MM)),
    }  # fmt: skip
    for language in LANGUAGES:
        cases[f"bytes, {language.code}"] = (few, partial(encode_all, language, bitmaps))
    cases["both codes alone, ReportLab's drawings"] = (few, lambda: reportlab_codes(made[:few]))
    cases["both codes alone, here"] = (few, lambda: own_codes(made[:few]))

    taken: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(chosen.rounds + 1):  # the first round warms up and is dropped
        for name, (n, run) in cases.items():
            start = time.perf_counter()
            run()
            taken[name].append((time.perf_counter() - start) * 1000 / n)
    print(f"{count} labels, median of {chosen.rounds} rounds")
    for name, times in taken.items():
        print(f"  {name:<42}{statistics.median(times[1:]):8.2f} ms a label")
    return 0


if __name__ == "__main__":
    sys.exit(main())
