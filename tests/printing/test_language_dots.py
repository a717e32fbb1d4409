"""Every language, head, paper and option, read back by independent readers: the same dots."""

from __future__ import annotations

import random
from functools import lru_cache
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from app.ports import PrinterConfig
from app.simulators.printers import LabelPrinter
from printing.devices.tcp import host_and_port, open_tcp
from printing.documents.bitmap import Bitmap
from printing.languages.language import Ending, PageSettings
from printing.languages.registry import language_of
from printing.languages.zpl import acs
from printing.options import read_options
from printing.printers import encoded
from printing.registry import make_printer
from tests.printing.readers import Page, cpcl, escpos, tspl, zpl
from tests.printing.reading import codes, printed
from tests.printing.samples import usual_labels, worst_labels

PAPERS = [(76, 130), (100, 150), (100, 180)]
HEADS = [8.0, 11.81, 12.0]
WAYS = [
    ("escpos", ""), ("escpos", "graphics"), ("escpos", "column"), ("tspl", ""), ("tspl", "zlib"),
    ("zpl", ""), ("zpl", "hex"), ("zpl", "acs"), ("cpcl", ""), ("cpcl", "hex"),
]  # fmt: skip
PAIRS = sorted({language for language, _ in WAYS})


def read(language: str, data: bytes, bitmap: Bitmap, dots_per_mm: float) -> list[Page]:
    if language == "escpos":
        return escpos.read(data, bitmap.width)
    if language == "tspl":
        return tspl.read(data, dots_per_mm)
    return zpl.read(data) if language == "zpl" else cpcl.read(data)


def options(language: str, media: tuple[int, int], dots_per_mm: float, **given: object) -> bytes:
    """The bytes of a label's bitmap with these options of a ``[[printer]]``."""
    config = PrinterConfig(
        "p", language, "file:/nowhere", dots_per_mm, f"{media[0]}x{media[1]}", options=given
    )
    bitmap = label_dots(media, dots_per_mm)
    return encoded(bitmap, language_of(language), read_options(config))


@lru_cache(maxsize=16)
def label_dots(media: tuple[int, int], dots_per_mm: float) -> Bitmap:
    return printed(worst_labels()["zto"], media, dots_per_mm)


def noise(width: int, height: int, seed: int = 7) -> Bitmap:
    """Every second dot black, at random: nothing like it is easy to pack or to guess."""
    dice = random.Random(seed)
    image = Image.frombytes("L", (width, height), dice.randbytes(width * height))
    return Bitmap.of_image(image.point([0] * 128 + [255] * 128, "1"))


def same_dots(bitmap: Bitmap, shown: Image.Image) -> bool:
    """Whether a printed paper (black on white) begins with exactly ``bitmap``."""
    part = shown.convert("1").crop((0, 0, bitmap.width, bitmap.height))
    return ImageChops.logical_xor(part, bitmap.image()).getbbox() is None


def same(page: Page, bitmap: Bitmap) -> bool:
    """Same size and the same dots: the picture is in its place, and nothing else is there."""
    wanted = Image.frombytes("1", (bitmap.width, bitmap.height), bitmap.rows)
    if page.image.size != wanted.size:
        return False
    return ImageChops.logical_xor(page.image, wanted).getbbox() is None


@pytest.mark.parametrize("media", PAPERS, ids=lambda m: f"{m[0]}x{m[1]}")
@pytest.mark.parametrize("dots_per_mm", HEADS)
@pytest.mark.parametrize(("language", "graphics"), WAYS)
def test_paper_is_identical_to_the_dot(
    language: str, graphics: str, dots_per_mm: float, media: tuple[int, int]
) -> None:
    data = options(language, media, dots_per_mm, **({"graphics": graphics} if graphics else {}))
    bitmap = label_dots(media, dots_per_mm)
    (page,) = read(language, data, bitmap, dots_per_mm)
    if graphics == "column":  # whole bands of 24 rows: black from edge to edge may need a few more
        assert page.image.height - bitmap.height <= 1
        page.image = page.image.crop((0, 0, bitmap.width, bitmap.height))
    assert same(page, bitmap)


