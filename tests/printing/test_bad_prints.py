"""A year's orders on every paper and head, printed badly, and scanned; and every text in its place.

``bench/bench_decode.py`` does the same for 300 orders a cell and shows the rates.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, product

import pytest
from PIL import Image, ImageFilter

from app.domain.labels import DrawnLabel
from printing.documents.bitmap import Bitmap
from printing.documents.content import content_of, grouped
from printing.documents.labels import add_label
from printing.documents.page import Book
from printing.documents.raster import rasterise
from printing.fonts import load_fonts
from tests.printing.bad_prints import (
    DISTORTIONS,
    Code,
    NotWholeDotsError,
    codes_of,
    reads,
    seen,
    unread,
    white_around,
)
from tests.printing.random_orders import CARRIERS, random_label
from tests.printing.reading import text_of
from tests.printing.text_boxes import PageInk, faults, pages_ink

PAPERS = ((76, 130), (100, 150), (100, 180))
# Orders a cell: the coarser head is the harder one.
HEADS = {8.0: 30, 11.81: 5}
MARGIN_MM = 0.5
CELLS = list(product(HEADS, PAPERS, CARRIERS))


@dataclass(frozen=True)
class Cell:
    """The labels of one carrier on one paper by one head."""

    labels: list[DrawnLabel]
    pdf: bytes
    bitmaps: list[Bitmap]
    ink: list[PageInk]
    dots_per_mm: float

    def codes(self) -> Iterator[tuple[DrawnLabel, Bitmap, list[Code]]]:
        for label, bitmap, ink in zip(self.labels, self.bitmaps, self.ink, strict=True):
            yield label, bitmap, codes_of(ink, self.dots_per_mm, label.number, content_of(label).qr)


def cell_of(template: str, media: tuple[int, int], dots_per_mm: float, count: int) -> Cell:
    labels = [random_label(template, seed) for seed in range(count)]
    book = Book(load_fonts(), dots_per_mm)
    for label in labels:
        add_label(book, label, *media)
    pdf = book.finish()
    return Cell(labels, pdf, rasterise(pdf, dots_per_mm), pages_ink(pdf), dots_per_mm)


@pytest.fixture(
    scope="module", params=CELLS, ids=lambda cell: f"{cell[2]}-{cell[1][0]}x{cell[1][1]}-{cell[0]}"
)
def cell(request: pytest.FixtureRequest) -> Cell:
    dots_per_mm, media, template = request.param
    return cell_of(template, media, dots_per_mm, HEADS[dots_per_mm])


def test_codes_are_read_after_every_distortion(cell: Cell) -> None:
    """One distortion at a time; a Code 128 of three dots or more, and a QR code, after all of them.

    A Code 128 of two dots, printed one dot too dark, has spaces of one dot: it need not survive
    being askew and out of focus as well. ``test_modules…`` sees to a wider copy beside it.
    """
    missed = [
        f"{label.number}: {code.kind} of {code.module} dots, {name}"
        for label, bitmap, codes in cell.codes()
        for code in codes
        for name in unread(bitmap, code)
        if code.module > 2 or name != "all"
    ]
    assert missed == []


def test_modules_are_whole_dots_and_wide_enough(cell: Cell) -> None:
    for _, _, codes in cell.codes():
        bars = [code.module for code in codes if code.kind == "code128"]
        assert max(bars) >= 3
        assert min(bars) >= 2
        assert [code.module for code in codes if code.kind == "qr" and code.module < 3] == []


def test_white_around_every_code(cell: Cell) -> None:
    touched = [
        f"{label.number}: {code}"
        for label, bitmap, codes in cell.codes()
        for code in codes
        if not white_around(bitmap, code)
    ]
    assert touched == []


def test_every_label_has_its_codes(cell: Cell) -> None:
    for label, _, codes in cell.codes():
        kinds = [code.kind for code in codes]
        assert kinds.count("qr") == (1 if content_of(label).qr else 0)
        one_part_sf = label.template == "sf" and cell.ink[0].height < 140
        assert kinds.count("code128") >= (1 if one_part_sf else 2)


def test_no_text_overlaps_or_leaves_the_page(cell: Cell) -> None:
    assert faults(cell.pdf, MARGIN_MM) == []


def test_numbers_and_phones_are_whole(cell: Cell) -> None:
    for label, ink in zip(cell.labels, cell.ink, strict=True):
        said = content_of(label)
        text = "".join(ink.text.split())
        wanted = [said.number, grouped(said.number), said.receiver.phone, said.sender.phone]
        wanted += [f"转{who.extension}" for who in (said.receiver, said.sender) if who.extension]
        wanted.append(f"品名：{(said.goods or '日用品')[:5]}")
        wanted += [said.mother_number, said.cod, said.route, said.count, *said.marks]
        wanted = ["".join(words.split()) for words in wanted]
        missing = [words for words in wanted if words not in text and not stands(words, ink)]
        if ink.height < 140:  # the number alone stands along the edges of one-part paper only
            missing = [words for words in missing if words != said.number]
        assert missing == [], label.number


def stands(words: str, ink: PageInk) -> bool:
    """Whether the characters stand side by side: a PDF's own order may have others between."""
    for first in ink.characters:
        now = first
        for char in words[1:]:
            right = [c for c in ink.characters if c.left >= now.right - 0.1 and c.top < now.bottom
                     and c.bottom > now.top]  # fmt: skip
            following = min(right, key=lambda c: c.left, default=None)
            if following is None or following.text != char:
                break
            now = following
        else:
            if first.text == words[:1]:
                return True
    return False


