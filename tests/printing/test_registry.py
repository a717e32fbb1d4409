"""From a printer's configuration to a printer; documents without one."""

from __future__ import annotations

import io
import subprocess
import sys
import threading
from dataclasses import replace

import pytest
from PIL import Image

from app.domain.errors import UserError
from app.domain.labels import OwnArea, PlatformLabel
from app.ports import Printer, PrinterConfig, Stationery
from printing.options import read_address, read_options
from printing.printers import ComponentPrinter, PagePrinter
from printing.registry import PRINTER_LANGUAGES, PaperStationery, make_printer
from printing.stationery import FORMATS
from tests.printing.reading import codes, printed
from tests.printing.samples import pick_list, usual_labels, worst_labels

LABEL = usual_labels()["zto"]


def config(**changes: object) -> PrinterConfig:
    usual: dict[str, object] = {
        "name": "bench-1", "language": "tspl", "address": "tcp://127.0.0.1:9100",
    }  # fmt: skip
    return PrinterConfig(**{**usual, **changes})  # type: ignore[arg-type]  # a test's short form


@pytest.mark.parametrize(
    ("language", "address"),
    [
        ("tspl", "tcp://127.0.0.1:9100"), ("zpl", "tcp://[::1]"), ("escpos", "tcp://printer"),
        ("cpcl", "serial:/dev/ttyUSB0?baud=115200"), ("tspl", "usb:0483:5743"),
        ("pdf", "file:/folder"), ("tspl", "file:///dev/usb/lp0"), ("pdf", "/folder"),
    ],
)  # fmt: skip
def test_addresses_of_the_configuration_make_printers(language: str, address: str) -> None:
    printer: Printer = make_printer(config(language=language, address=address))
    assert isinstance(printer, PagePrinter)
    assert not printer.takes_platform_labels
    assert printer.config.address == address


def test_component_takes_platform_labels() -> None:
    printer = make_printer(config(language="component", address="ws://127.0.0.1:12705"))
    assert isinstance(printer, ComponentPrinter)
    assert printer.takes_platform_labels


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"address": ""}, "printer_address"),
        ({"address": "tcp://"}, "printer_address"),
        ({"address": "tcp://host:port"}, "printer_address"),
        ({"address": "ftp://host"}, "printer_address"),
        ({"address": "ws://127.0.0.1:1"}, "printer_address"),
        ({"language": "pdf"}, "printer_address"),
        ({"language": "system"}, "printer_address"),
        ({"language": "component"}, "printer_address"),
        ({"language": "klingon"}, "language_unknown"),
        ({"media": "letter"}, "media_unknown"),
        ({"media": "1x1"}, "media_unknown"),
        ({"dots_per_mm": 0}, "printer_option"),
        ({"options": {"densty": 3}}, "printer_option"),
        ({"options": {"density": "dark"}}, "printer_option"),
        ({"options": {"density": 99}}, "printer_option"),
        ({"options": {"stock": "roll"}}, "printer_option"),
        ({"options": {"status": 1}}, "printer_option"),
        ({"options": {"graphics": "hex"}}, "printer_option"),
        ({"options": {"printer": 7}}, "printer_option"),
    ],
)
def test_wrong_configuration_is_refused_with_a_remedy(
    changes: dict[str, object], code: str
) -> None:
    with pytest.raises(UserError) as caught:
        make_printer(config(**changes))
    assert caught.value.code == code
    assert str(caught.value.remedy)


def test_misspelt_option_names_the_nearest() -> None:
    with pytest.raises(UserError, match=r"Did you mean density\?"):
        read_options(config(options={"densty": 3}))


def test_density_beyond_the_language_becomes_its_darkest() -> None:
    written = config(language="tspl", address="/nowhere", options={"density": 20})
    assert read_options(written).page.density == 20
    from printing.languages.registry import language_of
    from printing.printers import encoded

    data = encoded(printed(LABEL), language_of("tspl"), read_options(written))
    assert b"DENSITY 15\r\n" in data


def test_black_marks_and_the_knife_are_settings() -> None:
    page = read_options(config(options={"mark_mm": 3, "cut": True})).page
    assert (page.stock, page.gap_mm, page.cut) == ("mark", 3, True)
    assert read_options(config()).page.stock == "gap"


def test_serial_address_is_taken_apart() -> None:
    address = read_address(config(address="serial:COM3?baud=9600&flow=rtscts"))
    assert (address.scheme, address.target) == ("serial", "COM3")
    assert address.query == {"baud": "9600", "flow": "rtscts"}


