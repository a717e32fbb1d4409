"""The simulated TSPL printer burns what the bytes say."""

from __future__ import annotations

import zlib

import pytest

from app.simulators.printers import LabelPrinter, Paper, PrinterFaults
from tests.simulators.label_picture import NUMBER, QR_TEXT, ask, connect, label, send, texts_on

HEAD = b"SIZE 76 mm,130 mm\r\nGAP 3 mm,0 mm\r\nDENSITY 8\r\nSPEED 4\r\nDIRECTION 0\r\nCLS\r\n"
TINY = b"SIZE 4 mm,4 mm\r\nGAP 1 mm,0\r\nCLS\r\n"


def bitmap(mode: int = 0, *, with_size: bool = True) -> bytes:
    picture = label()
    data = picture.inverted()
    if mode == 3:
        packed = zlib.compress(data)
        data = (f"{len(packed)}," if with_size else "").encode() + packed
    return f"BITMAP 0,0,{picture.row_bytes},{picture.height},{mode},".encode() + data


def tiny(commands: bytes) -> Paper:
    with LabelPrinter("tspl", width_mm=4, height_mm=4, gap_mm=1) as printer:
        send(printer, TINY + commands + b"\r\nPRINT 1,1\r\n")
        assert printer.complaints == []
        [paper] = printer.papers
        return paper


def black(paper: Paper) -> set[tuple[int, int]]:
    spots = ((x, y) for y in range(paper.height_dots) for x in range(paper.width_dots))
    return {(x, y) for x, y in spots if paper.is_black(x, y)}


@pytest.mark.parametrize("portion", [0, 1009])
@pytest.mark.parametrize(("mode", "with_size"), [(0, True), (3, True), (3, False)])
def test_a_bitmap_is_the_label_to_the_dot(mode: int, with_size: bool, portion: int) -> None:
    with LabelPrinter("tspl") as printer:
        send(printer, HEAD + bitmap(mode, with_size=with_size) + b"\r\nPRINT 1,1\r\n", portion)
        [paper] = printer.wait_for_papers(1)
        assert paper.bits == label().bits
        assert texts_on(paper) == {NUMBER, QR_TEXT}
        assert printer.complaints == []


def test_one_is_white() -> None:
    assert black(tiny(b"BITMAP 8,2,1,1,0,\x7f")) == {(8, 2)}


def test_modes_replace_add_and_flip() -> None:
    line = b"BAR 0,0,8,1\r\n"
    assert black(tiny(line + b"BITMAP 0,0,1,1,0,\xfe")) == {(7, 0)}
    assert len(black(tiny(line + b"BITMAP 0,0,1,1,1,\xfe"))) == 8
    assert black(tiny(line + b"BITMAP 0,0,1,1,2,\x01")) == {(7, 0)}


def test_reference_shift_and_mirror_move_the_dots() -> None:
    assert black(tiny(b"REFERENCE 3,4\r\nBAR 0,0,1,1")) == {(3, 4)}
    assert black(tiny(b"SHIFT 2\r\nBAR 0,0,1,1")) == {(0, 2)}
    assert black(tiny(b"DIRECTION 0,1\r\nBAR 0,0,1,1")) == {(31, 0)}
    turned = tiny(b"DIRECTION 1\r\nBAR 0,0,1,1")
    assert (black(turned), turned.turned) == ({(0, 0)}, True)


def test_boxes_bars_and_wipes() -> None:
    assert black(tiny(b"BOX 0,0,4,3,1")) == {(x, y) for x in range(4) for y in range(3)} - {
        (1, 1),
        (2, 1),
    }
    assert black(tiny(b"BAR 0,0,4,1\r\nERASE 1,0,2,1")) == {(0, 0), (3, 0)}
    assert black(tiny(b"BAR 0,0,2,1\r\nREVERSE 1,0,2,1")) == {(0, 0), (2, 0)}


def test_sizes_come_in_millimetres_inches_and_dots() -> None:
    for size in (b"100 mm,150 mm", b"3.937,5.9055", b"800 dot,1200 dot", b"100mm,150mm"):
        with LabelPrinter("tspl", width_mm=100, height_mm=150) as printer:
            send(printer, b"SIZE " + size + b"\r\nCLS\r\nBAR 799,1199,1,1\r\nPRINT 1\r\n")
            [paper] = printer.papers
            assert paper.is_black(799, 1199)


