"""Jobs written by other people's libraries come out of the simulated printers to the dot."""

from __future__ import annotations

import warnings
from typing import Any

import pytest
from PIL import Image

from app.simulators.printers import LabelPrinter
from tests.simulators.label_picture import label, send


def picture() -> Image.Image:
    """The test label as a picture, black on white."""
    drawn = label()
    return Image.frombytes("1", (drawn.width, drawn.height), drawn.inverted())


@pytest.mark.parametrize("form", ["bitImageRaster", "graphics"])
def test_python_escpos_prints_the_same_label(form: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the library's own profile data
        from escpos.printer import Dummy

    writer: Any = Dummy()
    writer.profile.profile_data["media"]["width"]["pixels"] = 608
    writer.image(picture(), impl=form, fragment_height=520)
    with LabelPrinter("escpos") as printer:
        send(printer, writer.output + b"\x1d\x0c")
        assert printer.complaints == []
        assert [p.bits for p in printer.papers] == [label().bits]


@pytest.mark.parametrize("form", ["ASCII", "B64", "Z64"])
def test_zebrafy_prints_the_same_label(form: str) -> None:
    from zebrafy.zebrafy_image import ZebrafyImage

    zpl: str = ZebrafyImage(picture(), format=form).to_zpl()
    with LabelPrinter("zpl") as printer:
        send(printer, zpl.encode())
        assert printer.complaints == []
        assert [p.bits for p in printer.papers] == [label().bits]
