"""A session of scans goes into the books once, whole, and lets parcels go on."""

from __future__ import annotations

import pytest
from sqlalchemy import insert

from app.domain.errors import UserError
from app.domain.receiving import Got, Session, choose
from app.domain.states import HoldCode
from app.services.parcels.parcel_queries import parcel_ids, parcel_rows
from app.services.stock import expiring, receive_sessions, receiving, undoing
from app.store.tables import sku_barcodes
from tests.services.stock.shelf import books_are_true, figures, goods, lies
from tests.support.warehouse import Bench


def scanned(bench: Bench, *codes: str) -> Session:
    return receive_sessions.take_all(bench.work, codes)[-1].session


def refusal(bench: Bench, session: Session) -> str:
    with pytest.raises(UserError) as refused:
        receive_sessions.book(bench.work, session, "refused")
    books_are_true(bench)
    return refused.value.code


def test_it_is_booked_once_and_taken_back_in_one_go(bench: Bench) -> None:
    work = bench.work
    goods(bench, "MILK", batch_tracked=True)
    goods(bench, "PHONE", serial_tracked=True)
    session = scanned(
        bench, "BIN-A", "MILK*12", "BATCH=L1", "EXP=2029-01-31", "BIN-B", "", "MILK", "PHONE", "S1"
    )
    first = receive_sessions.book(work, session, "n-1", reference="IN-1")
    again = receive_sessions.book(work, session, "n-1", reference="IN-1")
    assert (first.is_new, first.lines, first.pieces, again.is_new) == (True, 3, 14, False)
    assert lies(bench, "MILK") == {("A", "L1"): 12, ("B", "L1"): 1}
    books_are_true(bench)
    undoing.undo(work, first.operation)
    assert (figures(bench, "MILK"), figures(bench, "PHONE")) == ((0, 0), (0, 0))
    books_are_true(bench)


def test_a_shared_bar_code_asks_by_picture(bench: Bench) -> None:
    ids = [goods(bench, "CUP"), goods(bench, "BOWL")]
    with bench.work.db.write() as tx:
        for sku_id in ids:
            tx.execute(insert(sku_barcodes).values(barcode="6900000000001", sku_id=sku_id))
    (told,) = receive_sessions.take_all(bench.work, ["6900000000001"])
    assert told.verdict is Got.ASK
    assert told.session.question is not None
    assert [g.item.code for g in told.session.question.candidates] == ["BOWL", "CUP"]
    assert refusal(bench, told.session) == "still_asking"
    receive_sessions.book(bench.work, choose(told.session, ids[0]).session, "n-1")
    assert figures(bench, "CUP") == (1, 0)


def test_what_is_not_complete_is_not_booked_not_even_in_part(bench: Bench) -> None:
    goods(bench, "TEA")
    goods(bench, "MILK", batch_tracked=True)
    goods(bench, "PHONE", serial_tracked=True)
    assert refusal(bench, Session()) == "nothing_scanned"
    assert refusal(bench, scanned(bench, "TEA", "MILK")) == "session_open"
    assert refusal(bench, scanned(bench, "TEA", "PHONE")) == "session_open"
    receiving.receive(bench.work, "PHONE", 1, numbers=["S1"])
    assert refusal(bench, scanned(bench, "TEA", "PHONE", "S1")) == "serial_here"
    assert figures(bench, "TEA") == (0, 0)


@pytest.mark.synced
def test_a_parcel_that_was_short_goes_on(bench: Bench) -> None:
    (short,) = parcel_rows(bench.work, parcel_ids(bench.work, hold=HoldCode.SHORT))
    codes = [f"{sku}*{n}" for sku, n in bench.seed("short").expectation.contents]
    receive_sessions.book(bench.work, scanned(bench, "BIN-Z", *codes), "n-1")
    (row,) = parcel_rows(bench.work, [short.id])
    assert HoldCode.SHORT not in row.holds


# --- what expires --------------------------------------------------------------------------------


def expiring_goods(bench: Bench) -> None:
    """With 30 days wanted: expired, 10 days left, a year left."""
    goods(bench, "MILK", batch_tracked=True, keep_days=30)
    for batch, day in (("OLD", "2020-01-01"), ("SOON", "2026-12-08"), ("FRESH", "2029-01-01")):
        receiving.receive(bench.work, "MILK", 2, bin_name="A", batch=batch, expires_on=day)


def test_what_is_due_becomes_defective_once(bench: Bench) -> None:
    expiring_goods(bench)
    due = expiring.expire(bench.work, dry_run=True)
    assert figures(bench, "MILK") == (6, 0)
    took = expiring.expire(bench.work)
    assert [r.batch for r in due] == ["OLD", "SOON"]
    assert {r.batch for r in took} == {"OLD", "SOON"}
    assert expiring.expire(bench.work) == []
    assert figures(bench, "MILK") == (2, 4)
    books_are_true(bench)


def test_by_itself_it_happens_only_where_that_is_wished(bench: Bench) -> None:
    expiring_goods(bench)
    assert expiring.look(bench.work) == 0
    with bench.work.db.write() as tx:
        assert expiring.store(tx, take_off_expired=True)
        assert not expiring.store(tx, take_off_expired=True)
    assert expiring.look(bench.work) == 4
    assert expiring.look(bench.work) == 0
