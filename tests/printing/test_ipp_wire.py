"""IPP's bytes against real ones, and against what no printer should send."""

from __future__ import annotations

import random
import struct

import pytest

from printing.devices.ipp_wire import (
    MOST_BYTES,
    IppFormatError,
    Operation,
    Resolution,
    Span,
    Tag,
    Typed,
    collection,
    decode_answer,
    encode_request,
    integer,
    keyword,
)

# RFC 8010 appendix A.1: the Print-Job request of the specification, up to the end of attributes.
PRINT_JOB = bytes.fromhex(
    "0101000200000001"
    "01"
    "470012617474726962757465732d63686172736574" "00057574662d38"
    "48001b617474726962757465732d6e61747572616c2d6c616e6775616765" "0005656e2d7573"
    "45000b7072696e7465722d757269" "0015" "6970703a2f2f686f73742f7072696e7465722f7076"
    "4200086a6f622d6e616d65" "0006" "666f6f626172"
    "220016" "6970702d6174747269627574652d666964656c697479" "000101"
    "02"
    "210006636f70696573" "000400000014"
    "4400057369646573" "0013" "74776f2d73696465642d6c6f6e672d65646765"
    "03"
)  # fmt: skip

# What ippeveprinter 2.4.2 answered to Get-Jobs for one finished job with a Chinese name.
GET_JOBS = bytes.fromhex(
    "0200000000000004"
    "01"
    "470012617474726962757465732d63686172736574" "00057574662d38"
    "48001b617474726962757465732d6e61747572616c2d6c616e6775616765" "0002656e"
    "02"
    "4200086a6f622d6e616d65" "000a" "e6a087e7adbe2d616263"
    "2100066a6f622d6964" "000400000001"
    "2300096a6f622d7374617465" "000400000009"
    "03"
)  # fmt: skip


def answer(*fields: bytes, status: int = 0, end: bytes = b"\x03") -> bytes:
    return struct.pack(">BBHi", 2, 0, status, 1) + b"\x04" + b"".join(fields) + end


def put(tag: int, name: bytes, value: bytes) -> bytes:
    return struct.pack(">BH", tag, len(name)) + name + struct.pack(">H", len(value)) + value


def test_the_specifications_own_request_is_written_to_the_byte() -> None:
    written = encode_request(
        Operation.PRINT_JOB,
        1,
        [
            (
                Tag.OPERATION_GROUP,
                [
                    ("attributes-charset", [Typed(Tag.CHARSET, "utf-8")]),
                    ("attributes-natural-language", [Typed(Tag.LANGUAGE, "en-us")]),
                    ("printer-uri", [Typed(Tag.URI, "ipp://host/printer/pv")]),
                    ("job-name", [Typed(Tag.NAME, "foobar")]),
                    ("ipp-attribute-fidelity", [Typed(Tag.BOOLEAN, True)]),
                ],
            ),
            (
                Tag.JOB_GROUP,
                [("copies", [integer(20)]), ("sides", [keyword("two-sided-long-edge")])],
            ),
        ],
        version=(1, 1),
    )
    assert written == PRINT_JOB


def test_a_real_printers_answer_is_read() -> None:
    read = decode_answer(GET_JOBS)
    assert read.ok
    assert read.first(Tag.JOB_GROUP) == {
        "job-name": ("标签-abc",),
        "job-id": (1,),
        "job-state": (9,),
    }


def test_collections_nest_and_come_back() -> None:
    size = collection(("x-dimension", integer(7600)), ("y-dimension", integer(13000)))
    media = collection(("media-size", size), ("media-top-margin", integer(0)))
    written = encode_request(
        Operation.CREATE_JOB, 9, [(Tag.JOB_GROUP, [("media-col", [media, media])])]
    )
    once = {
        "media-size": ({"x-dimension": (7600,), "y-dimension": (13000,)},),
        "media-top-margin": (0,),
    }
    assert decode_answer(written).first(Tag.JOB_GROUP) == {"media-col": (once, once)}