@pytest.fixture
def seen_code() -> tuple[Bitmap, Code]:
    """The main code of one label."""
    ((_, bitmap, codes),) = cell_of("zto", (100, 150), 8.0, 1).codes()
    return bitmap, next(code for code in codes if code.kind == "code128" and not code.turned)


class TestTheCamera:
    """The distortions are what they say: a scanner that always reads would prove nothing."""

    def test_black_grows_by_a_dot_and_white_shrinks_by_one(
        self, seen_code: tuple[Bitmap, Code]
    ) -> None:
        image = seen(*seen_code)
        runs = [runs_of(image), runs_of(DISTORTIONS["+1 dot"](image))]
        assert len(runs[0]) == len(runs[1])
        for (colour, before), (_, after) in list(zip(*runs, strict=True))[1:-1]:
            assert after - before == (2 if colour == 0 else -2)

    def test_what_is_far_out_of_focus_is_not_read(self, seen_code: tuple[Bitmap, Code]) -> None:
        bitmap, code = seen_code
        image = seen(bitmap, code)
        assert reads(image, code)
        assert not reads(image.filter(ImageFilter.GaussianBlur(2 * 4 * code.module)), code)

    def test_a_code_with_another_content_is_not_taken_for_it(
        self, seen_code: tuple[Bitmap, Code]
    ) -> None:
        bitmap, code = seen_code
        other = Code(code.kind, "73000000000000", code.module, code.turned, code.box)
        assert len(list(unread(bitmap, other))) == len(DISTORTIONS)

    def test_a_dot_in_the_white_is_found(self, seen_code: tuple[Bitmap, Code]) -> None:
        bitmap, code = seen_code
        assert white_around(bitmap, code)
        rows = bytearray(bitmap.rows)
        x = code.box[0] - code.quiet
        rows[(code.box[1] + 5) * bitmap.row_bytes + x // 8] |= 0x80 >> x % 8
        assert not white_around(Bitmap(bitmap.width, bitmap.height, bytes(rows)), code)

    def test_bars_off_the_grid_are_found(self) -> None:
        made = cell_of("zto", (76, 130), 8.0, 1)
        with pytest.raises(NotWholeDotsError):
            codes_of(made.ink[0], 8.4, made.labels[0].number, content_of(made.labels[0]).qr)

    def test_the_text_of_a_page_is_all_of_it(self) -> None:
        made = cell_of("sf", (100, 150), 8.0, 1)
        assert sorted(made.ink[0].text) == sorted(text_of(made.pdf))


def runs_of(image: Image.Image) -> list[tuple[int, int]]:
    """(colour, pixels) along the middle line of a picture."""
    line = image.crop((0, image.height // 2, image.width, image.height // 2 + 1)).tobytes()
    return [(value, len(list(same))) for value, same in groupby(line)]
