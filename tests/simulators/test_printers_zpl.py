"""The simulated ZPL printer burns what the bytes say."""

from __future__ import annotations

import base64
import binascii
import zlib

import pytest

from app.simulators.printers import LabelPrinter, Paper
from tests.simulators.label_picture import (
    NUMBER,
    QR_TEXT,
    ask,
    ask_until,
    connect,
    label,
    send,
    texts_on,
)

FRAME = "^XA^PW608^LL1040^LH0,0^FO0,0{}^FS^PQ1^XZ\n"


def packed(raw: bytes, kind: str, *, crc: str = "") -> str:
    text = base64.b64encode(zlib.compress(raw) if kind == "Z64" else raw)
    return f":{kind}:{text.decode()}:{crc or f'{binascii.crc_hqx(text, 0):04X}'}"


def run_lengths(rows: list[bytes]) -> str:
    """ACS: the encoder of the guide, one row at a time."""
    text, before = "", None
    for row in rows:
        digits = row.hex().upper()
        if digits == before:
            text += ":"
            continue
        before, start, line = digits, 0, ""
        while start < len(digits):
            end = start
            while end < len(digits) and digits[end] == digits[start]:
                end += 1
            if end == len(digits) and digits[start] in "0F":
                line += "," if digits[start] == "0" else "!"
                break
            count = end - start
            while count:
                part = min(count, 419)
                line += chr(ord("f") + part // 20) if part >= 20 else ""
                line += chr(ord("F") + part % 20) if part % 20 else ""
                line += digits[start]
                count -= part
            start = end
        text += line
    return text


def graphic(data: str, form: str = "A") -> str:
    size = len(label().bits)
    return f"^GF{form},{size},{size},{label().row_bytes},{data}"


def tiny(commands: str) -> Paper:
    with LabelPrinter("zpl", width_mm=4, height_mm=4, gap_mm=1) as printer:
        send(printer, f"^XA{commands}^XZ".encode())
        assert printer.complaints == []
        [paper] = printer.papers
        return paper


def black(paper: Paper) -> set[tuple[int, int]]:
    spots = ((x, y) for y in range(paper.height_dots) for x in range(paper.width_dots))
    return {(x, y) for x, y in spots if paper.is_black(x, y)}


ENCODINGS = {
    "hex": label().bits.hex(),
    "HEX": label().bits.hex().upper(),
    "lines": "\r\n".join(row.hex() for row in label().rows()),
    "ACS": run_lengths(label().rows()),
    "Z64": packed(label().bits, "Z64"),
    "B64": packed(label().bits, "B64"),
}


@pytest.mark.parametrize("portion", [0, 1013])
@pytest.mark.parametrize("name", list(ENCODINGS))
def test_every_encoding_is_the_label_to_the_dot(name: str, portion: int) -> None:
    with LabelPrinter("zpl") as printer:
        send(printer, FRAME.format(graphic(ENCODINGS[name])).encode(), portion)
        [paper] = printer.wait_for_papers(1)
        assert printer.complaints == []
        assert paper.bits == label().bits
        assert texts_on(paper) == {NUMBER, QR_TEXT}


def test_plain_bytes_are_the_label_to_the_dot() -> None:
    head, tail = FRAME.split("{}")
    with LabelPrinter("zpl") as printer:
        send(printer, head.encode() + graphic("", "B").encode() + label().bits + tail.encode())
        assert [p.bits for p in printer.papers] == [label().bits]


def test_run_lengths_mean_what_the_guide_says() -> None:
    assert black(tiny("^FO0,0^GFA,8,8,4,HF,:!^FS")) == {(x, y) for x in range(8) for y in (0, 1)}
    wide = tiny("^FO0,0^GFA,4,4,4,GFG0,^FS")
    assert black(wide) == {(x, 0) for x in range(4)}
    full = tiny("^FO0,0^GFA,4,4,4,!^FS")
    assert len(black(full)) == 32


@pytest.mark.parametrize("kind", ["Z64", "B64"])
def test_a_wrong_crc_prints_nothing(kind: str) -> None:
    with LabelPrinter("zpl") as printer:
        send(printer, FRAME.format(graphic(packed(label().bits, kind, crc="0000"))).encode())
        assert printer.papers == []
        assert printer.complaints == ["the CRC of a packed graphic is wrong"]


def test_a_crc_over_the_raw_bytes_is_wrong() -> None:
    raw = zlib.compress(label().bits)
    text = packed(label().bits, "Z64", crc=f"{binascii.crc_hqx(raw, 0):04X}")
    with LabelPrinter("zpl") as printer:
        send(printer, FRAME.format(graphic(text)).encode())
        assert printer.papers == []


def test_a_graphic_of_another_size_is_refused() -> None:
    with LabelPrinter("zpl") as printer:
        send(printer, b"^XA^FO0,0^GFA,4,4,2,FF^FS^XZ^XA^FO0,0^GFA,3,3,2,FFFFFF^FS^XZ")
        assert len(printer.complaints) == 2
        assert printer.papers == []


def test_home_origin_typeset_and_top_place_a_field() -> None:
    dot = "^GFA,1,1,1,80^FS"
    assert black(tiny(f"^LH2,3^FO4,5{dot}")) == {(6, 8)}
    assert black(tiny(f"^FT4,5{dot}")) == {(4, 4)}
    assert black(tiny(f"^LT2^FO0,0{dot}")) == {(0, 2)}
    assert black(tiny(f"^PMY^FO0,0{dot}")) == {(31, 0)}
    turned = tiny(f"^POI^FO0,0{dot}")
    assert (black(turned), turned.turned) == ({(0, 0)}, True)


def test_boxes_are_drawn_flipped_and_wiped() -> None:
    frame = {(x, y) for x in range(4) for y in range(3)} - {(1, 1), (2, 1)}
    assert black(tiny("^FO0,0^GB4,3,1^FS")) == frame
    assert black(tiny("^FO0,0^GB4,1,1^FS^FO1,0^FR^GB4,1,1^FS")) == {(0, 0), (4, 0)}
    assert black(tiny("^FO0,0^GB4,1,1^FS^FO1,0^GB2,1,1,W^FS")) == {(0, 0), (3, 0)}


def test_the_width_of_the_format_cuts_the_image() -> None:
    with LabelPrinter("zpl", width_mm=4, height_mm=4) as printer:
        send(printer, b"^XA^PW16^FO0,0^GFA,4,4,4,FFFFFFFF^FS^XZ")
        assert len(black(printer.papers[0])) == 16
        assert printer.complaints == ["a graphic is larger than the page"]


def test_the_quantity_prints_several() -> None:
    with LabelPrinter("zpl") as printer:
        send(printer, b"^XA^FO0,0^GB8,8,8^FS^PQ3^XZ")
        assert len(printer.papers) == 3


def test_a_format_of_settings_prints_nothing() -> None:
    with LabelPrinter("zpl") as printer:
        send(printer, b"^XA^PW608^LL1040^MNW^MD10^PR4^CI28^XZ")
        assert (printer.papers, printer.complaints) == ([], [])


def test_texts_and_native_codes_are_counted() -> None:
    paper = tiny("^CI28^FO0,0^A0N,20,20^FD你好,\r\nworld^FS^FO0,9^BY2^BCN,40^FD1234^FS")
    assert (paper.native_elements, paper.is_blank) == (2, True)


def test_a_stored_graphic_is_recalled() -> None:
    paper_job = b"~DGR:A.GRF,1,1,80^XA^FO3,1^XGR:A.GRF,1,1^FS^XZ"
    with LabelPrinter("zpl", width_mm=4, height_mm=4) as printer:
        send(printer, paper_job)
        assert black(printer.papers[0]) == {(3, 1)}


def test_a_format_that_breaks_off_is_not_printed_nor_mixed_with_the_next() -> None:
    with LabelPrinter("zpl", width_mm=4, height_mm=4) as printer:
        send(printer, b"^XA^FO0,0^GB8,8,8^FS^FO10,0^GFA,4,4,1,80")
        send(printer, b"^XA^FO0,0^GB1,1,1^FS^XZ")
        assert [black(p) for p in printer.papers] == [{(0, 0)}]
        assert printer.complaints == ["a job ended in the middle of a command"]


def test_unknown_commands_are_complaints() -> None:
    with LabelPrinter("zpl") as printer:
        send(printer, b"^XA^QQ1^XZ\r\nHello\r\n")
        assert len(printer.complaints) == 2


def test_the_host_status_tells_paper_pause_cover_and_what_waits() -> None:
    with LabelPrinter("zpl") as printer, connect(printer) as port:
        assert _status(ask_until(port, b"~HS", b"\x03\r\n", 3)) == ("0", "0", "000", "0", 0)
        printer.load_paper(0)
        job = b"^XA^FO0,0^GB8,8,8^FS^PQ2^XZ"
        port.sendall(job + job)
        printer.wait_until_stalled()
        printer.set_paused(paused=True)
        printer.set_cover(is_open=True)
        assert _status(ask_until(port, b"~HS", b"\x03\r\n", 3)) == ("1", "1", "001", "1", 2)


def _status(answer: bytes) -> tuple[str, str, str, str, int]:
    lines = [line.strip("\x02\x03\r\n") for line in answer.decode().splitlines()]
    one, two = lines[0].split(","), lines[1].split(",")
    return one[1], one[2], one[4], two[2], int(two[8])


def test_the_error_flags_follow_the_printer() -> None:
    with LabelPrinter("zpl") as printer, connect(printer) as port:
        healthy = ask_until(port, b"~HQES", b"\x03\r\n")
        assert b"ERRORS:         0 00000000 00000000" in healthy
        printer.load_paper(0)
        port.sendall(b"^XA^FO0,0^GB8,8,8^FS^XZ")
        printer.wait_until_stalled()
        printer.set_cover(is_open=True)
        printer.set_paused(paused=True)
        sick = ask_until(port, b"~HQES", b"\x03\r\n")
        assert b"ERRORS:         1 00000000 00010005" in sick
        assert b"WARNINGS:       1 00000000 00000008" in sick


def test_the_odometer_counts_labels() -> None:
    question = b'! U1 getvar "odometer.total_label_count"\r\n'
    with LabelPrinter("zpl") as printer, connect(printer) as port:
        assert ask(port, question, 3) == b'"0"'
        assert ask(port, b"^XA^FO0,0^GB8,8,8^FS^XZ" + question, 3) == b'"1"'