def test_every_kind_of_value_is_read() -> None:
    with_language = struct.pack(">H", 2) + b"zh" + struct.pack(">H", 6) + "标签".encode()
    read = decode_answer(
        answer(
            put(0x21, b"number", struct.pack(">i", -2)),
            put(0x22, b"yes", b"\x01"),
            put(0x32, b"dpi", struct.pack(">iib", 203, 203, 3)),
            put(0x32, b"dpcm", struct.pack(">iib", 80, 80, 4)),
            put(0x33, b"span", struct.pack(">ii", 1, 9)),
            put(0x36, b"name", with_language),
            put(0x13, b"nothing", b""),
            put(0x31, b"when", bytes(11)),
            put(0x44, b"many", b"one") + put(0x44, b"", b"two"),
        )
    ).first(Tag.PRINTER_GROUP)
    assert read == {
        "number": (-2,),
        "yes": (True,),
        "dpi": (Resolution(203, 203, 3),),
        "dpcm": (Resolution(80, 80, 4),),
        "span": (Span(1, 9),),
        "name": ("标签",),
        "nothing": (None,),
        "when": (bytes(11),),
        "many": ("one", "two"),
    }
    assert Resolution(80, 80, 4).dots_per_mm == 8.0
    assert Resolution(80, 80, 4).dpi == 203


def test_a_name_too_long_for_the_protocol_is_not_written() -> None:
    with pytest.raises(ValueError, match="longer"):
        encode_request(Operation.CREATE_JOB, 1, [(Tag.JOB_GROUP, [("x", [keyword("y" * 40_000)])])])


BEGIN = put(0x34, b"", b"")
HOSTILE = {
    "nothing": b"",
    "half a header": b"\x02\x00\x00",
    "no end": answer(end=b""),
    "another protocol": b"HTTP/1.1 200 OK\r\n\r\n",
    "version 9": b"\x09" + GET_JOBS[1:],
    "length below zero": answer(b"\x44\xff\xff"),
    "name beyond the end": answer(b"\x44\x7f\xff" + b"x" * 10),
    "value beyond the end": answer(b"\x44\x00\x01x\x7f\xff"),
    "value before a name": answer(put(0x44, b"", b"x")),
    "attribute before a group": struct.pack(">BBHi", 2, 0, 0, 1) + put(0x44, b"a", b"b") + b"\x03",
    "number of three bytes": answer(put(0x21, b"n", b"\0\0\0")),
    "switch of no byte": answer(put(0x22, b"n", b"")),
    "resolution of four bytes": answer(put(0x32, b"n", bytes(4))),
    "text with a wrong language": answer(put(0x35, b"n", b"\x00\xffzh\x00\x01x")),
    "text without a language": answer(put(0x35, b"n", b"\x00")),
    "collection without an end": answer(put(0x34, b"c", b"")),
    "end of no collection": answer(put(0x37, b"c", b"")),
    "member of no collection": answer(put(0x4A, b"c", b"m")),
    "member without a name": answer(put(0x34, b"c", b"") + put(0x21, b"", bytes(4))),
    "attribute inside a collection": answer(put(0x34, b"c", b"") + put(0x21, b"n", bytes(4))),
    "end with a value": answer(put(0x34, b"c", b"") + put(0x37, b"", b"x")),
    "nested without end": answer(put(0x34, b"c", b"") + (put(0x4A, b"", b"m") + BEGIN) * 5000),
    "values without end": answer(put(0x44, b"a", b"") + put(0x44, b"", b"") * 30_000),
    "longer than any answer": GET_JOBS + bytes(MOST_BYTES),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_what_no_printer_should_send_is_refused(what: str) -> None:
    with pytest.raises(IppFormatError):
        decode_answer(HOSTILE[what])


def test_an_answer_cut_off_anywhere_is_refused() -> None:
    for length in range(len(GET_JOBS)):
        with pytest.raises(IppFormatError):
            decode_answer(GET_JOBS[:length])


def test_no_byte_of_an_answer_can_do_harm() -> None:
    """One to three bytes changed by chance: read or refused, nothing else."""
    chance = random.Random(8010)
    refused = 0
    for _ in range(3000):
        data = bytearray(GET_JOBS)
        for _ in range(chance.randint(1, 3)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        try:
            decode_answer(bytes(data))
        except IppFormatError:
            refused += 1
    assert 0 < refused < 3000
