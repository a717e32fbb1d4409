"""CUPS' queues and IPP printers as they are found; what prints documents is asked nothing raw."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from app.domain.errors import RetryableError, UserError
from app.ports import DeviceState, Found, FoundKind
from app.simulators.printers import LabelPrinter
from printing.devices.ipp_client import ipp_target
from printing.devices.ipp_wire import Operation, Tag, Typed, keyword
from printing.discovery import probing
from printing.discovery.finder import Finder
from printing.discovery.queues import find_queues
from tests.printing.ipp_server import (
    PRINTER,
    ToldPrinter,
    driverless,
    enum,
    mime,
    resolution,
    said,
    serving,
    text,
)


def name(words: str) -> list[Typed]:
    return [Typed(Tag.NAME, words)]


def uri(words: str) -> list[Typed]:
    return [Typed(Tag.URI, words)]


QUEUES = [
    {
        "printer-name": name("bench"),
        "printer-info": [text("Bench one")],
        "printer-make-and-model": [text("Zebra ZD421 - IPP Everywhere")],
        "printer-state": [enum(3)],
        "cups-version": [text("2.4.2")],
        "device-uri": uri("ipp://zebra.local/ipp/print"),
        "printer-resolution-default": [resolution(300)],
        "media-default": [keyword("om_100x150mm_100x150mm")],
    },
    {
        "printer-name": name("raw-tspl"),
        "printer-make-and-model": [text("Local Raw Printer")],
        "printer-state": [enum(5)],
        "printer-state-reasons": [keyword("paused")],
        "cups-version": [text("2.4.2")],
        "device-uri": uri("socket://10.0.0.5:9100"),
    },
    {"printer-name": name("-o evil"), "printer-state": [enum(3)]},
]


@contextmanager
def cups(told: ToldPrinter, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with serving(told, folder / "cups.sock") as path:
        monkeypatch.setenv("CUPS_SERVER", path)
        yield


def test_queues_of_cups_with_paper_dots_and_state(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = ToldPrinter()
    told.answers[Operation.CUPS_GET_PRINTERS] = lambda _: said(
        0, [(PRINTER, list(queue.items())) for queue in QUEUES]
    )
    with cups(told, tmp_path, monkeypatch):
        bench, raw = find_queues()
    assert bench == Found(
        FoundKind.QUEUE,
        "Bench one",
        "queue:bench",
        language="system",
        dots_per_mm=11.81,
        media="100x150",
        status=bench.status,
    )
    assert bench.status is not None
    assert bench.status.state is DeviceState.READY
    assert (raw.address, raw.language) == ("queue:raw-tspl", "tspl")
    assert raw.status is not None
    assert raw.status.state is DeviceState.PAUSED


def test_computer_without_cups_has_no_queues(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUPS_SERVER", str(tmp_path / "nobody.sock"))
    assert list(find_queues()) == []


def test_server_that_talks_nonsense_is_a_problem_of_that_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = ToldPrinter()
    told.answers[Operation.CUPS_GET_PRINTERS] = lambda _: b"\x02\x00nonsense"
    with cups(told, tmp_path, monkeypatch), pytest.raises(OSError, match="CUPS"):
        list(find_queues())


@pytest.fixture
def told() -> ToldPrinter:
    model = [text("Brother QL-820NWB")]
    return ToldPrinter({**driverless(), "printer-make-and-model": model})


def test_ipp_address_is_asked_by_ipp(told: ToldPrinter) -> None:
    with serving(told) as address:
        (found,) = Finder().probe(address, 3)
    assert (found.kind, found.name, found.address, found.language) == (
        FoundKind.IPP,
        "Brother QL-820NWB",
        address,
        "system",
    )
    assert found.status is not None
    assert found.status.state is DeviceState.READY


def test_ipp_printer_at_a_port_of_its_own_is_recognised(told: ToldPrinter) -> None:
    with serving(told) as address:
        (found,) = Finder().probe(urlsplit(address).netloc, 3)
    assert (found.kind, found.address) == (FoundKind.IPP, address)


def test_printer_of_documents_gets_no_question_at_its_raw_port(
    told: ToldPrinter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A laser printer would put them on paper."""
    got: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as raw, serving(told) as address:

        def listen() -> None:
            connection, _ = raw.accept()
            with connection:
                got.append(connection.recv(64))

        thread = threading.Thread(target=listen)
        thread.start()
        monkeypatch.setattr(probing, "IPP_PORT", urlsplit(address).port)
        monkeypatch.setattr(probing, "DEFAULT_PORT", raw.getsockname()[1])
        monkeypatch.setattr(probing, "_ipp_place", lambda place, port: ipp_target(address))
        found = Finder().probe("127.0.0.1", 3)
        thread.join()
    assert [(f.kind, f.language) for f in found] == [
        (FoundKind.IPP, "system"),
        (FoundKind.NETWORK, ""),
    ]
    assert got == [b""]


def test_label_printer_with_ipp_is_asked_at_both(
    told: ToldPrinter, monkeypatch: pytest.MonkeyPatch
) -> None:
    told.printer["document-format-supported"] = mime("application/octet-stream")
    with LabelPrinter("zpl") as device, serving(told) as address:
        monkeypatch.setattr(probing, "DEFAULT_PORT", device.port)
        monkeypatch.setattr(probing, "_ipp_place", lambda place, port: ipp_target(address))
        found = Finder().probe("127.0.0.1", 6)
    assert [(f.kind, f.language) for f in found] == [
        (FoundKind.IPP, "system"),
        (FoundKind.NETWORK, "zpl"),
    ]


def test_nobody_at_an_ipp_address() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(RetryableError):
            Finder().probe(f"ipp://127.0.0.1:{taken.getsockname()[1]}/ipp/print", 2)


def test_what_is_no_ipp_address_is_refused() -> None:
    with pytest.raises(UserError) as caught:
        Finder().probe("ipp://user@host/", 2)
    assert caught.value.code == "printer_address"
