"""A key that goes out a second time: an old answer is compared before it is anybody's number."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from app.domain.states import RequestState, Route
from app.services.numbers.labelling import label_parcels
from app.simulators.exchange import Request
from app.store.tables import waybills
from tests.services import truth
from tests.services.truth import SF_CREATE, SF_PATH, SF_SEARCH
from tests.support.warehouse import Bench

pytestmark = pytest.mark.synced


@pytest.fixture(autouse=True)
def shown(bench: Bench) -> None:
    """SF shows the receiver of an order that is looked up."""
    sf = bench.world.sf
    sf.quirks = replace(sf.quirks, search_shows_contacts=True)


def orders_sent(bench: Bench) -> list[Mapping[str, Any]]:
    bodies = [c.body for c in bench.world.carriers.server.journal.calls(SF_PATH)]
    return [json.loads(b["msgData"]) for b in bodies if b["serviceCode"] == SF_CREATE]


def test_a_key_of_somebody_else_is_refused_and_the_next_key_gives_our_number(bench: Bench) -> None:
    ours, theirs, *_ = truth.ready(bench, Route.DIRECT, "sf")
    server = bench.world.carriers.server
    server.faults.close_before(SF_PATH, when=truth.creates)
    assert [r.result for r in label_parcels(bench.work, [ours.id])] == ["unknown"]
    label_parcels(bench.work, [theirs.id])
    (foreign,) = (o for o in orders_sent(bench) if o["orderId"] == theirs.id)

    # Unheard of when it is asked for; then somebody else books under this very key.
    def books_for_another(request: Request) -> bool:
        if truth.creates(request) and not bench.world.sf.numbers_issued(ours.id):
            partner = bench.scenario.accounts.sf.partner_id
            bench.world.sf.book(partner, {**foreign, "orderId": ours.id})
        return False

    server.faults.lose_answer(SF_PATH, when=books_for_another)
    (refused,) = label_parcels(bench.work, [ours.id])
    assert (refused.result, refused.code) == ("failed", "duplicate")
    assert truth.parcel(bench, ours.id).waybill == ""
    (issued,) = label_parcels(bench.work, [ours.id])
    assert issued.result == "issued"
    assert [r[0] for r in truth.requests_of(bench, ours.id)] == [ours.id, f"{ours.id}_2"]
    assert issued.waybill not in bench.world.sf.numbers_issued(ours.id)


def test_a_repeat_that_is_ours_keeps_the_label_of_its_create(bench: Bench) -> None:
    row = truth.ready(bench, Route.DIRECT, "sf")[0]
    bench.world.carriers.server.faults.close_before(SF_PATH, when=truth.creates)
    label_parcels(bench.work, [row.id])
    searched = bench.world.sf.counts.get(SF_SEARCH, 0)
    (issued,) = label_parcels(bench.work, [row.id])
    assert (issued.result, issued.message) == ("issued", None)
    assert bench.world.sf.counts[SF_SEARCH] > searched + 1  # unheard of, and once more to compare
    assert truth.requests_of(bench, row.id) == [(row.id, RequestState.ISSUED)]
    with bench.work.db.read() as tx:
        label = tx.execute(
            select(waybills.c.label).where(waybills.c.number == issued.waybill)
        ).scalar_one()
    assert label["proCode"] == "T 标快"
    assert label["checkCode"] in label["twoDimensionCode"]


def test_a_first_try_is_not_looked_up(bench: Bench) -> None:
    row = truth.ready(bench, Route.DIRECT, "sf")[0]
    label_parcels(bench.work, [row.id])
    assert SF_SEARCH not in bench.world.sf.counts
