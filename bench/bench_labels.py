"""Milliseconds and kilobytes a label: PDF beside other libraries, the bitmap and the bytes of it.

    python bench/bench_labels.py [--labels N] [--rounds N]

All rows are measured in one run, round by round in turn, and the median round is shown, in time of
the processor: everything runs on one thread, and other programs on the machine do not count.

* One label by four libraries (``label_peers``): 25 runs of Chinese text, 14 lines, a Code 128 and
  a QR code on 100×150 mm; the codes of the first page of every file are read back before it counts.
* Packbench's own labels, their bitmaps and their bytes. "The floor" is what a bitmap costs at least
  made this way: an empty page through PDFium, and Pillow's conversion from grey to bits.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import zxingcpp
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from app.domain.address import Address
from app.domain.labels import DrawnLabel, OwnArea
from bench import label_peers
from printing.documents.bitmap import Bitmap
from printing.documents.labels import add_label
from printing.documents.page import Book
from printing.documents.raster import rasterise
from printing.fonts import load_fonts
from printing.languages.language import Language, PageSettings
from printing.languages.registry import LANGUAGES, language_of

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


def encode_all(language: Language, bitmaps: list[Bitmap], graphics: str = "") -> list[bytes]:
    settings = PageSettings(76, 130, DOTS_PER_MM, graphics=graphics)
    return [language.encode(bitmap, settings) for bitmap in bitmaps]


def to_bits(grey: Image.Image, times: int) -> None:
    black_below = [255] * 128 + [0] * 128
    for _ in range(times):
        Bitmap.of_image(grey.point(black_below, "1"))


def empty_pages(count: int) -> bytes:
    book = Book(load_fonts(), DOTS_PER_MM)
    for _ in range(count):
        book.page(76, 130, lambda sheet: None)
    return book.finish()


def unread(pdf: bytes, label: label_peers.Plain) -> list[str]:
    """What of the first page's two codes cannot be read at 8 dots a mm."""
    found = {code.text for code in zxingcpp.read_barcodes(rasterise(pdf, 8.0)[0].image())}
    return [text for text in (label.number, label.link) if text not in found]


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--labels", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    chosen = parser.parse_args()
    count = chosen.labels
    few = max(5, count // 10)
    with tempfile.TemporaryDirectory() as folder:
        peers = _peers(label_peers.plain_labels(count), Path(folder))
        if peers is None:
            return 1
        own = _own(labels(count), count, few)
        taken = _measured({**peers[0], **own}, chosen.rounds)
    print(f"{count} labels, median of {chosen.rounds} rounds, time of the processor")
    print(f"{'25 runs, 14 lines, both codes, 100×150':<44}ms a label  kB a label  times ours")
    ours = taken["here"]
    for name, kilobytes in peers[1].items():
        print(f"  {name:<42}{taken[name]:10.2f}{kilobytes:12.2f}{taken[name] / ours:12.1f}")
    print("Packbench's labels")
    for name in own:
        print(f"  {name:<42}{taken[name]:10.2f}")
    return 0


Cases = dict[str, tuple[int, Callable[[], object]]]


def _peers(plain: list[label_peers.Plain], folder: Path) -> tuple[Cases, dict[str, float]] | None:
    """The four libraries and their kB a label; ``None`` when a code of one cannot be read."""
    draw: dict[str, Callable[[list[label_peers.Plain]], bytes]] = {
        "here": label_peers.here,
        "Qt QPdfWriter": lambda made: label_peers.qt_pdf_writer(made, folder),
        "fpdf2": label_peers.fpdf2,
        "ReportLab, its own bar code drawings": label_peers.reportlab_drawings,
    }
    cases: Cases = {}
    kilobytes: dict[str, float] = {}
    for name, drawn in draw.items():
        pdf = drawn(plain)
        if missing := unread(pdf, plain[0]):
            print(f"{name}: {missing} cannot be read")
            return None
        kilobytes[name] = len(pdf) / 1000 / len(plain)
        cases[name] = (len(plain), partial(drawn, plain))
    return cases, kilobytes


def _own(made: list[DrawnLabel], count: int, few: int) -> Cases:
    pdf = batch(made[:few], "sf", 76, 130)
    empty = empty_pages(few)
    bitmaps = rasterise(pdf, DOTS_PER_MM)
    grey = bitmaps[0].image().convert("L")
    cases: Cases = {
        "PDF, SF 76×130, one batch": (count, lambda: batch(made, "sf", 76, 130)),
        "PDF, SF 100×150, one batch": (count, lambda: batch(made, "sf", 100, 150)),
        "PDF, ZTO 76×130, one batch": (count, lambda: batch(made, "zto", 76, 130)),
        "PDF, SF 76×130, a file each": (
            few, lambda: [batch([label], "sf", 76, 130) for label in made[:few]]
        ),
        "bitmap of a page, 76×130 at 8 dots/mm": (few, lambda: rasterise(pdf, DOTS_PER_MM)),
        "  the floor: an empty page": (few, lambda: rasterise(empty, DOTS_PER_MM)),
        "  of it: Pillow, grey to bits": (few, lambda: to_bits(grey, few)),
        "bitmap of a page, 76×130 at 11.81": (few, lambda: rasterise(pdf, 11.81)),
    }  # fmt: skip
    for language in LANGUAGES:
        cases[f"bytes, {language.code}"] = (few, partial(encode_all, language, bitmaps))
    cases["bytes, zpl, acs"] = (few, partial(encode_all, language_of("zpl"), bitmaps, "acs"))
    cases["bytes, escpos, columns"] = (
        few, partial(encode_all, language_of("escpos"), bitmaps, "column"),
    )  # fmt: skip
    return cases


def _measured(cases: Cases, rounds: int) -> dict[str, float]:
    """Median ms a label of each case; the first round warms up and is dropped."""
    taken: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(rounds + 1):
        for name, (n, run) in cases.items():
            start = time.process_time()
            run()
            taken[name].append((time.process_time() - start) * 1000 / n)
    return {name: statistics.median(times[1:]) for name, times in taken.items()}


if __name__ == "__main__":
    sys.exit(main())
