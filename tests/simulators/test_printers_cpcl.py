"""The simulated CPCL printer burns what the bytes say."""

from __future__ import annotations

import pytest

from app.simulators.printers import LabelPrinter, Paper
from tests.simulators.label_picture import NUMBER, QR_TEXT, ask, connect, label, send, texts_on

END = b"\r\nFORM\r\nPRINT\r\n"


def session(commands: bytes, height: int = 32, quantity: int = 1) -> bytes:
    return f"! 0 200 200 {height} {quantity}\r\n".encode() + commands


def tiny(commands: bytes) -> Paper:
    with LabelPrinter("cpcl", width_mm=4, height_mm=4, gap_mm=1) as printer:
        send(printer, session(commands) + END)
        assert printer.complaints == []
        [paper] = printer.papers
        return paper


def black(paper: Paper) -> set[tuple[int, int]]:
    spots = ((x, y) for y in range(paper.height_dots) for x in range(paper.width_dots))
    return {(x, y) for x, y in spots if paper.is_black(x, y)}


@pytest.mark.parametrize("portion", [0, 1009])
@pytest.mark.parametrize("form", ["EG", "CG"])
def test_a_graphic_is_the_label_to_the_dot(form: str, portion: int) -> None:
    picture = label()
    data = picture.bits.hex().upper().encode() if form == "EG" else picture.bits
    head = f"PAGE-WIDTH 608\r\nGAP-SENSE\r\n{form} {picture.row_bytes} {picture.height} 0 0 "
    with LabelPrinter("cpcl") as printer:
        send(printer, session(head.encode() + data, 1040) + END, portion)
        [paper] = printer.wait_for_papers(1)
        assert printer.complaints == []
        assert paper.bits == picture.bits
        assert texts_on(paper) == {NUMBER, QR_TEXT}


def test_graphics_lines_and_boxes_stand_where_they_should() -> None:
    assert black(tiny(b"CG 1 1 3 4 \x80")) == {(3, 4)}
    assert black(tiny(b"LINE 1 2 3 2 1")) == {(1, 2), (2, 2)}
    assert black(tiny(b"LINE 1 2 1 4 1")) == {(1, 2), (1, 3)}
    assert black(tiny(b"LINE 0 0 4 0 1\r\nINVERSE-LINE 1 0 3 0 1")) == {(0, 0), (3, 0)}
    assert black(tiny(b"BOX 0 0 3 3 1")) == {(x, y) for x in range(3) for y in range(3)} - {(1, 1)}


def test_the_page_width_cuts() -> None:
    with LabelPrinter("cpcl", width_mm=4, height_mm=4) as printer:
        send(printer, session(b"PW 8\r\nCG 2 1 0 0 \xff\xff") + END)
        assert len(black(printer.papers[0])) == 8
        assert printer.complaints == ["a graphic is larger than the page"]


def test_without_form_the_next_label_is_shifted() -> None:
    full = session(b"BOX 0 0 1 32 1") + b"\r\nPRINT\r\n"
    with LabelPrinter("cpcl", width_mm=4, height_mm=4, gap_mm=1) as printer:
        send(printer, full + full + session(b"") + END)
        assert [len(black(p)) for p in printer.papers][:2] == [32, 24]


def test_the_quantity_prints_several() -> None:
    with LabelPrinter("cpcl") as printer:
        send(printer, session(b"TEXT 0 0 0 0 hello", quantity=3) + END)
        assert [p.native_elements for p in printer.papers] == [1, 1, 1]


def test_nonsense_is_a_complaint() -> None:
    with LabelPrinter("cpcl") as printer:
        send(printer, b"EG 1 1 0 0 FF\r\nFOO\r\n" + session(b"EG 1 1 0 0 XY\r\nLINE 1\r\n") + END)
        assert len(printer.complaints) == 4
        assert printer.papers[0].is_blank


def test_the_status_byte_follows_the_printer() -> None:
    with LabelPrinter("cpcl") as printer, connect(printer) as port:
        assert ask(port, b"\x1bh", 1) == b"\x00"
        printer.set_cover(is_open=True)
        assert ask(port, b"\x1bh", 1) == b"\x04"
        printer.set_cover(is_open=False)
        printer.load_paper(0)
        port.sendall(session(b"") + END)
        printer.wait_until_stalled()
        assert ask(port, b"\x1bh", 1) == b"\x02"