@pytest.mark.parametrize("dots_per_mm", HEADS)
@pytest.mark.parametrize("language", PAIRS)
def test_codes_on_the_paper_scan(language: str, dots_per_mm: float) -> None:
    data = options(language, (76, 130), dots_per_mm)
    (page,) = read(language, data, label_dots((76, 130), dots_per_mm), dots_per_mm)
    found = codes(page.shown)
    assert ("Code 128", worst_labels()["zto"].number) in found
    assert len(found) == 2


@pytest.mark.parametrize("width", [1, 7, 8, 9, 607, 608, 609, 1181])
@pytest.mark.parametrize(("language", "graphics"), WAYS)
def test_any_width_keeps_its_right_edge(language: str, graphics: str, width: int) -> None:
    """The bits that fill the last byte of a row are white; rows neither wrap nor smear."""
    for bitmap in (noise(width, 50), Bitmap.of_image(Image.new("1", (width, 50), 1))):
        settings = PageSettings(width / 8, 50 / 8, 8, graphics=graphics)
        data = language_of(language).encode(bitmap, settings)
        (page,) = read(language, data, bitmap, 8)
        shown = page.image.crop((0, 0, bitmap.width, bitmap.height))
        assert same(Page(shown), bitmap)
        assert page.image.getbbox() == shown.getbbox()


@pytest.mark.parametrize(("language", "graphics"), WAYS)
@pytest.mark.parametrize("kind", ["white", "black", "noise"])
def test_any_picture_survives(language: str, graphics: str, kind: str) -> None:
    bitmap = {
        "white": Bitmap(608, 1040, bytes(79_040)),
        "black": Bitmap(608, 1040, b"\xff" * 79_040),
        "noise": noise(608, 1040),
    }[kind]
    settings = PageSettings(76, 130, 8, graphics=graphics)
    (page,) = read(language, language_of(language).encode(bitmap, settings), bitmap, 8)
    shown = page.image.crop((0, 0, bitmap.width, bitmap.height))
    assert same(Page(shown), bitmap)
    assert page.image.height - bitmap.height in range(24)


@pytest.mark.parametrize(
    ("right_mm", "down_mm", "dots"), [(0.5, -1.0, (4, -8)), (-2.0, 3.25, (-16, 26))]
)
@pytest.mark.parametrize("language", PAIRS)
def test_offset_moves_every_dot(
    language: str, right_mm: float, down_mm: float, dots: tuple[int, int], tmp_path: Path
) -> None:
    label = usual_labels()["zto"]
    given = {"offset_x_mm": right_mm, "offset_y_mm": down_mm}
    config = PrinterConfig("p", language, f"file:{tmp_path}", options=given)
    assert make_printer(config).print_paper(label).result == "confirmed"
    (file,) = tmp_path.iterdir()
    (page,) = read(language, file.read_bytes(), printed(label), 8)
    assert same(page, printed(label).shifted(*dots))


@pytest.mark.parametrize("dots_per_mm", HEADS)
@pytest.mark.parametrize("language", PAIRS)
def test_turned_label_comes_out_upside_down(language: str, dots_per_mm: float) -> None:
    data = options(language, (76, 130), dots_per_mm, turned=True)
    bitmap = label_dots((76, 130), dots_per_mm)
    (page,) = read(language, data, bitmap, dots_per_mm)
    page.image = page.image.transpose(Image.Transpose.ROTATE_180)
    assert same(page, bitmap)


@pytest.mark.parametrize("language", ["tspl", "cpcl"])
def test_inverted_printers_get_the_opposite(language: str) -> None:
    bitmap = noise(609, 80)
    settings = PageSettings(609 / 8, 10, 8, inverted=True)
    data = language_of(language).encode(bitmap, settings)
    body = bitmap.rows if language == "tspl" else bitmap.inverted_rows()
    assert body in data


