"""The bytes of each language, parsed back by readers that share no code with the writers."""

from __future__ import annotations

import re

import pytest
from PIL import Image
from zebrafy.zebrafy_zpl import ZebrafyZPL

from app.ports import PrinterConfig
from app.simulators.printers import LabelPrinter
from printing.documents.bitmap import Bitmap
from printing.languages.language import PageSettings
from printing.languages.registry import LANGUAGES, language_of
from printing.languages.tspl import read_status
from printing.registry import make_printer
from tests.printing.reading import codes, printed
from tests.printing.samples import usual_labels, worst_labels

MEDIA = (76, 130)


def settings(dots_per_mm: float = 8.0, **changes: object) -> PageSettings:
    values: dict[str, object] = {"width_mm": 76, "height_mm": 130, "dots_per_mm": dots_per_mm}
    return PageSettings(**{**values, **changes})  # type: ignore[arg-type]  # a test's short form


def same_dots(bitmap: Bitmap, picture: Image.Image) -> bool:
    """Whether ``picture`` (black on white) shows exactly ``bitmap``."""
    shown = picture.convert("1").crop((0, 0, bitmap.width, bitmap.height))
    return shown.tobytes() == bitmap.image().tobytes()


class TestZpl:
    @pytest.mark.parametrize("dots_per_mm", [8.0, 11.81])
    @pytest.mark.parametrize("graphics", ["", "hex"])
    def test_another_reader_sees_every_dot(self, dots_per_mm: float, graphics: str) -> None:
        bitmap = printed(usual_labels()["sf"], MEDIA, dots_per_mm)
        data = language_of("zpl").encode(bitmap, settings(dots_per_mm, graphics=graphics))
        (picture,) = ZebrafyZPL(data.decode("ascii")).to_images()
        assert same_dots(bitmap, picture)

    def test_checksum_is_upper_case_and_the_image_small(self) -> None:
        bitmap = printed(usual_labels()["zto"])
        data = language_of("zpl").encode(bitmap, settings())
        assert re.search(rb":Z64:[A-Za-z0-9+/=]+:[0-9A-F]{4}\^FS", data)
        assert len(data) < len(bitmap.rows) / 4

    def test_settings_become_commands(self) -> None:
        bitmap = printed(usual_labels()["zto"])
        data = language_of("zpl").encode(bitmap, settings(density=7, speed=4.0, stock="mark"))
        assert data.startswith(b"~SD07^XA^PR4^MNM^PW608^LL1040")


class TestTspl:
    def test_frame_and_inverted_bitmap(self) -> None:
        bitmap = printed(usual_labels()["zto"])
        data = language_of("tspl").encode(bitmap, settings(density=8, speed=5.0, gap_mm=3.0))
        head, _, rest = data.partition(b"BITMAP 0,0,76,1040,0,")
        assert head.split(b"\r\n") == [
            b"SIZE 76 mm,130 mm", b"GAP 3 mm,0 mm", b"DENSITY 8", b"SPEED 5", b"DIRECTION 0,0",
            b"REFERENCE 0,0", b"CLS", b"",
        ]  # fmt: skip
        assert rest.endswith(b"\r\nPRINT 1,1\r\n")
        assert bytes(b ^ 0xFF for b in rest[: 76 * 1040]) == bitmap.rows

    def test_black_mark_and_continuous_paper(self) -> None:
        bitmap = printed(usual_labels()["zto"])
        assert b"BLINE 2 mm,0 mm" in language_of("tspl").encode(bitmap, settings(stock="mark"))
        assert b"GAP 0 mm,0 mm" in language_of("tspl").encode(bitmap, settings(stock="continuous"))

    @pytest.mark.parametrize(
        ("byte", "state"),
        [(0, "ready"), (0x20, "busy"), (0x04, "paper_out"), (0x24, "paper_out"), (1, "cover_open"),
         (2, "error"), (8, "error"), (0x10, "paused"), (0x80, "error")],
    )  # fmt: skip
    def test_status_bits(self, byte: int, state: str) -> None:
        assert read_status(byte).state == state


class TestCpcl:
    def test_page_is_one_graphic_of_the_right_size(self) -> None:
        bitmap = printed(usual_labels()["zto"])
        data = language_of("cpcl").encode(bitmap, settings(density=2, speed=3.0))
        head = b"! 0 200 200 1040 1\r\nPAGE-WIDTH 608\r\nCONTRAST 2\r\nSPEED 3\r\nGAP-SENSE\r\n"
        assert data.startswith(head + b"CG 76 1040 0 0 ")
        image = data[len(head) + len(b"CG 76 1040 0 0 ") :][: 76 * 1040]
        assert image == bitmap.rows
        assert data.endswith(b"\r\nFORM\r\nPRINT\r\n")

    def test_hexadecimal_form(self) -> None:
        bitmap = printed(usual_labels()["zto"])
        data = language_of("cpcl").encode(bitmap, settings(graphics="hex", stock="continuous"))
        match = re.search(rb"EG 76 1040 0 0 ([0-9A-F]+)\r\nPRINT\r\n$", data)
        assert match is not None
        assert bytes.fromhex(match[1].decode()) == bitmap.rows


