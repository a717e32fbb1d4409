"""A real CUPS and real driverless printers, private to one test: nothing of the system is touched.

``ippeveprinter`` announces itself and will not start without Avahi and D-Bus; both run with
configurations of their own, on loopback only. Avahi exists once on a computer, so one test process
at a time has the whole of it.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

PROGRAMS = {
    "cupsd": "cups-daemon",
    "lpadmin": "cups-client",
    "ippeveprinter": "cups-ipp-utils",
    "avahi-daemon": "avahi-daemon",
    "dbus-daemon": "dbus",
}
_SOCKET_BACKEND = Path("/usr/lib/cups/backend/socket")
_PDF_FILTER = Path("/usr/lib/cups/filter/pdftopdf")
_PATIENCE_S = 20.0
_LOCK = Path(tempfile.gettempdir()) / f"packbench-print-server-{os.getuid()}.lock"

_DBUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <listen>unix:path={folder}/bus</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/><allow own="*"/>
    <allow send_destination="*"/><allow send_type="method_call"/>
    <allow receive_type="method_call"/><allow receive_type="signal"/>
    <allow receive_type="method_return"/><allow receive_type="error"/>
  </policy>
</busconfig>
"""
_AVAHI = """[server]
host-name=packbench-test-{pid}
use-ipv4=yes
use-ipv6=no
allow-interfaces=lo
[wide-area]
enable-wide-area=no
[rlimits]
"""
_CUPSD = """Listen 127.0.0.1:{port}
Listen {folder}/s
DefaultAuthType None
Browsing No
WebInterface No
LogLevel warn
<Location />
  Order allow,deny
  Allow all
</Location>
"""
_CUPS_FILES = """ServerRoot {folder}/root
RequestRoot {folder}/spool
CacheDir {folder}/cache
StateDir {folder}/state
TempDir {folder}/tmp
DocumentRoot {folder}/docs
AccessLog {folder}/access_log
ErrorLog {folder}/error_log
PageLog {folder}/page_log
Sandboxing relaxed
"""

# Steered by files: "at" holds the number of the label at which the paper is out, "refilled" ends
# that, "broken" makes the printer give up. What came out is copied to "paper" in its order.
_COMMAND = """#!/bin/sh
cd "{folder}" || exit 1
n=$(($(cat count) + 1)); echo $n > count
if [ "$n" = "$(cat at)" ]; then
  echo "STATE: +media-empty-error" >&2
  until [ -e refilled ]; do sleep 0.05; done
  echo "STATE: -media-empty-error" >&2
fi
if [ -e broken ]; then exit 1; fi
cp "$1" "paper/$n.part" && mv "paper/$n.part" "paper/$n"
echo "ATTR: job-impressions-completed=1" >&2
"""
_LABELS = """ATTR keyword media-supported om_76x130mm_76x130mm,om_100x150mm_100x150mm
ATTR keyword media-default om_76x130mm_76x130mm
ATTR keyword media-ready om_76x130mm_76x130mm
ATTR collection media-size-supported {
 MEMBER integer x-dimension 7600 MEMBER integer y-dimension 13000 },{
 MEMBER integer x-dimension 10000 MEMBER integer y-dimension 15000 }
ATTR resolution printer-resolution-default 203dpi
ATTR resolution printer-resolution-supported 203dpi
ATTR resolution pwg-raster-document-resolution-supported 203dpi
ATTR keyword pwg-raster-document-type-supported black_1,sgray_8
"""
_PPD = """*PPD-Adobe: "4.3"
*FormatVersion: "4.3"
*FileVersion: "1.0"
*LanguageVersion: English
*LanguageEncoding: ISOLatin1
*PCFileName: "LABEL.PPD"
*Product: "(Label)"
*Manufacturer: "Test"
*ModelName: "Test Label"
*ShortNickName: "Test Label"
*NickName: "Test Label"
*PSVersion: "(3010.000) 0"
*LanguageLevel: "3"
*ColorDevice: False
*DefaultColorSpace: Gray
*cupsFilter2: "application/pdf application/pdf 0 -"
*OpenUI *PageSize/Media Size: PickOne
*DefaultPageSize: w215h369
*PageSize w215h369/76x130: "<</PageSize[215.43 368.5]>>setpagedevice"
*CloseUI: *PageSize
*OpenUI *PageRegion/Media Size: PickOne
*DefaultPageRegion: w215h369
*PageRegion w215h369/76x130: "<</PageSize[215.43 368.5]>>setpagedevice"
*CloseUI: *PageRegion
*DefaultImageableArea: w215h369
*ImageableArea w215h369/76x130: "0 0 215.43 368.5"
*DefaultPaperDimension: w215h369
*PaperDimension w215h369/76x130: "215.43 368.5"
*DefaultResolution: 203dpi
"""


