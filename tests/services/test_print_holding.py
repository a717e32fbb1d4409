"""A print run that waits: for its printer, for an answer, for another printer."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import insert, select

from app.domain.errors import RetryableError, UserError
from app.domain.labels import Label
from app.domain.states import PrintState
from app.services.parcels import packing
from app.services.printing import answers, journal, print_proofs, printing, rolls
from app.services.printing.printing import print_wave
from app.store.tables import parcels, settings
from tests.services.print_runs import (
    CONFIRMED,
    PAPER_OUT,
    UNKNOWN,
    Numbered,
    results,
    roll_left,
    until,
)

pytestmark = pytest.mark.synced


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
        until(lambda: len(wave.two.numbers) >= 1)
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
