"""ZTO over real HTTP against the strict simulated ZTO, with the faults of a real network."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from app.carriers.registry import make_source
from app.domain.waybills import AskPerson
from app.net.transport import HttpxTransport
from app.ports import WaybillSource
from app.simulators.zto import CompanyHeader, ZtoAccount, ZtoAlgorithm, ZtoQuirks, ZtoSimulator
from tests.carriers.samples import ZTO_CONFIG, zto_booking
from tests.carriers.station import Station, issued
from tests.support.clock import FakeClock

_CREATE = "/zto.open.createOrder"


class ZtoStation(Station):
    """A simulated ZTO and our side of it."""

    zto = ZtoSimulator()

    def open(
        self, quirks: ZtoQuirks | None = None, account: ZtoAccount | None = None, **config: Any
    ) -> WaybillSource:
        self.zto = ZtoSimulator([account or ZtoAccount()], quirks=quirks, clock=self.now_s)
        url = self.serve(self.zto)
        keys = ZTO_CONFIG | {"base_url": url, "timeout_s": 5} | config
        return make_source(keys, self.http, self.clock)


@pytest.fixture
def station(http: HttpxTransport, clock: FakeClock) -> Iterator[ZtoStation]:
    station = ZtoStation(http, clock)
    yield station
    station.close()


_SIGNATURES = {
    ZtoAlgorithm.MD5_BASE64: "md5",
    ZtoAlgorithm.MD5_HEX: "md5_hex",
    ZtoAlgorithm.SHA256_BASE64: "sha256",
    ZtoAlgorithm.SHA256_HEX: "sha256_hex",
}


@pytest.mark.parametrize("algorithm", list(_SIGNATURES))
def test_every_signature_passes_with_tricky_text(
    station: ZtoStation, algorithm: ZtoAlgorithm
) -> None:
    account = ZtoAccount(algorithm=algorithm)
    source = station.open(account=account, signature=_SIGNATURES[algorithm])
    outcome = issued(source.create(zto_booking(remark="10*20*5 ~轻放~ a+b 'x' \"z\" & / \\ 😀")))
    assert station.zto.numbers_issued(zto_booking().key) == [outcome.number]
    assert station.zto.unknown_fields == set()
    [order] = station.zto.orders
    assert outcome.carrier_order == order.order_code


@pytest.mark.parametrize("header", list(CompanyHeader))
def test_both_names_of_the_app_are_sent(station: ZtoStation, header: CompanyHeader) -> None:
    assert station.open(ZtoQuirks(company_header=header)).check().ok


def test_a_mark_that_cannot_be_fetched_leaves_the_number_unprintable(station: ZtoStation) -> None:
    source = station.open(ZtoQuirks(mark_missing_every=1))
    station.server.faults.bad_gateway("/zto.innovate.bagAddrMark")
    outcome = issued(source.create(zto_booking()))
    assert outcome.label["mark"] == ""
    assert outcome.warning is not None


def test_services_pass_the_strict_checks(station: ZtoStation) -> None:
    source = station.open(
        cod_account="A1", services=[{"name": "vip"}], return_slip=True,
        site_code="02100", site_name="上海", box_size_mm=[305, 200, 125],
    )  # fmt: skip
    outcome = issued(source.create(zto_booking(cod_fen=29950, insured_fen=100000)))
    assert [n.kind for n in outcome.numbers] == ["mother", "return_slip"]


def test_a_group_customer_books_without_an_account(station: ZtoStation) -> None:
    source = station.open(partner_type="1", customer_id="GPG1576724269", account_id="")
    assert issued(source.create(zto_booking())).number
    assert source.check().ok


def test_a_cancelled_number_is_not_taken_over(station: ZtoStation) -> None:
    source = station.open(
        ZtoQuirks(info_by_partner_code=True), query_by_partner_code=True, order_type="2"
    )
    first = issued(source.create(zto_booking()))
    assert issued(source.reconcile(zto_booking())).number == first.number
    source.void(zto_booking(), first.number, first.carrier_order)
    assert isinstance(source.reconcile(zto_booking()), AskPerson)
