"""A label that its carrier has drawn: on paper as it is, or not at all."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from app.domain.errors import UserError
from app.domain.labels import FileLabel
from app.ports import PrinterConfig, SendResult
from app.simulators.sf.paper import label_pdf
from printing.documents.carrier_file import file_pages
from printing.documents.raster import page_sizes_mm
from printing.registry import PaperStationery, make_printer
from printing.stationery import FORMATS
from tests.printing.reading import text_of
from tests.printing.samples import usual_labels

NUMBER = "SF7444703608745"


def label(size: tuple[int, int] = (76, 130), number: str = NUMBER) -> FileLabel:
    return FileLabel(number, label_pdf(size, number, "1/1"), f"{size[0]}x{size[1]}")


def refused(make: Callable[[], object]) -> UserError:
    with pytest.raises(UserError) as caught:
        make()
    assert caught.value.ref == NUMBER
    return caught.value


def test_a_pdf_printer_gets_the_carriers_own_bytes(tmp_path: Path) -> None:
    printer = make_printer(PrinterConfig("archive", "pdf", f"file:{tmp_path}"))
    assert printer.print_paper(label()).result is SendResult.CONFIRMED
    (paper,) = tmp_path.glob("*.pdf")
    assert paper.read_bytes() == label().content


@pytest.mark.parametrize("dots_per_mm", [8.0, 11.81])
@pytest.mark.parametrize("fmt", [f for f in FORMATS if f != "pdf"])
def test_every_other_format_gets_its_dots(fmt: str, dots_per_mm: float) -> None:
    data = PaperStationery().render(label(), fmt, "76x130", dots_per_mm)
    drawn = PaperStationery().render(usual_labels()["sf"], fmt, "76x130", dots_per_mm)
    if fmt == "png":
        pages = [Image.open(io.BytesIO(d)) for d in (data, drawn)]
        assert pages[0].size == pages[1].size
        assert pages[0].convert("L").getextrema() == (0, 255)
    else:
        assert data[:12] == drawn[:12]  # the same paper, set up alike
        assert data != drawn


def test_a_smaller_label_is_filled_up_with_white() -> None:
    (page,) = file_pages(label(), 100, 150, 8.0)
    assert (page.width, page.height) == (800, 1200)
    (exact,) = file_pages(label(), 76, 130, 8.0)
    picture = page.image().convert("L")
    assert picture.crop((0, 0, 608, 1040)).tobytes() == exact.image().convert("L").tobytes()
    assert picture.crop((608, 0, 800, 1200)).getextrema() == (255, 255)


def test_a_larger_label_is_never_scaled() -> None:
    big = label((100, 150))
    for make in (
        lambda: PaperStationery().render(big, "tspl", "76x130", 8.0),
        lambda: PaperStationery().labels_pdf([big], "76x130"),
        lambda: make_printer(PrinterConfig("p", "tspl", "tcp://127.0.0.1:9")).print_paper(big),
    ):
        error = refused(make)
        assert error.code == "label_file_size"
        assert "100 × 150" in str(error.message)
    assert PaperStationery().render(big, "pdf", "76x130", 8.0) == big.content


@pytest.mark.parametrize("content", [b"", b"no pdf", b"%PDF-1.4\n%%EOF\n"])
def test_bytes_that_are_no_pdf_are_refused(content: bytes) -> None:
    broken = FileLabel(NUMBER, content)
    error = refused(lambda: PaperStationery().render(broken, "png", "76x130", 8.0))
    assert error.code == "label_file_broken"
    assert NUMBER in str(error.remedy)


def test_one_pdf_holds_drawn_and_fetched_labels_in_their_order() -> None:
    first, last = label(number="SF1111111111111"), label(number="SF2222222222222")
    ours = usual_labels()["zto"]
    whole = PaperStationery().labels_pdf([first, ours, last], "76x130")
    assert len(page_sizes_mm(whole)) == 3
    text = text_of(whole)
    assert text.index("SF1111111111111") < text.index(ours.number) < text.index("SF2222222222222")
