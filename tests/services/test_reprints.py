"""A label that is printed once more: with a reason, counted, and honest about the first one."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.domain.errors import UserError
from app.services.printing import journal_views, printing
from app.services.printing.printing import print_wave
from app.store.tables import audit, parcels, print_jobs
from tests.services.print_runs import NOT_STARTED, UNKNOWN, Numbered

pytestmark = pytest.mark.synced


def test_a_reprint_needs_a_reason_and_is_counted(wave: Numbered) -> None:
    print_wave(wave.work, wave.wave)
    with pytest.raises(UserError) as refused:
        printing.reprint(wave.work, wave.numbers[0], "  ")
    assert refused.value.code == "no_reason"
    assert [
        printing.reprint(wave.work, wave.numbers[0], why).result for why in ("torn", "wet")
    ] == ["printed", "printed"]
    assert wave.one.copies[-2:] == [1, 2]
    with wave.work.db.read() as tx:
        stored = tx.execute(
            select(print_jobs.c.copy_no, print_jobs.c.reprint_reason)
            .where(print_jobs.c.parcel_id == wave.ids[0])
            .order_by(print_jobs.c.copy_no)
        ).all()
        count = tx.execute(
            select(parcels.c.print_count).where(parcels.c.id == wave.ids[0])
        ).scalar_one()
        noted = tx.execute(select(audit.c.detail).where(audit.c.action == "reprint")).scalars()
        assert [d["waybill"] for d in noted] == [wave.numbers[0]] * 2
    assert [tuple(r) for r in stored] == [(0, ""), (1, "torn"), (2, "wet")]
    assert count == 3


def test_a_reprint_settles_the_doubt_about_the_first(wave: Numbered) -> None:
    wave.one.will(UNKNOWN)
    print_wave(wave.work, wave.wave)
    assert printing.reprint(wave.work, wave.numbers[0], "jam").result == "printed"
    assert print_wave(wave.work, wave.wave)[0].result == "kept"
    printing.reprint(wave.work, wave.numbers[0], "torn")
    assert wave.one.copies[-1] == 2  # the doubtful one may be on paper, too
    assert journal_views.next_copy(journal_views.jobs_of(wave.work, wave.numbers[0])) == 3


def test_a_reprint_that_never_started_leaves_the_doubt(wave: Numbered) -> None:
    wave.one.will(UNKNOWN, NOT_STARTED)
    print_wave(wave.work, wave.wave)
    assert printing.reprint(wave.work, wave.numbers[0], "jam").result == "failed"
    assert (
        print_wave(wave.work, wave.wave)[0].code == "print_unknown"
    )  # else a second one without its mark
    assert printing.reprint(wave.work, wave.numbers[0], "jam").result == "printed"
    assert wave.one.copies[-1] == 1
    assert print_wave(wave.work, wave.wave)[0].result == "kept"


def test_a_crash_in_a_reprint_leaves_the_label_in_doubt(wave: Numbered) -> None:
    wave.one.will(UNKNOWN, KeyError("the program ends here"))
    print_wave(wave.work, wave.wave)
    with pytest.raises(KeyError):
        printing.reprint(wave.work, wave.numbers[0], "jam")
    assert print_wave(wave.work, wave.wave)[0].code == "print_unknown"