def test_platform_label_cannot_be_drawn() -> None:
    label = PlatformLabel("78900000000001", "opaque")
    stationery: Stationery = PaperStationery()
    for refused in (
        lambda: make_printer(config()).print_paper(label),
        lambda: stationery.render(label, "pdf", "76x130", 8.0),
        lambda: stationery.labels_pdf([label], "76x130"),
    ):
        with pytest.raises(UserError) as caught:
            refused()
        assert caught.value.code == "platform_label"


@pytest.mark.parametrize("dots_per_mm", [8.0, 11.81])
def test_rendered_formats_are_what_they_say(dots_per_mm: float) -> None:
    stationery = PaperStationery()
    made = {f: stationery.render(LABEL, f, "76x130", dots_per_mm) for f in FORMATS}
    assert made["pdf"].startswith(b"%PDF-")
    picture = Image.open(io.BytesIO(made["png"]))
    assert picture.size == ((608, 1040) if dots_per_mm == 8 else (898, 1535))
    assert picture.info["dpi"][0] == pytest.approx(dots_per_mm * 25.4, abs=0.1)
    assert ("Code 128", LABEL.number) in codes(picture)
    assert made["escpos"].startswith(b"\x1b@")
    assert made["tspl"].startswith(b"SIZE 76 mm,130 mm")
    assert made["zpl"].startswith(b"^XA")
    assert made["cpcl"].startswith(b"! 0 200" if dots_per_mm == 8 else b"! 0 300")


def test_rendering_is_the_same_every_time() -> None:
    stationery = PaperStationery()
    first = stationery.render(LABEL, "tspl", "76x130", 8.0)
    assert stationery.render(LABEL, "tspl", "76x130", 8.0) == first


def test_unknown_format_is_refused() -> None:
    with pytest.raises(UserError) as caught:
        PaperStationery().render(LABEL, "gif", "76x130", 8.0)
    assert caught.value.code == "format_unknown"


def test_warning_comes_with_what_was_rendered() -> None:
    odd = replace(LABEL, goods="茶\U0001f375")
    assert PaperStationery().rendered(odd, "png", "76x130", 8.0).warning is not None
    assert PaperStationery().rendered(LABEL, "png", "76x130", 8.0).warning is None


def test_preview_learns_that_a_text_was_too_long() -> None:
    stationery = PaperStationery()
    assert stationery.rendered(LABEL, "png", "76x130", 8.0).cut_texts == 0
    assert stationery.rendered(worst_labels()["zto"], "png", "76x130", 8.0).cut_texts > 0


@pytest.mark.parametrize("media", ["76x130", "100x150", "100x180"])
@pytest.mark.parametrize("template", ["sf", "zto", "yunda", "plain"])
def test_own_area_is_where_the_preview_marks_it(template: str, media: str) -> None:
    stationery = PaperStationery()
    usual = usual_labels()[template]
    left, top, width, height = (int(v * 8) for v in stationery.own_area_mm(template, media))
    inside = (left - 2, top + 3, left + width + 2, top + height + 2)
    pictures = []
    for label in (usual, replace(usual, own=OwnArea())):
        data = stationery.render(label, "png", media, 8.0)
        picture = Image.open(io.BytesIO(data)).convert("L")
        picture.paste(255, inside)
        pictures.append(picture.tobytes())
    assert pictures[0] == pictures[1]


def test_several_threads_draw_at_the_same_time() -> None:
    stationery = PaperStationery()
    expected = stationery.render(LABEL, "tspl", "76x130", 8.0)
    results: list[bytes] = []
    threads = [
        threading.Thread(
            target=lambda: results.append(stationery.render(LABEL, "tspl", "76x130", 8.0))
        )
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [expected] * 6


def test_test_page_and_a4_list_are_made() -> None:
    stationery = PaperStationery()
    assert stationery.test_page_pdf("A3", "76x130").startswith(b"%PDF")
    assert stationery.pick_list_pdf(pick_list(2)).startswith(b"%PDF")


def test_every_language_of_the_configuration_is_known() -> None:
    assert PRINTER_LANGUAGES == ("escpos", "tspl", "zpl", "cpcl", "pdf", "system", "component")


def test_registry_loads_no_heavy_library_before_something_is_printed() -> None:
    heavy = ["reportlab", "PIL", "escpos", "pypdfium2", "zxingcpp", "websockets", "serial"]
    code = (
        "import sys, printing.registry as r\n"
        "from app.ports import PrinterConfig\n"
        "r.make_printer(PrinterConfig('p', 'tspl', 'tcp://127.0.0.1:9100'))\n"
        f"print([m for m in {heavy} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
