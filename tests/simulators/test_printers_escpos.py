"""The simulated ESC/POS printer burns what the bytes say."""

from __future__ import annotations

import socket

import pytest

from app.simulators.printers import LabelPrinter, Paper
from tests.simulators.label_picture import (
    NUMBER,
    QR_TEXT,
    Picture,
    ask,
    connect,
    label,
    send,
    texts_on,
)

FORM_FEED = b"\x1d\x0c"


def raster(picture: Picture, mode: int = 0) -> bytes:
    size = picture.row_bytes.to_bytes(2, "little") + picture.height.to_bytes(2, "little")
    return b"\x1dv0" + bytes([mode]) + size + picture.bits


def small(*rows: int) -> Picture:
    return Picture(1, len(rows), bytes(rows))


def printed(job: bytes, **stock: float) -> list[Paper]:
    """What a printer of 4 × 4 mm labels (32 × 32 dots, gap 8) makes of a job."""
    sizes = {"width_mm": 4.0, "height_mm": 4.0, "gap_mm": 1.0} | stock
    with LabelPrinter("escpos", **sizes) as printer:  # type: ignore[arg-type]
        send(printer, job)
        assert printer.complaints == []
        return printer.papers


def black(paper: Paper) -> set[tuple[int, int]]:
    spots = ((x, y) for y in range(paper.height_dots) for x in range(paper.width_dots))
    return {(x, y) for x, y in spots if paper.is_black(x, y)}


@pytest.mark.parametrize("portion", [0, 997, 20000])
def test_one_raster_is_the_label_to_the_dot(portion: int) -> None:
    picture = label()
    with LabelPrinter("escpos") as printer:
        send(printer, b"\x1b@" + raster(picture) + FORM_FEED, portion)
        [paper] = printer.wait_for_papers(1)
        assert paper.bits == picture.bits
        assert texts_on(paper) == {NUMBER, QR_TEXT}
        assert (printer.complaints, paper.stray_text) == ([], 0)


def test_single_bytes_make_the_same_label() -> None:
    picture = small(*range(1, 33))
    with LabelPrinter("escpos", width_mm=1.0, height_mm=4.0) as printer:
        send(printer, b"\x1b@" + raster(picture) + FORM_FEED, portion=1)
        [paper] = printer.wait_for_papers(1)
        assert paper.bits == picture.bits


def test_bands_of_rows_join_without_a_gap() -> None:
    picture = label()
    rows = picture.rows()
    job = b"".join(
        raster(Picture(picture.row_bytes, len(band), b"".join(band)))
        for band in (rows[i : i + 24] for i in range(0, len(rows), 24))
    )
    with LabelPrinter("escpos") as printer:
        send(printer, job + FORM_FEED)
        assert [p.bits for p in printer.papers] == [picture.bits]


def test_stored_graphics_print_like_a_raster() -> None:
    picture = label()
    rows, job = picture.rows(), b""
    for start in range(0, picture.height, 520):
        band = rows[start : start + 520]
        head = b"\x30\x70\x30\x01\x01\x31" + picture.width.to_bytes(2, "little")
        data = head + len(band).to_bytes(2, "little") + b"".join(band)
        job += b"\x1d(L" + len(data).to_bytes(2, "little") + data
        job += b"\x1d(L\x02\x00\x30\x32"
    with LabelPrinter("escpos") as printer:
        send(printer, job + FORM_FEED)
        assert [p.bits for p in printer.papers] == [picture.bits]


def test_a_graphic_whose_length_has_wrapped_is_garbage() -> None:
    """An image of 800 × 960 dots in one GS ( L: its length does not fit two bytes."""
    data = b"\x30\x70\x30\x01\x01\x31" + (800).to_bytes(2, "little") + (960).to_bytes(2, "little")
    data += b"A" * 96000
    job = b"\x1d(L" + (len(data) & 0xFFFF).to_bytes(2, "little") + data + b"\x1d(L\x02\x00\x30\x32"
    with LabelPrinter("escpos", width_mm=100, height_mm=120) as printer:
        send(printer, job + FORM_FEED)
        assert any("length" in c for c in printer.complaints)
        assert printer.papers[0].is_blank
        assert printer.papers[0].stray_text == len(data) - (len(data) & 0xFFFF)


def test_without_a_form_feed_the_next_label_is_shifted() -> None:
    full = small(*[0xFF] * 32)
    first, second = printed((raster(full) * 2) + FORM_FEED)
    assert len(black(first)) == 8 * 32
    assert min(y for _, y in black(second)) == 0
    assert len(black(second)) == 8 * (32 - 8)


def test_one_row_too_many_is_lost_in_the_gap() -> None:
    papers = printed(raster(small(*[0xFF] * 33)) + FORM_FEED)
    assert [len(black(p)) for p in papers] == [8 * 32]


