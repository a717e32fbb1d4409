"""YTO and STO in the whole program: lost answers, the way to the buyer, labels without a route."""

from __future__ import annotations

import pytest

from app.bootstrap import adapters
from app.domain.errors import UserError
from app.domain.states import Route
from app.jobs import CancelToken
from app.services import configuring, integrity
from app.services.numbers import by_person, label_files, voiding
from app.services.numbers.labelling import label_parcels
from app.services.parcels import checking
from app.services.parcels.shipping import ship
from app.services.printing import label_content
from app.services.telling import outbox
from app.services.tracking.polling import Poller
from app.settings import parse_config
from app.simulators.exchange import Request
from app.simulators.sto import Repeat as StoRepeat
from app.simulators.sto import StoQuirks, StoSimulator
from app.simulators.yto import Repeat as YtoRepeat
from app.simulators.yto import YtoQuirks, YtoSimulator
from app.simulators.yto.simulator import LABEL_PDF
from tests.services import truth
from tests.support.warehouse import Bench

_PATHS = {"yto": "/yto/open/privacy_create_adapter", "sto": "/sto/gateway/link.do"}
pytestmark = pytest.mark.synced
carriers = pytest.mark.parametrize("carrier", list(_PATHS))


def chosen(bench: Bench, carrier: str, count: int) -> list[str]:
    """Parcels that a person has given to ``carrier``."""
    ids = [row.id for row in truth.ready(bench, Route.DIRECT, "zto")[:count]]
    for parcel_id in ids:
        checking.change_carrier(bench.work, parcel_id, carrier)
    return ids


def simulated(bench: Bench, carrier: str) -> YtoSimulator | StoSimulator:
    return bench.world.carriers.yto if carrier == "yto" else bench.world.carriers.sto


def _creates(request: Request) -> bool:
    return "/open/" in request.path or "OMS_EXPRESS_ORDER_CREATE" in request.body.decode()


def lose(bench: Bench, carrier: str) -> None:
    bench.world.carriers.server.faults.lose_answer(_PATHS[carrier], when=_creates)


@carriers
def test_a_lost_answer_asks_a_person_and_never_books_again(bench: Bench, carrier: str) -> None:
    (found,) = chosen(bench, carrier, 1)
    lose(bench, carrier)
    assert [r.result for r in label_parcels(bench.work, [found])] == ["unknown"]
    for _ in range(3):
        (again,) = label_parcels(bench.work, [found])
        assert (again.result, again.code) == ("unknown", "ask_person")
    (number,) = simulated(bench, carrier).numbers_issued(found)
    by_person.settle_by_person(bench.work, found, number)
    (kept,) = label_parcels(bench.work, [found])
    assert (kept.result, kept.waybill) == ("kept", number)


@carriers
def test_a_contract_that_allows_repeating_settles_it_by_itself(bench: Bench, carrier: str) -> None:
    simulator = simulated(bench, carrier)
    if isinstance(simulator, YtoSimulator):
        simulator.quirks = YtoQuirks(repeat=YtoRepeat.SAME_NUMBER)
    else:
        simulator.quirks = StoQuirks(repeat=StoRepeat.SAME_NUMBER)
    line = f'name = "{carrier}"\n'
    text = bench.world.configuration().replace(line, f"{line}repeat_is_safe = true\n")
    config = parse_config(text.encode(), adapters(), {})
    configuring.apply(bench.work, bench.services.secrets, config)
    (parcel,) = chosen(bench, carrier, 1)
    lose(bench, carrier)
    assert [r.result for r in label_parcels(bench.work, [parcel])] == ["unknown"]
    (settled,) = label_parcels(bench.work, [parcel])
    assert settled.result == "issued"
    assert simulator.numbers_issued(parcel) == [settled.waybill]


@carriers
def test_a_parcel_is_followed_to_the_buyer(bench: Bench, carrier: str) -> None:
    (parcel,) = chosen(bench, carrier, 1)
    (row,) = label_parcels(bench.work, [parcel])
    assert all(r.ok for r in ship(bench.work, parcel_ids=[parcel], unpacked=True))
    outbox.drain(bench.work, everything=True)
    poller = Poller(bench.work)
    for steps in (1, 3, 1):
        simulated(bench, carrier).advance(row.waybill, steps)
        bench.clock.advance(hours=13)
        poller.round(CancelToken())
    assert truth.parcel(bench, parcel).state == "delivered"


@carriers
def test_a_number_is_given_back(bench: Bench, carrier: str) -> None:
    first, second = chosen(bench, carrier, 2)
    rows = label_parcels(bench.work, [first, second])
    voiding.cancel_waybill(bench.work, rows[0].waybill)
    assert [r.result for r in outbox.drain(bench.work)] == ["done"]
    cancelled = [o.is_cancelled for o in simulated(bench, carrier).orders]
    assert cancelled == [True, False]
    assert integrity.check(bench.work).broken == ()


@carriers
def test_a_label_without_a_route_is_not_printed(bench: Bench, carrier: str) -> None:
    simulator = simulated(bench, carrier)
    if isinstance(simulator, YtoSimulator):
        simulator.quirks = YtoQuirks(route_field="")
    else:
        simulator.quirks = StoQuirks(route_field="")
    (parcel,) = chosen(bench, carrier, 1)
    (row,) = label_parcels(bench.work, [parcel])
    assert row.result == "issued"
    with bench.work.db.read() as tx:
        waybill = label_content.find_waybill(tx, row.waybill)
        label = label_content.label_of(tx, bench.work, waybill)
    with pytest.raises(UserError) as refused:
        bench.work.outside.stationery.render(label, "pdf", "76x130", 8.0)
    assert refused.value.code == "label_incomplete"


def test_ytos_own_label_is_printed_as_it_is(bench: Bench) -> None:
    text = bench.world.configuration().replace(
        'name = "yto"\n', 'name = "yto"\nlabel_source = "cloud"\n'
    )
    config = parse_config(text.encode(), adapters(), {})
    configuring.apply(bench.work, bench.services.secrets, config)
    (parcel,) = chosen(bench, "yto", 1)
    (row,) = label_parcels(bench.work, [parcel])
    with bench.work.db.read() as tx:
        waybill = label_content.find_waybill(tx, row.waybill)
        kept = label_files.kept_file(tx, bench.work, waybill)
    assert kept is not None
    assert kept.content == LABEL_PDF
