"""All ways of looking for printers, on what the tests announce and plug in."""

from __future__ import annotations

import errno
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
from zeroconf import ServiceInfo, Zeroconf

from app.ports import Found, FoundKind, Looked
from printing.discovery import finder as finder_module
from printing.discovery.announced import read_service
from printing.discovery.finder import Finder
from printing.discovery.plugged import SystemFolders
from tests.printing.usb_bus import PluggedPrinter, plugged

LOOPBACK = ["127.0.0.1"]


def service(
    kind: str, name: str, port: int, address: str = "127.0.0.1", **texts: str
) -> ServiceInfo:
    kind = f"{kind}._tcp.local."
    return ServiceInfo(
        kind,
        f"{name}.{kind}",
        addresses=[socket.inet_aton(address)],
        port=port,
        properties=texts,
        server=f"{name.replace(' ', '-').lower()}.local.",
    )


@contextmanager
def announced(*services: ServiceInfo) -> Iterator[None]:
    zeroconf = Zeroconf(interfaces=LOOPBACK)
    try:
        for info in services:
            zeroconf.register_service(info, cooperating_responders=True)
        yield
    finally:
        zeroconf.close()


@pytest.fixture
def nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is plugged into this computer."""
    plugged(monkeypatch)
    monkeypatch.setattr("serial.tools.list_ports.comports", list)
    monkeypatch.setattr(finder_module, "find_queues", lambda: iter(()))


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.ENETUNREACH, "no network")

    monkeypatch.setattr("zeroconf.Zeroconf", refuse)


def find(folders: SystemFolders, timeout_s: float = 6.0) -> tuple[list[Found], list[Looked]]:
    looked: list[Looked] = []
    finder = Finder(LOOPBACK, folders, listen_s=2.0)
    found = list(finder.find(timeout_s, lambda: False, looked.append))
    return found, looked


@pytest.fixture
def folders(tmp_path: Path) -> SystemFolders:
    return SystemFolders(tmp_path / "dev", tmp_path / "sys")


@pytest.mark.usefixtures("nothing_else")
class TestNetwork:
    def test_announced_printers_are_found_with_their_addresses(
        self, folders: SystemFolders
    ) -> None:
        with (
            socket.create_server(("127.0.0.1", 0)),
            announced(
                service("_ipp", "Office", 8631, rp="ipp/print", ty="Brother QL-820NWB"),
                service("_ipps", "Safe", 443, rp="/printers/safe"),
                service("_pdl-datastream", "Bench one", 9101, ty="Zebra GK420d", usb_CMD="ZPL,EPL"),
            ),
        ):
            found, looked = find(folders)
        by_address = {f.address: f for f in found}
        assert set(by_address) == {
            "ipp://127.0.0.1:8631/ipp/print",
            "ipps://127.0.0.1:443/printers/safe",
            "tcp://127.0.0.1:9101",
        }
        raw = by_address["tcp://127.0.0.1:9101"]
        assert (raw.kind, raw.name, raw.language) == (FoundKind.NETWORK, "Zebra GK420d", "zpl")
        office = by_address["ipp://127.0.0.1:8631/ipp/print"]
        assert (office.kind, office.name, office.language) == (
            FoundKind.IPP,
            "Brother QL-820NWB",
            "system",
        )
        assert [(w.done, w.total, w.problem) for w in looked] == [(n, 4, None) for n in range(1, 5)]

    def test_looking_ends_in_time_and_at_a_word(self, folders: SystemFolders) -> None:
        stop = threading.Event()
        finder = Finder(LOOPBACK, folders)
        stop.set()
        assert list(finder.find(60, stop.is_set, lambda _: None)) == []

    @pytest.mark.usefixtures("no_network")
    def test_computer_without_a_network_says_so_and_goes_on(
        self, folders: SystemFolders, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        plugged(monkeypatch, PluggedPrinter())
        found, looked = find(folders)
        assert [f.kind for f in found] == [FoundKind.USB]
        assert [w.problem.code for w in looked if w.problem] == ["cannot_look"]


class TestAnnouncements:
    def test_path_that_is_no_path_is_not_believed(self) -> None:
        found = read_service(service("_ipp", "x", 631, rp="a b\n@evil/"))
        assert found is not None
        assert found.address == "ipp://127.0.0.1:631/ipp/print"

    def test_letters_that_cannot_be_shown_are_left_out(self) -> None:
        found = read_service(service("_ipp", "x", 631, ty="面单机\x1b[31m\n" + "长" * 60))
        assert found is not None
        assert found.name.startswith("面单机 [31m 长长")
        assert found.name.isprintable()

    @pytest.mark.parametrize("address", ["0.0.0.0", "224.0.0.1"])  # noqa: S104
    def test_address_of_nobody_is_left_out(self, address: str) -> None:
        assert read_service(service("_ipp", "x", 631, address)) is None

    def test_printer_of_pages_is_not_taken_for_a_label_printer(self) -> None:
        found = read_service(
            service("_pdl-datastream", "x", 9100, ty="HP LaserJet", usb_CMD="PCL,PDF,ZPL")
        )
        assert found is not None
        assert found.language == ""

    def test_line_printer_daemon_is_named_by_its_raw_port(self) -> None:
        found = read_service(service("_printer", "x", 515, ty="TSC TE210"))
        assert found is not None
        assert (found.address, found.language) == ("tcp://127.0.0.1:9100", "tspl")


@pytest.mark.usefixtures("nothing_else", "no_network")
class TestPluggedIn:
    def test_usb_printer_with_its_language(
        self, folders: SystemFolders, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        stick = PluggedPrinter()
        plugged(monkeypatch, stick, PluggedPrinter(interface_class=8, serial="disk"))
        (found,) = local(folders)
        assert found == Found(
            FoundKind.USB, "Xprinter XP-DT426B", "usb:0483:5743:B260001", language="tspl"
        )
        assert stick.opened == 0
        assert not stick.written

    def test_driver_keeps_its_printer_and_tells_its_name(
        self, folders: SystemFolders, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        stick = PluggedPrinter(kernel_driver=True)
        place = folders.sys / "bus/usb/devices/1-2.3:1.1"
        place.mkdir(parents=True)
        (place / "ieee1284_id").write_text("MFG:Zebra;MDL:GK420d;CMD:ZPL;\n")
        plugged(monkeypatch, stick)
        (found,) = local(folders)
        assert (found.name, found.language) == ("Zebra GK420d", "zpl")
        assert stick.log == []
        assert stick.kernel_driver

    def test_twins_with_one_serial_number_are_told_apart_by_their_ports(
        self, folders: SystemFolders, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        plugged(monkeypatch, PluggedPrinter(ports=(1,)), PluggedPrinter(ports=(2, 4)))
        assert [f.address for f in local(folders)] == ["usb:0483:5743:1-1", "usb:0483:5743:1-2.4"]

    def test_printer_that_may_not_be_opened_is_still_named(
        self, folders: SystemFolders, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        plugged(monkeypatch, PluggedPrinter(refuses_open=errno.EACCES))
        (found,) = local(folders)
        assert (found.name, found.address, found.language) == ("usb:0483:5743",) * 2 + ("",)

    def test_without_libusb_the_device_file_is_found(
        self, folders: SystemFolders, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("libusb1", "libusb0", "openusb"):
            monkeypatch.setattr(f"usb.backend.{name}.get_backend", lambda: None)
        (folders.dev / "usb").mkdir(parents=True)
        (folders.dev / "usb/lp0").touch()
        device = folders.sys / "class/usbmisc/lp0/device"
        device.mkdir(parents=True)
        (device / "ieee1284_id").write_text("MFG:Gprinter;MDL:GP-1324D;CMD:TSPL;")
        found, looked = find(folders)
        assert [(f.kind, f.name, f.language) for f in found] == [
            (FoundKind.FILE, "Gprinter GP-1324D", "tspl")
        ]
        assert found[0].address == f"file:{folders.dev}/usb/lp0"
        assert "usb_unavailable" in [w.problem.code for w in looked if w.problem]

    def test_serial_ports_with_hardware_behind_them(
        self, folders: SystemFolders, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        class Port(SimpleNamespace):
            def __lt__(self, other: SimpleNamespace) -> bool:
                return bool(self.device < other.device)

        ports = [
            Port(device="/dev/ttyUSB0", product="USB2.0-Serial", description="x", hwid="USB VID"),
            Port(device="/dev/ttyS0", product=None, description="ttyS0", hwid="n/a"),
            Port(device="COM3", product=None, description="Prolific (COM3)", hwid="USB VID"),
        ]
        monkeypatch.setattr("serial.tools.list_ports.comports", lambda: ports)
        assert [(f.kind, f.name, f.address) for f in local(folders)] == [
            (FoundKind.SERIAL, "USB2.0-Serial", "serial:/dev/ttyUSB0?baud=9600"),
            (FoundKind.SERIAL, "Prolific (COM3)", "serial:COM3?baud=9600"),
        ]


def local(folders: SystemFolders) -> list[Found]:
    """What is found where no network can be listened to."""
    found, looked = find(folders)
    assert [w.problem.code for w in looked if w.problem] == ["cannot_look"]
    return found