@dataclass(frozen=True, slots=True)
class RealPrinter:
    """An ``ippeveprinter``. ``folder`` steers it; see the command."""

    port: int
    folder: Path

    @property
    def address(self) -> str:
        return f"ipp://127.0.0.1:{self.port}/ipp/print"

    def runs_out_at(self, label: int) -> None:
        """Out of paper when it begins its ``label``-th job, counted from now."""
        (self.folder / "refilled").unlink(missing_ok=True)
        (self.folder / "at").write_text(str(self._count + label))

    def refill(self) -> None:
        (self.folder / "at").write_text("0")
        (self.folder / "refilled").touch()

    @contextmanager
    def broken(self) -> Iterator[None]:
        """Gives every job up."""
        (self.folder / "broken").touch()
        yield
        (self.folder / "broken").unlink()

    @property
    def _count(self) -> int:
        return int((self.folder / "count").read_text())

    @property
    def papers(self) -> list[Path]:
        """What came out, in its order."""
        whole = [p for p in (self.folder / "paper").iterdir() if p.suffix != ".part"]
        return sorted(whole, key=lambda path: int(path.name))


@dataclass(frozen=True, slots=True)
class PrintServer:
    """``server``: what ``CUPS_SERVER`` is to be. ``pdf`` takes PDF, ``raster`` PWG Raster only."""

    server: str
    socket: str
    pdf: RealPrinter
    raster: RealPrinter

    def add_queue(self, name: str, device_uri: str, model: str) -> None:
        subprocess.run(
            ["lpadmin", "-h", self.server, "-p", name, "-E", "-v", device_uri, "-m", model],
            check=True,
            capture_output=True,
            timeout=_PATIENCE_S,
        )


@contextmanager
def print_server(folder: Path) -> Iterator[PrintServer]:
    """Starts all of it in ``folder`` (a short path) and ends it. Skips the test where it cannot."""
    _need_programs()
    with ExitStack() as stack:
        stack.enter_context(_alone())
        environment = stack.enter_context(_announcer(folder))
        pdf = stack.enter_context(_printer(folder / "pdf", environment, "-P", _PPD))
        raster = stack.enter_context(_printer(folder / "raster", environment, "-a", _LABELS))
        port = stack.enter_context(_cups(folder / "cups", environment))
        yield PrintServer(f"127.0.0.1:{port}", str(folder / "cups" / "s"), pdf, raster)


def _need_programs() -> None:
    path = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
    missing = {
        package for program, package in PROGRAMS.items() if shutil.which(program, path=path) is None
    }
    if not (_SOCKET_BACKEND.exists() and _PDF_FILTER.exists()):
        missing.add("cups")
    if missing:
        pytest.skip(f"NOT TESTED: real printing. Install: {' '.join(sorted(missing))}")


