"""Prices of a parcel from carriers over real HTTP and from the tables; and carriers' bills."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from app.domain.errors import UserError
from app.domain.states import Route
from app.domain.text import Text
from app.services.money import asking, quotes, views
from app.store.tables import quotas, waybill_requests
from tests.services import truth
from tests.services.money.billing import PRICE, sent
from tests.services.money.test_choice import apply
from tests.support.warehouse import Bench

pytestmark = pytest.mark.synced


def test_carriers_and_tables_tell_what_a_parcel_costs(bench: Bench) -> None:
    apply(bench, PRICE.format(carrier="zto"))
    parcel = truth.ready(bench, Route.DIRECT, "sf")[0]
    found = quotes.quotes(bench.work, parcel.id)
    told = {(q.carrier, q.source): q for q in found if not q.failed}
    assert [q.message for q in found if q.failed] == []
    assert told["sf", "asked"].fee_fen
    assert told["sf", "asked"].product_name
    assert told["zto", "asked"].fee_fen
    assert told["zto", "table"].product_name == "zto 2026 rest"
    fees = [q.fee_fen for q in found if q.fee_fen is not None]
    assert fees == sorted(fees)
    with bench.work.db.read() as tx:
        assert tx.execute(select(waybill_requests)).all() == [], "nothing is booked"
        assert tx.execute(select(quotas).where(quotas.c.used > 0)).all() == [], "nothing decoded"


def test_an_unknown_parcel_is_named(bench: Bench) -> None:
    with pytest.raises(UserError) as wrong:
        quotes.quotes(bench.work, "1")
    assert wrong.value.code == "no_such_parcel"


def test_bills_are_asked_for_once_they_are_there(bench: Bench) -> None:
    gone = sent(bench, "sf")
    own = [g for g in gone if truth.parcel(bench, g.parcel).route == Route.DIRECT]
    assert own
    before = asking.fetch_bills(bench.work)
    assert [(r.account, r.billed) for r in before if r.carrier == "sf"] == [("sf", 0)]
    for g in own:
        bench.world.carriers.sf.advance(g.number)
    (after,) = (r for r in asking.fetch_bills(bench.work, "sf"))
    assert (after.asked, after.billed, after.ok) == (len(own), len(own), True)
    assert isinstance(after.message, Text | None)
    again = asking.fetch_bills(bench.work, "sf")
    assert [(r.asked, r.billed) for r in again] == [(0, 0)]
    today = views.recent(bench.work).last
    summed = views.summary(bench.work, views.Period(date(2000, 1, 1), today), "sf")
    assert summed.parcels == len(own)
    assert summed.billed_fen > 0
