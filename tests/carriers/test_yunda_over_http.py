"""Yunda over real HTTP against the strict simulated Yunda, with the faults of a real network."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from app.carriers.registry import make_source
from app.domain.waybills import AskPerson, Unknown
from app.net.transport import HttpxTransport
from app.ports import WaybillSource
from app.simulators.yunda import YundaAccount, YundaQuirks, YundaSimulator
from tests.carriers.samples import YUNDA_CONFIG, yunda_booking
from tests.carriers.station import Station, issued
from tests.support.clock import FakeClock

_ORDERS = "/openapi-api/v1/accountOrder"
_CREATE, _UPDATE = f"{_ORDERS}/createBmOrder", f"{_ORDERS}/updateBmOrder"


class YundaStation(Station):
    """A simulated Yunda and our side of it."""

    yunda = YundaSimulator()

    def open(
        self, quirks: YundaQuirks | None = None, account: YundaAccount | None = None, **config: Any
    ) -> WaybillSource:
        self.yunda = YundaSimulator([account or YundaAccount()], quirks=quirks, clock=self.now_s)
        url = self.serve(self.yunda)
        keys = YUNDA_CONFIG | {"base_url": url, "timeout_s": 5} | config
        return make_source(keys, self.http, self.clock)


@pytest.fixture
def station(http: HttpxTransport, clock: FakeClock) -> Iterator[YundaStation]:
    station = YundaStation(http, clock)
    yield station
    station.close()


@pytest.mark.parametrize("field", ["mail_no", "mailno"])
def test_a_booking_passes_the_strict_checks(station: YundaStation, field: str) -> None:
    source = station.open(
        YundaQuirks(number_field=field), return_slip=True, box_size_mm=[120, 230, 110]
    )
    booking = yunda_booking(cod_fen=29950, insured_fen=100000, remark="~轻放~ * + ' \" / \\ 😀")
    outcome = issued(source.create(booking))
    assert station.yunda.numbers_issued(booking.key) == [outcome.number]
    [order] = station.yunda.orders
    assert (order.cod_yuan, order.insured_yuan) == (299.5, 1000.0)
    label = outcome.label
    assert label["mailno"] == outcome.number
    assert label["mailno_barcode"].startswith(outcome.number)
    assert label["position"]
    assert label["privacy_receiver_name"] == "王**"
    assert len(label["routing_tail"]) == 2


def test_an_order_that_exists_is_updated_until_an_answer_comes(station: YundaStation) -> None:
    source = station.open()
    station.server.faults.lose_answer(_CREATE, times=2)
    station.server.faults.lose_answer(_UPDATE)
    assert isinstance(source.create(yunda_booking()), Unknown)
    assert isinstance(source.reconcile(yunda_booking()), Unknown)
    assert isinstance(source.reconcile(yunda_booking()), Unknown)
    found = issued(source.reconcile(yunda_booking()))
    assert station.yunda.numbers_issued(yunda_booking().key) == [found.number]


def test_a_parcel_on_its_way_is_a_persons_business(station: YundaStation) -> None:
    source = station.open()
    first = issued(source.create(yunda_booking()))
    station.yunda.advance(first.number)
    assert isinstance(source.reconcile(yunda_booking()), AskPerson)