@contextmanager
def _alone() -> Iterator[None]:
    with _LOCK.open("w") as lock:
        _wait(lambda: _locked(lock.fileno()), "another process prints", patience_s=100)
        yield


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def _announcer(folder: Path) -> Iterator[dict[str, str]]:
    """D-Bus and Avahi, or those that run here already; the environment to find them in."""
    (folder / "home").mkdir()
    environment = {
        "PATH": f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin",
        "HOME": str(folder / "home"),
        "LC_ALL": "C.UTF-8",
    }
    check = subprocess.run(["avahi-daemon", "--check"], env=environment, check=False)
    if check.returncode == 0:
        yield environment
        return
    (folder / "dbus.conf").write_text(_DBUS.format(folder=folder))
    (folder / "avahi.conf").write_text(_AVAHI.format(pid=os.getpid()))
    environment["DBUS_SYSTEM_BUS_ADDRESS"] = f"unix:path={folder}/bus"
    dbus = ["dbus-daemon", f"--config-file={folder}/dbus.conf", "--nofork", "--nopidfile"]
    avahi = ["avahi-daemon", "-f", f"{folder}/avahi.conf", "--no-drop-root", "--no-rlimits"]
    with _running(dbus, folder / "dbus.log", environment):
        _wait((folder / "bus").exists, "D-Bus does not start", folder / "dbus.log")
        with _running([*avahi, "--no-chroot"], folder / "avahi.log", environment) as daemon:
            said = folder / "avahi.log"
            _wait(
                lambda: "startup complete" in said.read_text() or daemon.poll() is not None,
                "Avahi does not start",
                said,
            )
            if daemon.poll() is not None:
                pytest.skip(f"NOT TESTED: real printing. Avahi may not run: {_tail(said)}")
            yield environment


@contextmanager
def _printer(
    folder: Path, environment: dict[str, str], option: str, model: str
) -> Iterator[RealPrinter]:
    for name in ("paper", "spool"):
        (folder / name).mkdir(parents=True)
    for name in ("count", "at"):
        (folder / name).write_text("0")
    (folder / "model").write_text(model)
    command = folder / "command"
    command.write_text(_COMMAND.format(folder=folder))
    command.chmod(0o755)
    port = _free_port()
    program = ["ippeveprinter", "-r", "off", "-n", "localhost", "-p", str(port)]
    program += ["-d", str(folder / "spool"), option, str(folder / "model"), "-c", str(command)]
    program += [f"packbench {folder.name} {os.getpid()}"]
    with _running(program, folder / "log", environment) as running:
        _wait(
            lambda: _listens(port) or running.poll() is not None,
            "ippeveprinter does not start",
            folder / "log",
        )
        assert running.poll() is None, _tail(folder / "log")
        yield RealPrinter(port, folder)
        (folder / "refilled").touch()  # a command that waits for paper ends by itself


@contextmanager
def _cups(folder: Path, environment: dict[str, str]) -> Iterator[int]:
    for name in ("root", "spool", "cache", "state", "tmp", "docs"):
        (folder / name).mkdir(parents=True)
    port = _free_port()
    (folder / "cupsd.conf").write_text(_CUPSD.format(folder=folder, port=port))
    (folder / "cups-files.conf").write_text(_CUPS_FILES.format(folder=folder))
    program = ["cupsd", "-f", "-c", f"{folder}/cupsd.conf", "-s", f"{folder}/cups-files.conf"]
    with _running(program, folder / "log", environment) as running:
        _wait(
            lambda: _listens(port) or running.poll() is not None,
            "cupsd does not start",
            folder / "log",
        )
        assert running.poll() is None, _tail(folder / "log")
        yield port


@contextmanager
def _running(
    program: Sequence[str], log: Path, environment: dict[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    """Ends with the test, and with this process should that be killed."""
    tied = ["setpriv", "--pdeathsig", "TERM", "--"] if shutil.which("setpriv") else []
    with log.open("wb") as said:
        process = subprocess.Popen(
            [*tied, *program],
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            env=environment,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(5)


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def _listens(port: int) -> bool:
    with socket.socket() as sock:
        sock.settimeout(1)
        return sock.connect_ex(("127.0.0.1", port)) == 0


def _wait(
    condition: Callable[[], bool],
    what: str,
    log: Path | None = None,
    *,
    patience_s: float = _PATIENCE_S,
) -> None:
    ends_s = time.monotonic() + patience_s
    while not condition():
        if time.monotonic() > ends_s:
            pytest.fail(f"{what}: {_tail(log) if log else 'waited too long'}")
        time.sleep(0.02)


def _tail(log: Path) -> str:
    return log.read_text(errors="replace")[-400:]