@pytest.mark.parametrize("language", PAIRS)
def test_pages_of_a_job_stay_apart(language: str) -> None:
    first, second = noise(608, 200, 1), noise(608, 200, 2)
    settings = PageSettings(76, 25, 8)
    encode = language_of(language).encode
    pages = read(language, encode(first, settings) + encode(second, settings), first, 8)
    assert [same(page, bitmap) for page, bitmap in zip(pages, (first, second), strict=True)] == [
        True, True,
    ]  # fmt: skip


class TestSettings:
    @pytest.mark.parametrize(
        ("language", "given", "commands"),
        [
            ("tspl", {}, ["GAP 2 mm,0 mm", "DIRECTION 0,0"]),
            ("tspl", {"stock": "continuous"}, ["GAP 0 mm,0 mm"]),
            ("tspl", {"mark_mm": 4.0}, ["BLINE 4 mm,0 mm"]),
            ("tspl", {"density": 30, "speed": 1.5}, ["DENSITY 15", "SPEED 1.5"]),
            ("tspl", {"tear_off_mm": -1.5, "cut": True}, ["OFFSET -1.5 mm", "SET CUTTER 1"]),
            ("tspl", {"turned": True}, ["DIRECTION 1,0"]),
            ("zpl", {}, ["^MNW", "^PMN", "^PQ1"]),
            ("zpl", {"stock": "mark"}, ["^MNM"]),
            ("zpl", {"stock": "continuous"}, ["^MNN"]),
            ("zpl", {"density": 7, "speed": 4.0}, ["~SD07", "^PR4"]),
            ("zpl", {"ribbon": True}, ["^MTT"]),
            ("zpl", {"ribbon": False, "cut": True}, ["^MTD", "^MMC"]),
            ("zpl", {"tear_off_mm": 2.0}, ["~TA016"]),
            ("zpl", {"tear_off_mm": -2.0}, ["~TA-016"]),
            ("cpcl", {}, ["200 200", "GAP-SENSE", "FORM"]),
            ("cpcl", {"stock": "mark"}, ["BAR-SENSE", "FORM"]),
            ("cpcl", {"density": 9, "speed": 3.0, "tone": 50}, ["CONTRAST 3", "TONE 50"]),
            ("escpos", {}, ["FF"]),
            ("escpos", {"feed": "gs_ff", "cut": True}, ["GS FF", "cut A 0"]),
            ("escpos", {"epson": True, "density": 4}, ["GS ( D 1401000200", "GS ( K 31fe"]),
            ("escpos", {"epson": True, "speed": 9.0}, ["GS ( K 3209"]),
        ],
    )
    def test_become_commands(
        self, language: str, given: dict[str, object], commands: list[str]
    ) -> None:
        data = options(language, (76, 130), 8.0, **given)
        (page,) = read(language, data, label_dots((76, 130), 8.0), 8.0)
        assert [command for command in commands if command not in page.commands] == []

    @pytest.mark.parametrize("language", PAIRS)
    def test_what_is_not_set_is_the_printers_own(self, language: str) -> None:
        (page,) = read(language, options(language, (76, 130), 8.0), label_dots((76, 130), 8.0), 8.0)
        said = " ".join(page.commands)
        for name in ("DENSITY", "SPEED", "CUTTER", "OFFSET", "~SD", "~TA", "^PR", "^MT", "^MM",
                     "CONTRAST", "TONE", "GS (", "cut"):  # fmt: skip
            assert name not in said

    def test_escpos_density_without_epson_is_left_out(self) -> None:
        assert b"\x1d(K" not in options("escpos", (76, 130), 8.0, density=9)

    def test_cpcl_on_continuous_paper_has_no_form(self) -> None:
        data = options("cpcl", (76, 130), 8.0, stock="continuous")
        (page,) = cpcl.read(data)
        assert "FORM" not in page.commands

    def test_cpcl_names_the_finer_head(self) -> None:
        (page,) = cpcl.read(options("cpcl", (76, 130), 11.81))
        assert page.commands[0] == "300 300"


