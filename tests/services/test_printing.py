"""A label counts as printed when the printer says so, a person does, or somebody scanned it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
from sqlalchemy import select, update

from app.domain.errors import UserError
from app.domain.labels import PlatformLabel
from app.domain.states import ParcelState, PrintState, Route, ShipOn, Verdict
from app.domain.text import T
from app.jobs import CancelToken
from app.ports import SendResult
from app.services import integrity
from app.services.leases import lease
from app.services.numbers import voiding
from app.services.numbers.labelling import label_parcels
from app.services.parcels import packing
from app.services.parcels.parcel_queries import ParcelRow
from app.services.printing import printing
from app.services.printing.printing import PrintRow, print_wave
from app.services.telling import outbox
from app.services.workplace import Workplace
from app.simulators.printers import PrinterFaults
from app.store.tables import parcels, print_jobs
from tests.services import truth
from tests.support.fake_printer import FakePrinter, with_fake_printers
from tests.support.warehouse import Bench

pytestmark = pytest.mark.synced

CONFIRMED, SENT, UNKNOWN, NOT_STARTED = (
    SendResult.CONFIRMED,
    SendResult.SENT,
    SendResult.UNKNOWN,
    SendResult.NOT_STARTED,
)


@dataclass(frozen=True, slots=True)
class Numbered:
    """A wave of direct parcels with numbers, in the order of the wave, and a fake printer."""

    bench: Bench
    work: Workplace
    wave: str
    printer: FakePrinter
    ids: list[str]
    numbers: list[str]

    def print(self, **how: str) -> list[PrintRow]:
        return print_wave(self.work, self.wave, **how)  # type: ignore[arg-type]  # the test's own keywords

    def parcel(self, n: int) -> ParcelRow:
        return truth.parcel(self.bench, self.ids[n])


@pytest.fixture
def wave(bench: Bench) -> Numbered:
    direct = [
        row.id
        for carrier in ("sf", "zto", "yunda")
        for row in truth.ready(bench, Route.DIRECT, carrier)
    ]
    work, printers = with_fake_printers(bench.work)
    wave_id = bench.wave(only=direct)
    rows = [r for r in label_parcels(work, _order(bench, wave_id)) if r.ok]
    assert len(rows) >= 6
    ids, numbers = [r.parcel for r in rows], [r.waybill for r in rows]
    return Numbered(bench, work, wave_id, printers["bench-1"], ids, numbers)


def _order(bench: Bench, wave_id: str) -> list[str]:
    query = select(parcels.c.id).where(parcels.c.wave_id == wave_id)
    with bench.work.db.read() as tx:
        return list(tx.execute(query.order_by(parcels.c.wave_position)).scalars())


def results(rows: list[PrintRow]) -> list[str]:
    return [r.result for r in rows]


def test_labels_are_printed_in_the_order_of_the_wave_and_only_once(wave: Numbered) -> None:
    assert set(results(wave.print())) == {"printed"}
    assert wave.printer.numbers == wave.numbers
    assert set(results(wave.print())) == {"kept"}
    assert wave.printer.numbers == wave.numbers
    assert {wave.parcel(n).state for n in range(len(wave.ids))} == {ParcelState.TO_PICK}
    assert all(wave.parcel(n).confirmed for n in range(len(wave.ids)))


def test_a_mute_printers_label_counts_as_unconfirmed_and_goes_on(wave: Numbered) -> None:
    wave.printer.will(SENT)
    assert results(wave.print())[:2] == ["unconfirmed", "printed"]
    first = wave.parcel(0)
    assert (first.printed, first.confirmed, first.state) == (True, False, ParcelState.TO_PICK)
    assert truth.jobs_of(wave.bench, wave.ids[0]) == [PrintState.SENT]


def test_an_unknown_label_stops_its_printer_and_the_rest_waits(wave: Numbered) -> None:
    wave.printer.will(CONFIRMED, UNKNOWN)
    rows = wave.print()
    assert results(rows)[:3] == ["printed", "unknown", "waiting"]
    assert set(results(rows)[2:]) == {"waiting"}
    assert rows[1].code == "print_unknown"
    assert wave.printer.numbers == wave.numbers[:2]
    doubtful = wave.parcel(1)
    assert (doubtful.printed, doubtful.state) == (False, ParcelState.TO_LABEL)


def test_an_unknown_label_is_never_sent_again_by_itself(wave: Numbered) -> None:
    wave.printer.will(UNKNOWN)
    wave.print()
    for _ in range(3):
        rows = wave.print()
        assert (rows[0].result, rows[0].code) == ("unknown", "print_unknown")
    assert wave.printer.numbers.count(wave.numbers[0]) == 1
    assert not wave.parcel(0).printed


def test_a_label_that_never_started_is_printed_by_the_next_try(wave: Numbered) -> None:
    wave.printer.will(NOT_STARTED)
    rows = wave.print()
    assert (rows[0].result, rows[0].code) == ("failed", "printer_not_ready")
    assert set(results(rows)[1:]) == {"waiting"}
    assert set(results(wave.print())) == {"printed"}
    assert truth.jobs_of(wave.bench, wave.ids[0]) == [PrintState.FAILED, PrintState.CONFIRMED]


def test_a_label_that_cannot_be_drawn_has_not_started(wave: Numbered) -> None:
    no_glyph = UserError("no_glyph", T("It cannot be drawn."), T("Try again."))
    wave.printer.cannot_draw[wave.numbers[0]] = no_glyph
    rows = wave.print()
    assert (rows[0].result, rows[0].code) == ("failed", "no_glyph")
    assert truth.jobs_of(wave.bench, wave.ids[0]) == [PrintState.FAILED]


def test_a_crash_while_printing_leaves_the_label_in_doubt(wave: Numbered) -> None:
    wave.printer.will(KeyError("the program ends here"))
    with pytest.raises(KeyError):
        wave.print()
    assert truth.jobs_of(wave.bench, wave.ids[0]) == [PrintState.CLAIMED]
    assert wave.print()[0].code == "print_unknown"
    assert wave.printer.numbers.count(wave.numbers[0]) == 1


def test_printing_goes_on_from_the_last_good_label(wave: Numbered) -> None:
    wave.printer.will(CONFIRMED, CONFIRMED, UNKNOWN)
    wave.print()
    rows = wave.print(resume_after=wave.numbers[1])
    assert results(rows) == ["kept", "kept"] + ["printed"] * (len(rows) - 2)
    assert wave.printer.numbers.count(wave.numbers[2]) == 2  # a person has said that it is not out
    assert wave.printer.numbers.count(wave.numbers[1]) == 1


def test_the_doubtful_label_itself_may_be_the_last_good_one(wave: Numbered) -> None:
    wave.printer.will(CONFIRMED, UNKNOWN)
    wave.print()
    rows = wave.print(resume_after=wave.numbers[1].lower())
    assert results(rows)[:3] == ["kept", "kept", "printed"]
    assert wave.printer.numbers == wave.numbers
    with wave.work.db.read() as tx:
        who = tx.execute(
            select(print_jobs.c.confirmed_by).where(print_jobs.c.parcel_id == wave.ids[1])
        ).scalar_one()
    assert who == "test"


def test_a_mute_printers_labels_behind_the_last_good_one_are_printed_again(wave: Numbered) -> None:
    wave.printer.will(*[SENT] * len(wave.ids))
    wave.print()
    rows = wave.print(resume_after=wave.numbers[2])
    assert results(rows) == ["kept"] * 3 + ["printed"] * (len(rows) - 3)
    assert wave.printer.numbers == wave.numbers + wave.numbers[3:]
    assert wave.parcel(2).confirmed
    assert integrity.check(wave.work).broken == ()


def test_a_confirmed_label_behind_the_last_good_one_is_not_printed_again(wave: Numbered) -> None:
    wave.print()
    assert set(results(wave.print(resume_after=wave.numbers[0]))) == {"kept"}
    assert wave.printer.numbers == wave.numbers


def test_a_number_of_another_wave_cannot_be_the_last_good_one(wave: Numbered) -> None:
    with pytest.raises(UserError) as refused:
        wave.print(resume_after="SF0000000000000")
    assert refused.value.code == "not_in_wave"


def test_a_number_that_was_never_printed_cannot_be_the_last_good_one(wave: Numbered) -> None:
    with pytest.raises(UserError) as refused:
        wave.print(resume_after=wave.numbers[2])
    assert refused.value.code == "not_printed"
    assert wave.printer.numbers == []
    assert truth.jobs_of(wave.bench, wave.ids[0]) == []


def test_a_cancelled_number_is_not_printed(wave: Numbered) -> None:
    voiding.cancel_waybill(wave.work, wave.numbers[0])
    with pytest.raises(UserError) as refused:
        printing.reprint(wave.work, wave.numbers[0], "torn")
    assert refused.value.code == "waybill_void"
    wave.print()
    assert wave.numbers[0] not in wave.printer.numbers


def test_a_scan_at_the_bench_proves_a_doubtful_label(wave: Numbered) -> None:
    wave.printer.will(UNKNOWN)
    wave.print()
    opened = packing.open_parcel(wave.work, wave.numbers[0])
    assert opened.verdict is Verdict.PARCEL_OPENED
    first = wave.parcel(0)
    assert (first.printed, first.confirmed, first.state) == (True, True, ParcelState.TO_PACK)
    assert set(results(wave.print())) == {"kept", "printed"}
    assert wave.printer.numbers.count(wave.numbers[0]) == 1


def test_a_scan_proves_a_label_that_somebody_else_has_printed(wave: Numbered) -> None:
    assert packing.open_parcel(wave.work, wave.numbers[0]).verdict is Verdict.PARCEL_OPENED
    assert wave.parcel(0).confirmed
    assert integrity.check(wave.work).broken == ()
    assert wave.numbers[0] not in wave.printer.numbers
    assert wave.print()[0].result == "kept"


def test_two_threads_that_print_one_wave_print_it_once(wave: Numbered) -> None:
    def print_it(_n: int) -> list[PrintRow]:
        return wave.print()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(print_it, range(2)))
    wave.print()
    assert sorted(wave.printer.numbers) == sorted(wave.numbers)


def test_a_stop_leaves_the_rest_unprinted(wave: Numbered) -> None:
    token = CancelToken()
    wave.printer.meanwhile = lambda label: (
        token.cancel() if label.number == wave.numbers[1] else None
    )
    rows = print_wave(wave.work, wave.wave, cancel=token)
    assert results(rows) == ["printed", "printed"]
    assert wave.printer.numbers == wave.numbers[:2]


def test_an_unknown_printer_is_named_in_the_refusal(wave: Numbered) -> None:
    rows = wave.print(printer="nowhere")
    assert {r.code for r in rows} == {"no_such_printer"}
    assert wave.printer.numbers == []


def test_a_shop_that_ships_on_printing_ships_by_the_printers_word(wave: Numbered) -> None:
    truth.change_shop(wave.bench, wave.parcel(0).shop, ship_on=ShipOn.PRINT.value)
    wave.printer.will(SENT, UNKNOWN)
    wave.print()
    assert wave.parcel(0).state == ParcelState.TO_PICK  # a mute printer proves nothing
    assert wave.parcel(1).state == ParcelState.TO_LABEL
    wave.print(resume_after=wave.numbers[1])
    assert {wave.parcel(n).state for n in (0, 1)} == {ParcelState.TO_REPORT}
    assert integrity.check(wave.work).broken == ()


def test_platform_labels_go_to_the_component_only_and_are_told_once(bench: Bench) -> None:
    rows = truth.ready(bench, Route.PLATFORM, "zto")[:3]
    wave_id = bench.wave(only=[r.id for r in rows])
    numbers = {r.waybill for r in label_parcels(bench.work, [r.id for r in rows])}
    work, printers = with_fake_printers(bench.work)
    assert set(results(print_wave(work, wave_id, printer="bench-1"))) == {"printed"}
    assert set(printers["platform"].numbers) == numbers
    assert all(isinstance(x, PlatformLabel) for x in printers["platform"].labels)
    assert printers["bench-1"].labels == []
    for _ in range(2):
        outbox.drain(work)
        print_wave(work, wave_id)
    shop = bench.world.shops[rows[0].shop]
    assert sorted(n.waybill_id for n in shop.printed()) == sorted(numbers)


def test_real_printers_put_every_label_on_paper_once(bench: Bench) -> None:
    wave_id, numbered = bench.labelled_wave()
    issued = [r for r in numbered if r.ok]
    rows = print_wave(bench.work, wave_id)
    assert [r.result for r in rows].count("printed") == len(issued)
    assert set(results(print_wave(bench.work, wave_id))) == {"kept"}
    drawn = [r for r in issued if truth.parcel(bench, r.parcel).route == Route.DIRECT]
    assert len(bench.world.printers["bench-1"].papers) == len(drawn)
    platform = [r.waybill for r in issued if r not in drawn]
    assert sorted(p.waybill for p in bench.world.component.papers) == sorted(platform)
    outbox.drain(bench.work)
    told = [n.waybill_id for shop in bench.world.shops.values() for n in shop.printed()]
    assert sorted(told) == sorted(platform)


def test_a_real_printer_that_breaks_off_leaves_one_label_in_doubt(bench: Bench) -> None:
    ids = [r.id for r in truth.ready(bench, Route.DIRECT, "sf")][:3]
    wave_id = bench.wave(only=ids)
    numbers = {r.parcel: r.waybill for r in label_parcels(bench.work, ids)}
    device = bench.world.printers["bench-1"]
    device.set_faults(PrinterFaults(reset_after_bytes=3000))
    rows = print_wave(bench.work, wave_id)
    assert results(rows) == ["unknown", "waiting", "waiting"]
    device.set_faults(PrinterFaults())
    again = print_wave(bench.work, wave_id)
    assert results(again) == ["unknown", "printed", "printed"]
    device.wait_until_idle()
    assert len(device.papers) == 2
    # Nobody has scanned it and it is not on the table: a person reprints it.
    first = printing.reprint(bench.work, numbers[rows[0].parcel], "jam")
    assert first.result == "printed"
    assert len(device.papers) == 3


def test_a_real_printer_without_paper_has_not_started(bench: Bench) -> None:
    ids = [r.id for r in truth.ready(bench, Route.DIRECT, "sf")][:2]
    wave_id = bench.wave(only=ids)
    label_parcels(bench.work, ids)
    device = bench.world.printers["bench-1"]
    device.set_faults(PrinterFaults(labels_left=0, paper_end_seen_at_once=True))
    rows = print_wave(bench.work, wave_id)
    assert results(rows) == ["failed", "waiting"]
    assert device.papers == []
    device.load_paper()
    assert results(print_wave(bench.work, wave_id)) == ["printed", "printed"]
    assert len(device.papers) == 2


def test_a_held_label_is_not_printed(wave: Numbered) -> None:
    parcel = packing.open_parcel(wave.work, wave.numbers[0]).parcel
    assert parcel is not None
    with wave.work.db.write() as tx:
        tx.execute(update(print_jobs).values(state=PrintState.CANCELLED))
        tx.execute(
            update(parcels)
            .where(parcels.c.id == wave.ids[0])
            .values(printed=False, state=ParcelState.TO_LABEL)
        )
    packing.put_aside(wave.work, parcel, "dented")
    rows = wave.print()
    assert (rows[0].result, rows[0].code) == ("failed", "manual")
    assert wave.numbers[0] not in wave.printer.numbers


def test_nothing_is_printed_where_another_program_prints(wave: Numbered) -> None:
    with lease(wave.work, "print:bench-1"), ThreadPoolExecutor(1) as pool:
        rows = pool.submit(wave.print).result(20)
    assert {r.code for r in rows} == {"busy_elsewhere"}
    assert wave.printer.numbers == []