class TestEscPos:
    def test_no_word_on_standard_output(self, capsys: pytest.CaptureFixture[str]) -> None:
        language_of("escpos").encode(printed(usual_labels()["zto"]), settings())
        assert capsys.readouterr() == ("", "")

    def test_fragments_carry_every_dot_in_order(self) -> None:
        bitmap = printed(usual_labels()["zto"])
        data = language_of("escpos").encode(bitmap, settings())
        assert data.startswith(b"\x1b@\x1dv0\x00\x4c\x00\xc0\x03")  # 76 bytes a row, 960 rows
        first = data[10 : 10 + 76 * 960]
        assert data[10 + 76 * 960 :][:8] == b"\x1dv0\x00\x4c\x00\x50\x00"  # the other 80 rows
        second = data[18 + 76 * 960 :][: 76 * 80]
        assert first + second == bitmap.rows
        assert data.endswith(b"\x0c")

    @pytest.mark.parametrize(
        ("feed", "end"), [("gs_ff", b"\x1d\x0c"), ("cut", b"\x1dVA\x00"), ("ff", b"\x0c")]
    )
    def test_feed_to_the_next_label(self, feed: str, end: bytes) -> None:
        bitmap = printed(usual_labels()["zto"])
        assert language_of("escpos").encode(bitmap, settings(feed=feed)).endswith(end)

    def test_graphics_never_exceed_the_length_their_header_can_tell(self) -> None:
        bitmap = printed(usual_labels()["zto"], (100, 180))
        data = language_of("escpos").encode(bitmap, settings(graphics="graphics"))
        at, rows = 2, b""
        while data[at : at + 3] == b"\x1d(L":
            length = int.from_bytes(data[at + 3 : at + 5], "little")
            body = data[at + 5 : at + 5 + length]
            if body[:2] == b"0p":
                rows += body[10:]
            at += 5 + length
        assert rows == bitmap.rows
        assert data[at:] == b"\x0c"


PATHS = [
    ("escpos", {}), ("escpos", {"graphics": "graphics"}), ("escpos", {"graphics": "column"}),
    ("escpos", {"epson": True, "density": 9, "speed": 4}),
    ("tspl", {}), ("tspl", {"graphics": "zlib"}), ("tspl", {"tear_off_mm": 2.5, "density": 9}),
    ("zpl", {}), ("zpl", {"graphics": "hex"}), ("zpl", {"graphics": "acs"}),
    ("zpl", {"ribbon": False, "tear_off_mm": -1.0, "density": 9, "speed": 4}),
    ("cpcl", {}), ("cpcl", {"graphics": "hex"}), ("cpcl", {"tone": 20, "density": 2, "speed": 3}),
]  # fmt: skip


@pytest.mark.parametrize("dots_per_mm", [8.0, 11.81])
@pytest.mark.parametrize(("language", "options"), PATHS)
def test_a_printer_burns_exactly_the_bitmap(
    language: str, options: dict[str, object], dots_per_mm: float
) -> None:
    label = worst_labels()["zto"]
    with LabelPrinter(language, dots_per_mm) as device:
        config = PrinterConfig("p", language, device.address, dots_per_mm, options=options)
        certain = "sent" if language == "cpcl" else "confirmed"  # CPCL never answers
        assert make_printer(config).print_paper(label).result == certain
        device.wait_for_papers(1)
        assert device.complaints == []
        (paper,) = device.papers
    assert same_dots(printed(label, MEDIA, dots_per_mm), paper.image())
    assert ("Code 128", label.number) in codes(paper.image())
    assert (paper.stray_text, paper.native_elements, paper.turned) == (0, 0, False)


@pytest.mark.parametrize("language", ["escpos", "tspl", "zpl"])
def test_offset_moves_the_picture_on_the_paper(language: str) -> None:
    label = usual_labels()["zto"]
    with LabelPrinter(language) as device:
        options = {"offset_x_mm": 0.5, "offset_y_mm": -1.0}
        config = PrinterConfig("p", language, device.address, options=options)
        make_printer(config).print_paper(label)
        (paper,) = device.papers
    assert same_dots(printed(label).shifted(4, -8), paper.image())


@pytest.mark.parametrize(
    ("language", "command"),
    [("tspl", b"SET CUTTER 1\r\n"), ("zpl", b"^MMC"), ("escpos", b"\x0c\x1dVA\x00")],
)
def test_knife_is_used_only_when_asked_for(language: str, command: bytes) -> None:
    bitmap = Bitmap(80, 10, bytes(100))
    encode = language_of(language).encode
    assert command in encode(bitmap, settings(cut=True))
    assert command not in encode(bitmap, settings())


def test_every_language_has_its_own_code_and_extension() -> None:
    assert [language.code for language in LANGUAGES] == ["escpos", "tspl", "zpl", "cpcl"]
    assert len({language.extension for language in LANGUAGES}) == 4