class TestEscPosFragments:
    def test_a_long_page_is_pieces_without_a_gap_between(self) -> None:
        bitmap = noise(800, 2000)
        for graphics, pieces in (("", 3), ("graphics", 4), ("column", 84)):
            settings = PageSettings(100, 250, 8, graphics=graphics)
            (page,) = escpos.read(language_of("escpos").encode(bitmap, settings), 800)
            assert same(Page(page.image.crop((0, 0, 800, 2000))), bitmap)
            assert page.pictures == pieces

    def test_no_fragment_is_moved_on_a_wider_head(self) -> None:
        bitmap = noise(608, 1040)
        data = language_of("escpos").encode(bitmap, PageSettings(76, 130, 8))
        (page,) = escpos.read(data, 832)
        assert same(Page(page.image.crop((0, 0, 608, 1040))), bitmap)
        assert page.image.crop((608, 0, 832, 1040)).getbbox() is None

    def test_columns_make_the_page_no_longer_than_the_label(self) -> None:
        """1,040 rows are no whole number of bands of 24; black may stand anywhere on them."""
        settings = PageSettings(76, 130, 8, graphics="column")
        for first, end in ((0, 1), (0, 1008), (5, 1030), (30, 1040), (1039, 1040), (0, 0)):
            rows = bytes(76 * first) + noise(608, end - first).rows + bytes(76 * (1040 - end))
            bitmap = Bitmap(608, 1040, rows)
            (page,) = escpos.read(language_of("escpos").encode(bitmap, settings), 608)
            assert same(page, bitmap)

    def test_greys_cannot_appear(self) -> None:
        """Dots are one bit from the raster to the wire; nothing is left to dither."""
        bitmap = label_dots((76, 130), 8.0)
        (page,) = escpos.read(language_of("escpos").encode(bitmap, PageSettings(76, 130, 8)), 608)
        assert page.image.histogram()[255] == sum(byte.bit_count() for byte in bitmap.rows)

    def test_nothing_is_said_on_standard_output(self, capsys: pytest.CaptureFixture[str]) -> None:
        for graphics in ("", "graphics", "column"):
            settings = PageSettings(100, 180, 8, graphics=graphics)
            language_of("escpos").encode(noise(800, 1440), settings)
        assert capsys.readouterr() == ("", "")


REAL_TIME = b"\x10\x04\x01\x10\x04\x02\x10\x14\x01\x00\x01\x10\x05\x02\x1b!?\x1b!R"