def test_a_form_feed_at_the_start_wastes_a_label() -> None:
    blank, full = printed(FORM_FEED + raster(small(*[0x80] * 32)) + FORM_FEED)
    assert blank.is_blank
    assert black(full) == {(0, y) for y in range(32)}


def test_feeds_move_the_image_down() -> None:
    dot = raster(small(0x80))
    job = b"\x1bJ\x05" + dot + b"\x1b3\x04\x1bd\x02" + dot + b"\n" + dot + FORM_FEED
    [paper] = printed(job)
    assert black(paper) == {(0, 5), (0, 14), (0, 19)}


def test_modes_double_the_dots() -> None:
    for mode, spots in (
        (1, {(0, 0), (1, 0)}),
        (2, {(0, 0), (0, 1)}),
        (3, {(0, 0), (1, 0), (0, 1), (1, 1)}),
    ):
        [paper] = printed(raster(small(0x80), mode) + FORM_FEED)
        assert black(paper) == spots


def test_alignment_and_margin_move_the_image_sideways() -> None:
    dot = raster(small(0x80))
    [paper] = printed(
        b"\x1ba\x01" + dot + b"\x1ba2" + dot + b"\x1ba\x00\x1dL\x03\x00" + dot + FORM_FEED
    )
    assert black(paper) == {(12, 0), (24, 1), (3, 2)}


def test_columns_of_dots_print_with_the_line_feed() -> None:
    job = b"\x1b3\x18" + b"\x1b*\x21\x02\x00" + b"\x80\x00\x01" + b"\x00\x00\x00" + b"\n"
    [paper] = printed(job + raster(small(0x01)) + FORM_FEED)
    assert black(paper) == {(0, 0), (0, 23), (7, 24)}


def test_text_is_counted_and_not_drawn() -> None:
    [paper] = printed(b"\x1bE\x01\x1d!\x11Hello" + FORM_FEED)
    assert (paper.stray_text, paper.is_blank) == (5, True)


def test_a_roll_is_cut_where_the_job_says() -> None:
    with LabelPrinter("escpos", width_mm=1, height_mm=None) as printer:
        send(printer, raster(small(0xFF, 0x81)) + b"\x1dVB\x03" + raster(small(0x01)) + b"\x1bi")
        one, two = printer.papers
        assert (one.height_dots, one.bits) == (5, b"\xff\x81\0\0\0")
        assert (two.height_dots, two.bits) == (1, b"\x01")


def test_an_unknown_command_is_a_complaint() -> None:
    with LabelPrinter("escpos") as printer:
        send(printer, b"\x1b\x01" + raster(Picture(200, 1, bytes(200))))
        assert printer.complaints == ["unknown ESC 01", "an image is wider than the head"]


def test_the_status_bytes_follow_the_printer() -> None:
    with LabelPrinter("escpos") as printer, connect(printer) as port:
        assert ask(port, b"\x10\x04\x01\x10\x04\x02\x10\x04\x03\x10\x04\x04", 4) == b"\x12" * 4
        printer.set_cover(is_open=True)
        assert ask(port, b"\x10\x04\x01\x10\x04\x02", 2) == b"\x1a\x16"
        printer.set_cover(is_open=False)
        printer.load_paper(0)
        port.sendall(raster(small(0xFF)) + FORM_FEED + b"\x1dr\x01")
        printer.wait_until_stalled()
        answer = ask(port, b"\x10\x04\x01\x10\x04\x02\x10\x04\x04", 3)
        assert answer == b"\x1a\x32\x7e"
        assert all(b & 0x93 == 0x12 for b in answer)
        printer.load_paper(5)
        # GS r waited behind the label and is answered only now.
        assert port.recv(1) == b"\x00"
        assert len(printer.papers) == 1


def test_a_process_id_comes_back_when_everything_before_is_done() -> None:
    with LabelPrinter("escpos") as printer, connect(printer) as port:
        port.sendall(raster(small(0xFF)) + FORM_FEED)
        answer = ask(port, b"\x1d(H\x06\x00\x30\x30ab12", 7)
        assert answer == b"\x37\x22ab12\0"
        assert len(printer.papers) == 1


def test_a_status_request_inside_an_image_is_answered_all_the_same() -> None:
    picture = Picture(3, 1, b"\x10\x04\x01")
    with LabelPrinter("escpos", width_mm=3, height_mm=1) as printer:
        assert send(printer, raster(picture) + FORM_FEED) == b"\x12"
        assert printer.papers[0].bits[:3] == picture.bits


def test_a_status_request_may_come_in_single_bytes() -> None:
    with LabelPrinter("escpos") as printer, connect(printer) as port:
        port.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in (b"\x10", b"\x04"):
            port.sendall(byte)
        assert ask(port, b"\x01", 1) == b"\x12"


def test_automatic_status_looks_different() -> None:
    with LabelPrinter("escpos") as printer, connect(printer) as port:
        answer = ask(port, b"\x1da\xff", 4)
        assert answer[0] & 0x93 == 0x10
