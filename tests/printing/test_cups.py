"""A wave through a real CUPS and real driverless printers that run out of paper.

The printers are CUPS' own ``ippeveprinter``; the label printer on port 9100 is the simulated one.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from app.domain.states import PrintState, Route
from app.ports import DeviceState, PrinterConfig, SendResult
from app.services.numbers.labelling import label_parcels
from app.services.printing.answers import answer
from app.services.printing.printers import add_printer
from app.services.printing.printing import PrintRow, print_wave
from app.simulators.printers import LabelPrinter, PrinterFaults, PrinterLanguage
from app.store.tables import parcels, print_jobs, waybills
from printing.documents.raster import rasterise
from printing.printers import PagePrinter
from printing.registry import make_printer
from tests.printing.pwg import raster_pages
from tests.printing.reading import codes, printed
from tests.printing.samples import usual_labels
from tests.services import truth
from tests.support.print_server import PrintServer, print_server
from tests.support.warehouse import Bench, open_bench

LABEL = usual_labels()["zto"]
LABELS = 12


@pytest.fixture
def server() -> Iterator[PrintServer]:
    """All of it anew for each test: the workers of a test run take turns, see ``print_server``."""
    folder = Path(tempfile.mkdtemp(prefix="pb-"))  # the path of a socket must be short
    folder.chmod(0o755)  # CUPS' backends run as another user
    try:
        with print_server(folder) as started:
            yield started
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def cups(server: PrintServer, monkeypatch: pytest.MonkeyPatch) -> PrintServer:
    monkeypatch.setenv("CUPS_SERVER", server.socket)
    return server


def printer_of(language: str, address: str, **options: object) -> PagePrinter:
    printer = make_printer(PrinterConfig("real", language, address, options=options))
    assert isinstance(printer, PagePrinter)
    return printer


def wait_for(condition: Callable[[], bool], what: str) -> None:
    ends_s = time.monotonic() + 15
    while not condition():
        assert time.monotonic() < ends_s, what
        time.sleep(0.02)


def numbers_on(paper: Path) -> set[str]:
    """What a scanner reads on a paper that came out."""
    if paper.read_bytes().startswith(b"RaS2"):
        [(image, _)] = raster_pages(paper)
    else:
        (page,) = rasterise(paper.read_bytes(), 203 / 25.4)
        image = page.image()
    return {text for _, text in codes(image)}


# -- a wave ------------------------------------------------------------------------------------


def results(rows: list[PrintRow]) -> list[str]:
    return [row.result for row in rows]


def journal(bench: Bench) -> dict[str, list[PrintState]]:
    """Every label's jobs, by number."""
    query = (
        select(waybills.c.number, print_jobs.c.state)
        .join(print_jobs, print_jobs.c.waybill_id == waybills.c.id)
        .order_by(print_jobs.c.created_at)
    )
    found: dict[str, list[PrintState]] = {}
    with bench.work.db.read() as tx:
        for number, state in tx.execute(query):
            found.setdefault(number, []).append(PrintState(state))
    return found


def numbered_wave(bench: Bench) -> tuple[str, list[str]]:
    """A wave of direct parcels with one label each; its numbers in order."""
    ids = [
        row.id
        for carrier in ("sf", "zto", "yunda")
        for row in truth.ready(bench, Route.DIRECT, carrier)
    ][:LABELS]
    wave = bench.wave(only=ids)
    query = select(parcels.c.id).where(parcels.c.wave_id == wave)
    with bench.work.db.read() as tx:
        order = list(tx.execute(query.order_by(parcels.c.wave_position)).scalars())
    rows = label_parcels(bench.work, order)
    return wave, [row.waybill for row in rows if row.ok]


def test_a_wave_with_the_paper_out_in_its_middle(server: PrintServer, tmp_path: Path) -> None:
    """Five are out, the sixth is in the printer, and nothing is sent behind it."""
    real = server.pdf
    before = len(real.papers)
    with open_bench(tmp_path, orders=72, then=Bench.sync) as bench:
        wave, numbers = numbered_wave(bench)
        assert len(numbers) == LABELS
        options = {"timeout_s": 1.0}
        add_printer(bench.work, PrinterConfig("real", "system", real.address, options=options))
        real.runs_out_at(6)
        rows = print_wave(bench.work, wave, printer="real")

        left = len(numbers) - 6
        assert results(rows) == ["printed"] * 5 + ["unknown"] + ["waiting"] * left
        assert "out of paper" in str(rows[5].message)
        assert len(real.papers) - before == 5
        said = journal(bench)
        assert [said[n] for n in numbers[:5]] == [[PrintState.CONFIRMED]] * 5
        assert said[numbers[5]] == [PrintState.UNKNOWN]
        assert set(said) == set(numbers[:6])

        # Nobody has said what became of the sixth: it is not sent again, and nothing behind it.
        assert results(print_wave(bench.work, wave, printer="real"))[5] == "unknown"

        real.refill()  # and the printer puts out what it still had, as most do
        wait_for(lambda: len(real.papers) - before == 6, "the sixth label does not come out")
        answer(bench.work, numbers[5], came_out=True)
        rows = print_wave(bench.work, wave, printer="real")
        assert results(rows) == ["kept"] * 6 + ["printed"] * left
        # A try before the first byte is written down as failed: it put nothing on paper.
        begun = {
            n: [s for s in of if s is not PrintState.FAILED] for n, of in journal(bench).items()
        }
        assert begun == {number: [PrintState.CONFIRMED] for number in numbers}

    out = real.papers[before:]
    assert len(out) == len(numbers)
    assert all(number in numbers_on(paper) for number, paper in zip(numbers, out, strict=True))