class TestRealTimeBytesInPictures:
    """Dots that look like a command which printers obey wherever it stands."""

    def bitmap(self, place: int) -> Bitmap:
        """The commands (as they are sent, in either sense of black) from byte ``place`` on."""
        rows = bytearray(76 * 300)
        rows[place : place + len(REAL_TIME)] = REAL_TIME
        other = bytes(255 - byte for byte in REAL_TIME)
        rows[place + 7600 : place + 7600 + len(other)] = other
        return Bitmap(608, 300, bytes(rows))

    @pytest.mark.parametrize("place", [0, 58, 61, 62, 63, 75, 76, 151, 76 * 40 + 30])
    @pytest.mark.parametrize("inverted", [False, True])
    def test_tspl_splits_pictures_there_and_keeps_the_dots(
        self, place: int, inverted: bool
    ) -> None:
        bitmap = self.bitmap(place)
        settings = PageSettings(76, 37.5, 8, inverted=inverted)
        data = language_of("tspl").encode(bitmap, settings)
        assert b"\x1b!" not in data
        assert data.count(b"BITMAP ") > 1
        (page,) = tspl.read(data, 8)
        if inverted:
            page.image = ImageChops.invert(page.image)
        assert same(page, bitmap)

    def test_most_labels_are_one_picture(self) -> None:
        for media in PAPERS:
            assert options("tspl", media, 8.0).count(b"BITMAP ") == 1

    @pytest.mark.parametrize("language", ["zpl", "cpcl"])
    def test_text_forms_hold_none(self, language: str) -> None:
        settings = PageSettings(76, 37.5, 8, graphics="hex")
        data = language_of(language).encode(self.bitmap(5), settings)
        assert b"\x1b" not in data
        assert b"\x10" not in data

    @pytest.mark.parametrize("graphics", ["", "graphics"])
    def test_answers_to_dots_are_not_taken_for_answers(self, graphics: str) -> None:
        """Dots that ask for a status are answered in the middle of the job."""
        bitmap = self.bitmap(76 * 40)
        escpos_language = language_of("escpos")
        data = escpos_language.encode(bitmap, PageSettings(76, 37.5, 8, graphics=graphics))
        with LabelPrinter("escpos") as device:
            host, port = host_and_port(device.address.removeprefix("tcp://"))
            link = open_tcp(host, port, 2, 2)
            link.send(data)
            assert escpos_language.dialect is not None
            ending = escpos_language.dialect.wait_done(link, 5)
            assert ending.ending is Ending.DONE
            status = escpos_language.dialect.status(link, 2)
            assert status is not None
            assert status.can_start
            link.finish(2)
            link.close()
            (paper,) = device.papers
        assert same_dots(bitmap, paper.image())


class LateAnswers:
    """A printer that is ready and has a drawer; ``dots`` answers to its picture come late."""

    def __init__(self, dots: list[bytes]) -> None:
        self._dots = dots
        self._out = b""
        self._printing = 3  # questions until the job is out

    def send(self, data: bytes) -> None:
        if data[:2] != b"\x10\x04":
            return
        if self._dots:
            self._out += self._dots.pop()
        self._out += b"\x16" if data[2:] == b"\x01" else b"\x12"
        self._printing -= 1
        if not self._printing:
            self._out += b"\x00"

    def receive(self, timeout_s: float) -> bytes:
        out, self._out = self._out, b""
        return out


@pytest.mark.parametrize("late", [[], [b"\x16"], [b"\x16", b"\x16"], [b"\x16\x32", b""]])
def test_a_late_answer_to_dots_is_no_trouble(late: list[bytes]) -> None:
    dialect = language_of("escpos").dialect
    assert dialect is not None
    assert dialect.wait_done(LateAnswers(late), 3).ending is Ending.DONE


def test_trouble_that_stays_is_told() -> None:
    class Open(LateAnswers):
        def send(self, data: bytes) -> None:
            self._out += b"\x16" if data[:2] == b"\x10\x04" else b""

    dialect = language_of("escpos").dialect
    assert dialect is not None
    assert dialect.wait_done(Open([]), 3).ending is Ending.TROUBLE


class TestAcs:
    @pytest.mark.parametrize("repeat", [1, 2, 3, 19, 20, 21, 39, 40, 399, 400, 401, 419, 800, 1203])
    def test_every_length_of_a_run(self, repeat: int) -> None:
        digits = "3" * repeat + "5" * (1 + repeat % 2)
        row = bytes.fromhex(digits + "A7" if len(digits) % 2 == 0 else digits + "A")
        bitmap = Bitmap(len(row) * 8, 2, row + row)
        data = language_of("zpl").encode(bitmap, PageSettings(10, 1, 8, graphics="acs"))
        (page,) = zpl.read(data)
        assert same(page, bitmap)

    def test_is_a_third_of_the_hexadecimal_form_or_less(self) -> None:
        bitmap = label_dots((100, 150), 8.0)
        assert len(acs(bitmap.rows, bitmap.row_bytes)) * 3 < len(bitmap.rows) * 2
