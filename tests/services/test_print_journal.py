"""The print journal: other programs, changes behind its back, crashes, doubts."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, insert, select, update

from app.domain.labels import Label
from app.domain.states import PrintState, Route
from app.services.leases import lease
from app.services.numbers.labelling import label_parcels
from app.services.orders import holding
from app.services.parcels import packing
from app.services.printing import answers, print_proofs, printing, rolls
from app.services.printing.control import RunControl
from app.services.printing.printing import print_parcels, print_wave
from app.store.tables import parcels, print_jobs
from tests.services import truth
from tests.services.print_runs import (
    CONFIRMED,
    PAPER_OUT,
    UNKNOWN,
    Numbered,
    Run,
    results,
    roll_left,
    until,
)
from tests.support.fake_printer import with_fake_printers
from tests.support.warehouse import Bench

pytestmark = pytest.mark.synced


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
            until(rows.done)
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


# broken off in the middle


def test_what_was_broken_off_is_ended_before_the_next_label_and_only_there(wave: Numbered) -> None:
    wave.one.cuts.add(wave.numbers[1])
    assert results(print_wave(wave.work, wave.wave))[:2] == ["printed", "unknown"]
    assert wave.one.ended == []
    answers.answer(wave.work, wave.numbers[1], came_out=False)
    # Another program goes on: it knows from the journal alone.
    assert set(results(print_wave(wave.work, wave.wave))) == {"kept", "printed"}
    assert wave.one.ended == [wave.numbers[1]]
    assert wave.one.numbers == wave.numbers


def test_a_label_that_was_good_after_all_was_broken_off_all_the_same(wave: Numbered) -> None:
    wave.one.cuts.add(wave.numbers[0])
    print_wave(wave.work, wave.wave)
    packing.open_parcel(wave.work, wave.numbers[0])
    print_wave(wave.work, wave.wave)
    assert wave.one.ended == [wave.numbers[1]]


def test_a_reprint_ends_what_was_broken_off(wave: Numbered) -> None:
    wave.one.cuts.add(wave.numbers[0])
    print_wave(wave.work, wave.wave)
    assert printing.reprint(wave.work, wave.numbers[0], "torn").result == "printed"
    assert wave.one.ended == [wave.numbers[0]]


@pytest.mark.parametrize("answer", ["not out", "resume"])
def test_a_program_that_ended_in_a_label_has_broken_it_off_whoever_answers_first(
    wave: Numbered, answer: str
) -> None:
    wave.one.will(CONFIRMED, KeyError("the program ends here"))
    with pytest.raises(KeyError):
        print_wave(wave.work, wave.wave)
    if answer == "resume":  # before any program has looked at what was left
        rows = print_wave(wave.work, wave.wave, resume_after=wave.numbers[0])
    else:
        answers.answer(wave.work, wave.numbers[1], came_out=False)
        rows = print_wave(wave.work, wave.wave)
    assert set(results(rows)) == {"kept", "printed"}
    assert wave.one.ended == [wave.numbers[1]]
