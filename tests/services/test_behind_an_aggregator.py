"""A company behind an aggregator's account: whose parcels it takes, and how long it may repeat."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from app.domain.states import Route
from app.services.numbers import recognising
from app.services.numbers.labelling import label_parcels
from app.services.parcels import checking
from app.services.parcels.carrier_choice import usable_carriers
from app.store.tables import accounts
from tests.services import truth
from tests.support.warehouse import Bench, open_bench

CREATE = "/kuaidi100/label/order"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with open_bench(tmp_path, then=Bench.sync) as opened:
        yield opened


def jd_parcel(bench: Bench) -> str:
    row = truth.ready(bench, Route.DIRECT, "zto")[0]
    checking.change_carrier(bench.work, row.id, "jd")
    return row.id


def test_an_account_stands_under_the_company_it_books_with(bench: Bench) -> None:
    with bench.work.db.read() as tx:
        query = select(accounts.c.name, accounts.c.company).where(accounts.c.carrier == "kuaidi100")
        kept = {r.name: r.company for r in tx.execute(query)}
    assert kept == {"kuaidi100": "", "kuaidi100-jd": "jd"}
    usable = usable_carriers(bench.work)
    assert "jd" in usable
    assert not {"", "kuaidi100"} & set(usable)


def test_the_parcel_is_the_companys_and_the_account_the_aggregators(bench: Bench) -> None:
    parcel = jd_parcel(bench)
    (row,) = label_parcels(bench.work, [parcel])
    assert row.result == "issued"
    kept = truth.parcel(bench, parcel)
    assert (kept.carrier, kept.waybill) == ("jd", row.waybill)
    assert bench.world.kuaidi100.numbers_issued(parcel) == [row.waybill]


def test_a_refusal_names_the_company_and_the_account(bench: Bench) -> None:
    parcel = jd_parcel(bench)
    truth.change_account(bench, "kuaidi100-jd", partner_id="somebody else")
    (row,) = label_parcels(bench.work, [parcel])
    assert row.result == "failed"
    assert "JD Logistics" in str(row.message)
    assert "kuaidi100-jd" in str(row.message)


@pytest.mark.parametrize(("hours", "result"), [(46, "issued"), (49, "unknown")])
def test_a_lost_answer_is_repeated_only_while_a_repeat_is_safe(
    bench: Bench, hours: int, result: str
) -> None:
    parcel = jd_parcel(bench)
    bench.world.carriers.server.faults.lose_answer(CREATE)
    (row,) = label_parcels(bench.work, [parcel])
    assert row.result == "unknown"
    (number,) = bench.world.kuaidi100.numbers_issued(parcel)
    bench.clock.advance(hours=hours)
    (row,) = label_parcels(bench.work, [parcel])
    assert (row.result, row.code) == (result, "" if result == "issued" else "ask_person")
    assert bench.world.kuaidi100.numbers_issued(parcel) == [number]


def test_a_number_that_could_be_anybodys_is_asked_about(bench: Bench) -> None:
    assert recognising.suggest(bench.work, "JT0000000000001").carrier == "jt"
    assert bench.world.kuaidi100.counts == {}  # the pattern is enough: asking costs money
    bench.world.kuaidi100.follow("yuantong", "4060005469862")
    found = recognising.suggest(bench.work, "4060005469862")
    assert (found.carrier, found.others[:1]) == ("yto", ("yunda",))
    assert bench.world.kuaidi100.counts == {"detect": 1}
