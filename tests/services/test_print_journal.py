"""The print journal in trouble: waiting, answers, other printers, other programs, crashes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar

import pytest
from sqlalchemy import func, insert, select, update

from app.domain.errors import RetryableError, UserError
from app.domain.labels import Label
from app.domain.states import PrintState, Route
from app.domain.text import Text
from app.jobs import CancelToken
from app.ports import DeviceState, DeviceStatus, Prepared, SendResult, Sent
from app.services import integrity
from app.services.leases import lease
from app.services.numbers.labelling import label_parcels
from app.services.orders import holding
from app.services.parcels import packing
from app.services.printing import answers, journal, print_proofs, printing, rolls
from app.services.printing.control import Holding, RunControl
from app.services.printing.printing import PrintRow, print_parcels, print_wave
from app.services.workplace import Workplace
from app.store.tables import parcels, print_jobs, settings
from tests.services import truth
from tests.support.fake_printer import FakePrinter, with_fake_printers
from tests.support.warehouse import Bench

pytestmark = pytest.mark.synced
Found = TypeVar("Found")

CONFIRMED, SENT, UNKNOWN, NOT_STARTED = (
    SendResult.CONFIRMED,
    SendResult.SENT,
    SendResult.UNKNOWN,
    SendResult.NOT_STARTED,
)
PAPER_OUT = DeviceStatus(DeviceState.PAPER_OUT, Text("no paper"))


@dataclass
class Moody(FakePrinter):
    """In ``trouble`` it starts nothing, and says why."""

    trouble: DeviceStatus | None = None

    def status(self) -> DeviceStatus:
        return self.trouble or super().status()

    def send(self, prepared: Prepared, key: str = "") -> Sent:
        if self.trouble is not None:
            return Sent(NOT_STARTED, self.trouble.message, self.trouble)
        return super().send(prepared, key)


@dataclass
class Run:
    """A wave that is being printed in another thread, and waits."""

    control: RunControl
    token: CancelToken = field(default_factory=CancelToken)

    def waits(self, printer: str = "") -> Holding:
        """The moment when it waits."""
        return _until(
            lambda: next(
                (h for h in self.control.holdings() if not printer or h.printer == printer), None
            )
        )


def _until(look: Callable[[], Found | None]) -> Found:
    pause = threading.Event()
    for _ in range(4_000):
        found = look()
        if found:
            return found
        pause.wait(0.005)
    raise AssertionError("it never came to that")


@dataclass(frozen=True, slots=True)
class Numbered:
    """A wave of six parcels with numbers, and two printers."""

    bench: Bench
    work: Workplace
    wave: str
    ids: list[str]
    numbers: list[str]
    one: Moody
    two: Moody

    @contextmanager
    def printing(self, *, printer: str = "bench-1") -> Iterator[tuple[Run, Future[list[PrintRow]]]]:
        run = Run(RunControl(hold=True, look_s=0.01))
        with ThreadPoolExecutor(1) as pool:
            rows = pool.submit(
                print_wave,
                self.work,
                self.wave,
                printer=printer,
                control=run.control,
                cancel=run.token,
            )
            try:
                yield run, rows
            except BaseException:
                run.token.cancel()
                raise
            assert rows.result(30)

    def states(self, n: int) -> list[str]:
        return truth.jobs_of(self.bench, self.ids[n])

    def is_sound(self) -> None:
        assert integrity.check(self.work).broken == ()


@pytest.fixture
def wave(bench: Bench) -> Numbered:
    ids = [r.id for c in ("sf", "zto", "yunda") for r in truth.ready(bench, Route.DIRECT, c)][:6]
    work, fakes = with_fake_printers(bench.work)
    one, two = Moody(fakes["bench-1"].config), Moody(fakes["bench-2"].config)
    fakes.update({"bench-1": one, "bench-2": two})
    wave_id = bench.wave(only=ids)
    with work.db.read() as tx:
        query = select(parcels.c.id).where(parcels.c.wave_id == wave_id)
        ids = list(tx.execute(query.order_by(parcels.c.wave_position)).scalars())
    rows = label_parcels(work, ids)
    assert all(r.ok for r in rows)
    return Numbered(bench, work, wave_id, ids, [r.waybill for r in rows], one, two)


def results(rows: list[PrintRow]) -> list[str]:
    return [r.result for r in rows]


def roll_left(wave: Numbered) -> int:
    return rolls.left(wave.work)["bench-1"].left


# waiting


def test_it_goes_on_by_itself_when_there_is_paper_again(wave: Numbered) -> None:
    wave.one.trouble = PAPER_OUT
    with wave.printing() as (run, rows):
        assert run.waits().code == "printer_not_ready"
        wave.one.trouble = None
    assert set(results(rows.result())) == {"printed"}
    assert wave.one.numbers == wave.numbers
    assert run.control.holding is None


def test_a_run_that_waits_can_be_stopped(wave: Numbered) -> None:
    wave.one.trouble = PAPER_OUT
    with wave.printing() as (run, rows):
        run.waits()
        run.token.cancel()
        run.control.look_again()
    assert results(rows.result()) == ["failed"]
    assert wave.states(0) == [PrintState.FAILED]
    assert wave.states(1) == []


def test_it_does_not_wait_for_ever(wave: Numbered) -> None:
    with wave.work.db.write() as tx:
        tx.execute(insert(settings).values(key=journal.TTL_KEY, value=1))
    wave.one.trouble = PAPER_OUT
    with wave.printing() as (run, rows):
        run.waits()
        wave.bench.clock.advance(120)
    assert results(rows.result()) == ["failed"] + ["waiting"] * 5
    wave.one.trouble = None
    assert set(results(print_wave(wave.work, wave.wave))) == {"printed"}


# answers


@pytest.mark.parametrize("way", ["yes", "no", "scan", "resume"])
def test_it_goes_on_when_somebody_has_answered(wave: Numbered, way: str) -> None:
    wave.one.will(CONFIRMED, UNKNOWN)
    with wave.printing() as (run, rows):
        asked = run.waits()
        assert (asked.code, asked.waybill) == ("print_unknown", wave.numbers[1])
        match way:
            case "yes" | "no":
                answers.answer(wave.work, wave.numbers[1], came_out=way == "yes")
            case "scan":
                packing.open_parcel(wave.work, wave.numbers[1])
            case _:
                answers.resume_after(wave.work, wave.wave, wave.numbers[0])
    again = way in {"no", "resume"}
    assert results(rows.result())[:3] == ["printed", "printed" if again else "kept", "printed"]
    assert wave.one.numbers.count(wave.numbers[1]) == (2 if again else 1)
    order = list(dict.fromkeys(wave.one.numbers))
    assert order == wave.numbers
    wave.is_sound()


def test_nobody_can_call_a_label_lost_that_is_on_its_way(wave: Numbered) -> None:
    """Another window says so while the printer is still at it."""

    def meanwhile(label: Label) -> None:
        if label.number != wave.numbers[2]:
            return
        with ThreadPoolExecutor(1) as other:
            for came_out in (True, False):
                with pytest.raises(UserError) as refused:
                    other.submit(
                        answers.answer, wave.work, wave.numbers[2], came_out=came_out
                    ).result()
                assert refused.value.code == "nothing_asked"
            other.submit(answers.resume_after, wave.work, wave.wave, wave.numbers[1]).result()
            with pytest.raises(RetryableError) as busy:
                other.submit(printing.reprint, wave.work, wave.numbers[2], "torn").result()
            assert busy.value.code == "busy_elsewhere"

    wave.one.meanwhile = meanwhile
    assert set(results(print_wave(wave.work, wave.wave))) == {"printed"}
    assert wave.states(2) == [PrintState.CONFIRMED]
    assert set(results(print_wave(wave.work, wave.wave))) == {"kept"}
    assert wave.one.numbers == wave.numbers


def test_a_reprint_elsewhere_leaves_the_label_on_its_way_alone(wave: Numbered) -> None:
    def meanwhile(label: Label) -> None:
        if label.number == wave.numbers[1]:
            with ThreadPoolExecutor(1) as other:
                again = other.submit(
                    printing.reprint, wave.work, label.number, "torn", printer="bench-2"
                )
                assert again.result().result == "printed"

    wave.one.meanwhile = meanwhile
    print_wave(wave.work, wave.wave)
    assert wave.states(1) == [PrintState.CONFIRMED] * 2
    assert wave.two.copies == [1]
    wave.is_sound()


def test_a_scan_of_a_label_on_its_way_counts_and_its_printers_word_changes_nothing(
    wave: Numbered,
) -> None:
    rolls.new_roll(wave.work, "bench-1", 100)

    def meanwhile(label: Label) -> None:
        if label.number == wave.numbers[0]:
            with ThreadPoolExecutor(1) as other:
                other.submit(packing.open_parcel, wave.work, label.number).result()

    wave.one.meanwhile = meanwhile
    wave.one.will(UNKNOWN)
    with wave.printing():
        pass
    assert wave.one.numbers == wave.numbers
    assert wave.states(0) == [PrintState.CONFIRMED]
    assert roll_left(wave) == 100 - len(wave.numbers)


def test_a_failed_reprint_does_not_make_a_printed_label_unprinted(wave: Numbered) -> None:
    print_wave(wave.work, wave.wave)
    wave.one.trouble = PAPER_OUT
    assert printing.reprint(wave.work, wave.numbers[0], "torn").result == "failed"
    with wave.work.db.read() as tx:
        waybill_id = tx.execute(
            select(parcels.c.waybill_id).where(parcels.c.id == wave.ids[0])
        ).scalar_one()
        job = print_proofs.last_job(tx, waybill_id)
    assert job.state == PrintState.CONFIRMED


# other printers


def test_another_printer_takes_over_and_gives_back(wave: Numbered) -> None:
    wave.one.trouble = PAPER_OUT
    with wave.printing() as (run, rows):
        assert run.waits("bench-1").fallback
        run.control.move_to("bench-2")
        _until(lambda: len(wave.two.numbers) >= 1)
    assert set(results(rows.result())) == {"printed"}
    assert wave.two.numbers == wave.numbers
    assert wave.one.numbers == []


def test_what_was_moved_can_be_moved_back(wave: Numbered) -> None:
    wave.one.trouble = wave.two.trouble = PAPER_OUT
    with wave.printing() as (run, rows):
        run.waits("bench-1")
        run.control.move_to("bench-2")
        run.waits("bench-2")
        run.control.move_to("bench-1")
        run.waits("bench-1")  # the first move is over: it waits here again
        wave.one.trouble = None
    assert set(results(rows.result())) == {"printed"}
    assert (wave.one.numbers, wave.two.numbers) == (wave.numbers, [])


def test_a_question_goes_along_to_the_other_printer(wave: Numbered) -> None:
    wave.one.will(UNKNOWN)
    with wave.printing() as (run, rows):
        run.waits("bench-1")
        run.control.move_to("bench-2")
        assert run.waits("bench-2").waybill == wave.numbers[0]
        answers.answer(wave.work, wave.numbers[0], came_out=True)
    assert results(rows.result()) == ["kept"] + ["printed"] * 5
    assert (wave.one.numbers, wave.two.numbers) == (wave.numbers[:1], wave.numbers[1:])


def test_two_programs_at_two_printers_print_each_label_once(wave: Numbered) -> None:
    with ThreadPoolExecutor(2) as pool:
        for done in [
            pool.submit(print_wave, wave.work, wave.wave, printer=name)
            for name in ("bench-1", "bench-2")
        ]:
            done.result(30)
    print_wave(wave.work, wave.wave)
    assert sorted(wave.one.numbers + wave.two.numbers) == sorted(wave.numbers)
    wave.is_sound()


def test_a_job_drawn_later_that_never_began_hides_no_open_one(wave: Numbered) -> None:
    """Two programs draw ahead: the newest row need not be the one begun last."""
    wave.one.will(UNKNOWN)
    print_wave(wave.work, wave.wave)
    with wave.work.db.write() as tx:
        row = tx.execute(select(print_jobs).where(print_jobs.c.parcel_id == wave.ids[0])).one()
        later = {
            **row._mapping,
            "id": wave.work.key(),
            "printer": "bench-2",
            "state": PrintState.FAILED,
            "unknown_at": None,
            "created_at": row.created_at + timedelta(seconds=5),
        }
        tx.execute(insert(print_jobs).values(later))
    assert print_wave(wave.work, wave.wave)[0].code == "print_unknown"
    answers.answer(wave.work, wave.numbers[0], came_out=True)
    assert print_wave(wave.work, wave.wave)[0].result == "kept"


# what changes while it is drawn ahead


def test_a_hold_put_on_a_parcel_that_is_drawn_is_obeyed(wave: Numbered) -> None:
    def meanwhile(label: Label) -> None:
        if label.number == wave.numbers[0]:
            with wave.work.db.write() as tx:
                holding.hold_by_person(tx, wave.work, wave.ids[3], "dented")

    wave.one.meanwhile = meanwhile
    rows = print_wave(wave.work, wave.wave)
    assert rows[3].result == "failed"
    assert wave.one.numbers == [n for n in wave.numbers if n != wave.numbers[3]]


def test_a_parcel_that_changed_after_it_was_drawn_is_drawn_again(wave: Numbered) -> None:
    def meanwhile(label: Label) -> None:
        if label.number == wave.numbers[0]:
            with wave.work.db.write() as tx:
                tx.execute(
                    update(parcels)
                    .where(parcels.c.id == wave.ids[2])
                    .values(weight_g=4321, revision=parcels.c.revision + 1)
                )

    wave.one.meanwhile = meanwhile
    print_wave(wave.work, wave.wave)
    weights = [getattr(label, "weight_g", None) for label in wave.one.labels]
    assert weights[2] == 4321
    assert wave.one.numbers == wave.numbers


# crashes


def test_after_a_crash_somebody_is_asked_and_the_roll_has_lost_one(wave: Numbered) -> None:
    rolls.new_roll(wave.work, "bench-1", 100)
    wave.one.will(CONFIRMED, KeyError("the program ends here"))
    with pytest.raises(KeyError):
        print_wave(wave.work, wave.wave)
    with wave.printing() as (run, rows):
        assert run.waits().waybill == wave.numbers[1]
        answers.answer(wave.work, wave.numbers[1], came_out=False)
    assert results(rows.result())[:2] == ["kept", "printed"]
    with wave.work.db.read() as tx:
        doubted = tx.execute(
            select(func.count()).where(print_jobs.c.unknown_at.is_not(None))
        ).scalar_one()
    assert doubted == 1
    assert roll_left(wave) == 100 - len(wave.numbers) - 1


@pytest.mark.parametrize("came_out", [True, False])
def test_an_answer_before_anybody_prints_again_counts_on_the_roll(
    wave: Numbered, came_out: bool
) -> None:
    rolls.new_roll(wave.work, "bench-1", 100)
    wave.one.will(KeyError("the program ends here"))
    with pytest.raises(KeyError):
        print_wave(wave.work, wave.wave)
    answers.answer(wave.work, wave.numbers[0], came_out=came_out)
    assert roll_left(wave) == 99
    print_wave(wave.work, wave.wave)
    assert roll_left(wave) == 100 - len(wave.numbers) - (0 if came_out else 1)


def test_a_label_that_cannot_be_drawn_by_a_bug_leaves_the_last_one_certain(wave: Numbered) -> None:
    # Labels are drawn one, two and more at once: the fourth is the first of its document.
    wave.one.cannot_draw[wave.numbers[3]] = KeyError("a bug")  # type: ignore[assignment]  # a bug raises anything
    with pytest.raises(KeyError):
        print_wave(wave.work, wave.wave)
    assert wave.one.numbers == wave.numbers[:3]
    assert [wave.states(n) for n in range(4)] == [[PrintState.CONFIRMED]] * 3 + [[]]
    wave.one.cannot_draw.clear()
    assert results(print_wave(wave.work, wave.wave)) == ["kept"] * 3 + ["printed"] * 3


def test_who_has_lost_the_printer_while_waiting_gives_up(wave: Numbered) -> None:
    wave.one.trouble = PAPER_OUT
    with wave.printing() as (run, rows):
        run.waits()
        wave.bench.clock.advance(100)  # the computer slept: another program may take over
        with lease(wave.work, print_proofs.lease_of("bench-1")):
            _until(rows.done)
    assert {r.code for r in rows.result()} == {"busy_elsewhere"}
    wave.one.trouble = None
    assert set(results(print_wave(wave.work, wave.wave))) == {"printed"}


# labels that the platform draws


def test_platform_labels_are_asked_about_like_any_other(bench: Bench) -> None:
    ids = [r.id for r in truth.ready(bench, Route.PLATFORM, "zto")][:3]
    wave_id = bench.wave(only=ids)
    numbers = [r.waybill for r in label_parcels(bench.work, ids)]
    work, fakes = with_fake_printers(bench.work)
    fakes["platform"].will(UNKNOWN)
    run = Run(RunControl(hold=True, look_s=0.01))
    with ThreadPoolExecutor(1) as pool:
        rows = pool.submit(print_parcels, work, ids, control=run.control)
        asked = run.waits()
        assert (asked.printer, asked.waybill) == ("platform", numbers[0])
        answers.answer(work, numbers[0], came_out=False)
        assert set(results(rows.result(30))) == {"printed"}
    assert fakes["platform"].numbers == [numbers[0], *numbers]
    assert wave_id