def test_a_printer_without_paper_is_not_begun(server: PrintServer) -> None:
    printer = printer_of("system", server.raster.address, timeout_s=0.5)
    server.raster.runs_out_at(1)
    before = len(server.raster.papers)
    first = printer.print_paper(LABEL)
    assert first.result is SendResult.UNKNOWN
    assert printer.status().state is DeviceState.PAPER_OUT
    second = printer.print_paper(LABEL)
    assert second.result is SendResult.NOT_STARTED
    assert "out of paper" in str(second.reason)
    server.raster.refill()
    wait_for(lambda: printer.status().state is DeviceState.READY, "the printer stays out of paper")
    wait_for(lambda: len(server.raster.papers) == before + 1, "the first label does not come out")


def test_what_came_out_is_the_page_to_the_dot_and_what_failed_is_unknown(
    server: PrintServer,
) -> None:
    printer = printer_of("system", server.raster.address)
    with server.raster.broken():
        sent = printer.print_paper(LABEL)
    assert sent.result is SendResult.UNKNOWN
    assert "gave the label up" in str(sent.reason)
    assert printer.send(printer.prepare(LABEL), "key-of-the-job").result is SendResult.CONFIRMED
    [(image, dpi)] = raster_pages(server.raster.papers[-1])
    page = printed(LABEL, dots_per_mm=203 / 25.4)
    assert (dpi, image.size) == (203, (page.width, page.height))
    assert image.tobytes() == page.image().convert("L").tobytes()

    # After a crash the job is found by its key.
    found = printer_of("system", server.raster.address).look_up("key-of-the-job")
    assert found is not None
    assert found.result is SendResult.CONFIRMED
    assert printer.look_up("another") is None


# -- through CUPS ------------------------------------------------------------------------------


def test_a_raw_queue_never_claims_that_a_label_is_out(cups: PrintServer) -> None:
    """The printer takes all the data into its memory, and has no paper."""
    faults = PrinterFaults(labels_left=0, buffer_bytes=8 * 1024 * 1024)
    with LabelPrinter(PrinterLanguage.TSPL, faults=faults) as device:
        cups.add_queue("raw9100", f"socket://127.0.0.1:{device.port}", "raw")
        printer = printer_of("tspl", "queue:raw9100")
        assert printer.status().state is DeviceState.MUTE
        sent = printer.send(printer.prepare(LABEL), "raw-1")
        assert sent.result is SendResult.SENT
        assert device.papers == []
        found = printer.look_up("raw-1")
        assert found is not None
        assert found.result is SendResult.SENT
        device.load_paper()
        (paper,) = device.wait_for_papers(1)
        assert ("Code 128", LABEL.number) in codes(paper.image())

        device.stop()  # what waits for a printer that is off is taken back in time
        lost = printer_of("tspl", "queue:raw9100", timeout_s=0.5).print_paper(LABEL)
        assert lost.result is SendResult.UNKNOWN
        assert "cancelled" in str(lost.reason)
        device.start()
        assert printer.print_paper(LABEL).result is SendResult.SENT
        device.wait_for_papers(2)
        device.wait_until_idle()
        assert len(device.papers) == 2


def test_behind_a_driverless_queue_the_printer_itself_confirms(cups: PrintServer) -> None:
    uri = f"ipp://localhost:{cups.pdf.port}/ipp/print"
    cups.add_queue("driverless", uri, "everywhere")
    printer = printer_of("system", "queue:driverless")
    assert printer.status().state is DeviceState.READY
    before = len(cups.pdf.papers)
    assert printer.send(printer.prepare(LABEL), "queued-1").result is SendResult.CONFIRMED
    assert len(cups.pdf.papers) == before + 1
    assert LABEL.number in numbers_on(cups.pdf.papers[-1])
    cups.pdf.runs_out_at(1)
    out = printer_of("system", "queue:driverless", timeout_s=1.5).print_paper(LABEL)
    assert out.result is SendResult.UNKNOWN
    assert printer.status().state is DeviceState.PAPER_OUT
    cups.pdf.refill()
    wait_for(lambda: len(cups.pdf.papers) == before + 2, "the second label does not come out")

    nowhere = printer_of("tspl", "queue:nowhere").print_paper(LABEL)
    assert nowhere.result is SendResult.NOT_STARTED
    assert "no print queue" in str(nowhere.reason)
