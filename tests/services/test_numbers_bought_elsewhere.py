"""Numbers of any company, typed or scanned: recognised, taken once, told to the shop rightly."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.domain.errors import UserError
from app.domain.recognition import sf_check_digit
from app.domain.states import Route, Verdict
from app.services import integrity
from app.services.numbers import by_person, recognising
from app.services.numbers.labelling import label_parcels
from app.services.orders import queries
from app.services.parcels import packing
from app.services.parcels.parcel_queries import parcel_of_waybill
from app.services.parcels.shipping import ship
from app.services.printing import label_content
from app.services.telling import outbox
from app.store.tables import audit
from tests.services import truth
from tests.services.test_numbers_in_doubt import lost
from tests.services.tracking import road
from tests.support.warehouse import Bench

pytestmark = pytest.mark.synced

YTO = "YT1234567890123"
SF_13 = "SF100000000000"


def right_sf() -> str:
    return f"{SF_13}{sf_check_digit(SF_13 + '0')}"


def test_a_number_of_another_company_changes_the_parcels_company(bench: Bench) -> None:
    row = truth.ready(bench, Route.PLATFORM, "zto")[0]
    taken = by_person.take(bench.work, row.id, f" *{YTO.lower()}* ")
    assert (taken.number, taken.carrier, taken.warning) == (YTO, "yto", None)
    now = truth.parcel(bench, row.id)
    assert (now.waybill, now.carrier) == (YTO, "yto")
    with bench.work.db.read() as tx:
        notes = tx.execute(
            select(audit.c.detail).where(audit.c.parcel_id == row.id, audit.c.action == "carrier")
        ).scalars()
        assert [(n["was"], n["carrier"]) for n in notes if n and "was" in n] == [("zto", "yto")]
    ship(bench.work, parcel_ids=[row.id], unpacked=True)
    outbox.drain(bench.work)
    (sent,) = truth.shipments(bench, row.orders[0])
    assert (sent.delivery_id, sent.waybill_id) == ("YTO", YTO)
    assert integrity.check(bench.work).broken == ()


def test_the_person_says_whose_number_it_is(bench: Bench) -> None:
    first, second = truth.ready(bench, Route.PLATFORM, "zto")[:2]
    taken = by_person.take(bench.work, first.id, "4312345678901", "YUNDA")
    assert (taken.carrier, truth.parcel(bench, first.id).carrier) == ("yunda", "yunda")
    with pytest.raises(UserError) as refused:
        by_person.take(bench.work, second.id, "4312345678902", "nobody")
    assert refused.value.code == "report_carrier"
    assert truth.parcel(bench, second.id).waybill == ""


def test_a_company_by_any_name_that_the_shop_knows(bench: Bench) -> None:
    rows = truth.ready(bench, Route.PLATFORM, "zto")[:4]
    bench.world.shops[rows[0].shop].companies["BEST"] = "百世快递"
    bench.clock.advance(hours=25)
    bench.sync()
    said = ["Deppon Express", "best", "百世快递", "other"]
    taken = [
        by_person.take(bench.work, row.id, f"ELSE{n:08}", name)
        for n, (row, name) in enumerate(zip(rows, said, strict=True))
    ]
    assert [(t.carrier, t.name) for t in taken] == [
        ("dbl", "Deppon Express"),
        ("best", "百世快递"),
        ("best", "百世快递"),
        ("other", "Another carrier"),
    ]
    ship(bench.work, parcel_ids=[row.id for row in rows], unpacked=True)
    outbox.drain(bench.work, everything=True)
    sent = [s.delivery_id for row in rows for s in truth.shipments(bench, row.orders[0])]
    assert sent == ["DBKD", "BEST", "BEST", "OTHER"]


def test_kuaidi100_says_whose_a_number_is_where_its_form_does_not(bench: Bench) -> None:
    number = "690000000017X"  # of no company's form
    bench.world.kuaidi100.follow("shentong", number)
    assert recognising.suggest(bench.work, number, online=False).carrier == ""
    found = recognising.suggest(bench.work, number)
    assert (found.carrier, found.sure) == ("sto", False)
    assert recognising.suggest(bench.work, YTO).carrier == "yto"  # its form is plain
    assert bench.world.kuaidi100.counts["detect"] == 1
    bench.world.carriers.server.faults.bad_gateway("/kuaidi100/autonumber", times=9)
    assert recognising.suggest(bench.work, number).carrier == ""


def test_nobody_is_asked_whose_a_number_is_without_such_an_account(bench: Bench) -> None:
    road.switch(bench, "kuaidi100", on=False)
    assert recognising.suggest(bench.work, "690000000017X").carrier == ""
    assert bench.world.kuaidi100.counts.get("detect", 0) == 0


def test_an_odd_sf_number_is_taken_with_a_warning(bench: Bench) -> None:
    first, second = truth.ready(bench, Route.DIRECT, "sf")[:2]
    good = right_sf()
    odd = good[:-1] + str((int(good[-1]) + 1) % 10)
    assert by_person.take(bench.work, first.id, good).warning is None
    taken = by_person.take(bench.work, second.id, odd)
    assert taken.warning is not None
    assert truth.parcel(bench, second.id).waybill == odd


def test_a_number_of_ours_is_no_other_parcels(bench: Bench) -> None:
    first, second = truth.ready(bench, Route.DIRECT, "zto")[:2]
    (issued,) = label_parcels(bench.work, [first.id])
    for carrier in ("", "sf", "other"):
        with pytest.raises(UserError) as refused:
            by_person.take(bench.work, second.id, issued.waybill, carrier)
        assert refused.value.code == "number_taken"
    suggested = recognising.suggest(bench.work, issued.waybill)
    assert (suggested.parcel, suggested.carrier, suggested.sure) == (first.id, "zto", True)


def test_another_companys_number_leaves_the_doubt_to_be_settled(bench: Bench) -> None:
    """SF may have booked: the number is found and given back, whatever number is used now."""
    row = lost(bench, "sf")
    by_person.take(bench.work, row.id, YTO)
    assert len(truth.numbers_given(bench, row)) == 1
    bench.clock.advance(60)
    for _ in range(2):
        outbox.drain(bench.work, everything=True)
    assert truth.numbers_given(bench, row) == []
    assert truth.parcel(bench, row.id).waybill == YTO
    assert integrity.check(bench.work).broken == ()


def test_patterns_preselect_and_say_how_sure_they_are(bench: Bench) -> None:
    sure = recognising.suggest(bench.work, YTO)
    assert (sure.carrier, sure.sure) == ("yto", True)
    assert recognising.suggest(bench.work, "773123456789012").carrier == "sto"
    assert recognising.suggest(bench.work, "hello", online=False).carrier == ""


@pytest.mark.parametrize("form", ["*{n}*", "{n}/x/y", " {n}\n", "{n}00011"])
def test_any_scan_finds_our_number(bench: Bench, form: str) -> None:
    row = truth.ready(bench, Route.DIRECT, "yunda")[0]
    number = "4312345678901"
    by_person.take(bench.work, row.id, number)
    scanned = form.format(n=number)
    assert parcel_of_waybill(bench.work, scanned) == row.id
    with bench.work.db.read() as tx:
        assert label_content.find_waybill(tx, scanned).number == number
    found = queries.order_ids(bench.work, queries.OrderFilter(search=scanned))
    assert [o.order_id for o in queries.order_rows(bench.work, found)] == [row.orders[0]]
    opened = packing.open_parcel(bench.work, scanned)
    assert (opened.verdict is Verdict.UNKNOWN, opened.number) == (False, number)


def test_sfs_square_code_finds_our_number(bench: Bench) -> None:
    row = truth.ready(bench, Route.DIRECT, "sf")[0]
    number = right_sf()
    by_person.take(bench.work, row.id, number)
    code = f"MMM={{'k1':'755W','k2':'755WE','k3':'','k4':'T4','k5':'{number}','k6':''}}"
    assert parcel_of_waybill(bench.work, code) == row.id
    assert packing.open_parcel(bench.work, code).number == number
