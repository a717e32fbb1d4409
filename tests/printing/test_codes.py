"""Code 128 and QR codes, beside an encoder of other people."""

from __future__ import annotations

import random
import string
from itertools import groupby

import pytest
import zxingcpp
from PIL import Image

from printing.documents.code128 import code128_modules, code128_widths
from printing.documents.qr import qr_code

NUMBERS = [
    "73100196611386",
    "SF7444496931331",
    "4060005469862",
    "JDVA12345678901",
    "A",
    "7",
    "a~ 9",
]


def other_encoder(text: str) -> tuple[int, ...]:
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.Code128)
    image = code.to_image(scale=1, add_quiet_zones=False)
    line = memoryview(image).tobytes()[: image.shape[1]]  # type: ignore[arg-type]  # buffer missing in its stub
    return tuple(len(list(same)) for _, same in groupby(line))


@pytest.mark.parametrize("text", NUMBERS)
def test_same_bars_as_another_encoder(text: str) -> None:
    assert code128_widths(text) == other_encoder(text)


@pytest.mark.parametrize(
    ("text", "modules"),
    [("73100196611386", 112), ("SF7444496931331", 145), ("JDVA12345678901", 156)],
)
def test_lengths_the_labels_are_laid_out_for(text: str, modules: int) -> None:
    assert code128_modules(text) == modules


def test_never_longer_than_another_encoder_and_reads_back() -> None:
    dice = random.Random(128)
    letters = string.digits * 5 + string.ascii_uppercase + "-*/. "
    for _ in range(300):
        text = "".join(dice.choice(letters) for _ in range(dice.randint(1, 22))).strip() or "0"
        widths = code128_widths(text)
        assert sum(widths) <= sum(other_encoder(text))
        line = Image.new("L", (sum(widths) * 2 + 80, 30), 255)
        x = 40
        for i, width in enumerate(widths):
            if i % 2 == 0:
                line.paste(0, (x, 0, x + width * 2, 30))
            x += width * 2
        assert [code.text for code in zxingcpp.read_barcodes(line)] == [text]


@pytest.mark.parametrize("text", ["", "中", "a\n", "\x7f"])
def test_what_cannot_be_a_bar_code_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="printable ASCII"):
        code128_widths(text)


@pytest.mark.parametrize(
    "text", ["MMM={'k1':'020W','k5':'SF7444496931331','k7':'fe62b871'}", "山野集", "x" * 200]
)
def test_runs_of_a_qr_code_are_the_code(text: str) -> None:
    code = qr_code(text)
    picture = Image.new("L", (code.modules + 8, code.modules + 8), 255)
    for column, row, length in code.runs:
        picture.paste(0, (4 + column, 4 + row, 4 + column + length, 5 + row))
    large = picture.resize((picture.width * 4, picture.height * 4))
    assert [found.text for found in zxingcpp.read_barcodes(large)] == [text]


@pytest.mark.parametrize("text", ["", "x" * 5000])
def test_what_cannot_be_a_qr_code_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        qr_code(text)