def test_the_image_stays_until_it_is_cleared() -> None:
    with LabelPrinter("tspl", width_mm=4, height_mm=4) as printer:
        send(
            printer,
            TINY + b"BAR 0,0,1,1\r\nPRINT 1\r\nBAR 5,0,1,1\r\nPRINT 1\r\nCLS\r\nPRINT 1\r\n",
        )
        assert [len(black(p)) for p in printer.papers] == [1, 2, 0]


def test_sets_and_copies_multiply() -> None:
    with LabelPrinter("tspl") as printer:
        send(printer, HEAD + b"PRINT 2,3\r\n")
        assert len(printer.papers) == 6


def test_a_page_longer_than_the_stock_spoils_the_next_label() -> None:
    with LabelPrinter("tspl", width_mm=4, height_mm=4, gap_mm=1) as printer:
        send(printer, b"SIZE 4 mm,6 mm\r\nCLS\r\nBAR 0,0,1,48\r\nPRINT 1\r\n")
        assert [len(black(p)) for p in printer.papers] == [32, 8]


def test_what_is_beside_the_page_is_lost_and_noted() -> None:
    with LabelPrinter("tspl", width_mm=4, height_mm=4) as printer:
        send(printer, TINY + b"BITMAP 0,0,5,1,0," + bytes(5) + b"\r\nPRINT 1\r\n")
        assert len(black(printer.papers[0])) == 32
        assert printer.complaints == ["a bitmap is wider than the page"]


def test_texts_and_native_codes_are_counted() -> None:
    paper = tiny(b'TEXT 0,0,"TSS24.BF2",0,1,1,"a, b"\r\nQRCODE 0,0,L,4,A,0,"x"')
    assert (paper.native_elements, paper.is_blank) == (2, True)


def test_a_print_without_its_line_end_does_not_print() -> None:
    with LabelPrinter("tspl") as printer:
        send(printer, HEAD + b"PRINT 1,1")
        printer.wait_until_idle()
        assert (printer.papers, printer.complaints) == (
            [],
            ["a job ended in the middle of a command"],
        )


def test_nonsense_is_a_complaint_and_the_job_goes_on() -> None:
    nonsense = (
        b"DENSITY 16\r\nFOO 1\r\nBITMAP 0,0,1\r\nBITMAP 0,0,1,1,3,2,ab\r\nSIZE x,y\r\nBAR 1\r\n"
    )
    with LabelPrinter("tspl") as printer:
        send(printer, HEAD + nonsense + b"PRINT 1\r\n")
        assert len(printer.papers) == 1
        assert len(printer.complaints) == 6


def test_bits_of_the_status_combine() -> None:
    with LabelPrinter("tspl") as printer, connect(printer) as port:
        assert ask(port, b"\x1b!?", 1) == b"\x00"
        printer.set_cover(is_open=True)
        printer.set_paused(paused=True)
        assert ask(port, b"\x1b!?", 1) == b"\x11"
        printer.set_cover(is_open=False)
        printer.set_paused(paused=False)
        printer.load_paper(0)
        port.sendall(HEAD + b"PRINT 1\r\n")
        printer.wait_until_stalled()
        assert ask(port, b"\x1b!?", 1) == b"\x04"


def test_a_status_request_inside_an_image_is_answered_all_the_same() -> None:
    with LabelPrinter("tspl", width_mm=4, height_mm=4) as printer:
        job = TINY + b"BITMAP 0,0,3,1,0,\x1b!?" + b"\r\nPRINT 1\r\n"
        assert send(printer, job) == b"\x00"
        assert len(printer.papers) == 1


def test_a_self_test_prints_a_page() -> None:
    with LabelPrinter("tspl") as printer:
        send(printer, b"SELFTEST\r\n")
        assert not printer.papers[0].is_blank


def test_downloads_are_passed_over() -> None:
    with LabelPrinter("tspl") as printer:
        send(printer, b'DOWNLOAD "A.BAS",8,PRINT 9\n\r\n' + HEAD + b"PRINT 1\r\n~!@\r\n")
        assert (len(printer.papers), printer.complaints) == (1, [])


def test_inquiries_are_answered_in_their_turn_or_not_at_all() -> None:
    job = HEAD + b"PRINT 1\r\n~!T\r\n~!@\r\n"
    with LabelPrinter("tspl") as printer:
        assert send(printer, job) == b"SIMULATED TSPL\r\n1\r\n"
        printer.set_faults(PrinterFaults(no_inquiries=True))
        assert send(printer, job + b"\x1b!?") == b"\x00"
