"""Kuaidi100 over real HTTP against the strict simulated Kuaidi100, on its three addresses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from app.carriers.account import read_account
from app.carriers.kuaidi100.names import KD100_NAMES
from app.carriers.kuaidi100.settings import Kuaidi100Settings
from app.carriers.kuaidi100.source import Kuaidi100Source
from app.domain.tracking import TrackQuery, TrackStage
from app.domain.waybills import AskPerson, Booking, ProblemClass, Unknown, VoidResult
from app.net.transport import HttpxTransport
from app.simulators.kuaidi100 import Kuaidi100Account, Kuaidi100Quirks, Kuaidi100Simulator
from tests.carriers.samples import KUAIDI100_CONFIG, kuaidi100_booking
from tests.carriers.station import Station, issued
from tests.support.clock import FakeClock

_LABELS = "/label/order"


class Kuaidi100Station(Station):
    """A simulated Kuaidi100 and our side of it."""

    kd = Kuaidi100Simulator()

    def open(
        self,
        quirks: Kuaidi100Quirks | None = None,
        account: Kuaidi100Account | None = None,
        **config: Any,
    ) -> Kuaidi100Source:
        self.kd = Kuaidi100Simulator(
            [account or Kuaidi100Account()], quirks=quirks, clock=self.now_s
        )
        url = self.serve(self.kd)
        addresses = {
            "base_url": url + _LABELS,
            "query_url": url + "/poll/query.do",
            "detect_url": url + "/autonumber/auto",
        }
        keys = KUAIDI100_CONFIG | {**addresses, "timeout_s": 5} | config
        return Kuaidi100Source(read_account(Kuaidi100Settings, keys), self.http, self.clock)

    def sent(self, **changes: Any) -> Booking:
        """A booking whose key went out just now."""
        return kuaidi100_booking(sent_at=self.clock.now(), **changes)


@pytest.fixture
def station(http: HttpxTransport, clock: FakeClock) -> Iterator[Kuaidi100Station]:
    station = Kuaidi100Station(http, clock)
    yield station
    station.close()


@pytest.mark.parametrize("company", list(KD100_NAMES))
@pytest.mark.parametrize("older", [False, True])
def test_a_booking_passes_the_strict_checks(
    station: Kuaidi100Station, company: str, older: bool
) -> None:
    source = station.open(Kuaidi100Quirks(older_envelope=older), company=company)
    remark = "~轻放~ * + ' \" / \\ &=%"
    booking = kuaidi100_booking(carrier=company, cod_fen=29950, insured_fen=100000, remark=remark)
    outcome = issued(source.create(booking))
    assert station.kd.numbers_issued(booking.key) == [outcome.number]
    [order] = station.kd.orders
    assert (order.company, order.request["collection"]) == (KD100_NAMES[company], 299.5)
    assert order.request["remark"] == remark
    assert outcome.label["mark"]


@pytest.mark.parametrize("fault", ["lose_answer", "close_before"])
def test_a_lost_answer_is_replayed_for_two_days(station: Kuaidi100Station, fault: str) -> None:
    source = station.open()
    getattr(station.server.faults, fault)(_LABELS)
    booking = station.sent()
    assert isinstance(source.create(booking), Unknown)
    station.clock.advance(hours=46)
    found = issued(source.reconcile(booking))
    assert issued(source.reconcile(booking)).number == found.number
    assert station.kd.numbers_issued(booking.key) == [found.number]


def test_after_48_hours_kuaidi100_would_book_again_so_a_person_is_asked(
    station: Kuaidi100Station,
) -> None:
    source = station.open()
    booking = station.sent()
    station.server.faults.lose_answer(_LABELS)
    assert isinstance(source.create(booking), Unknown)
    station.clock.advance(hours=49)
    assert isinstance(source.reconcile(booking), AskPerson)
    assert len(station.kd.numbers_issued(booking.key)) == 1
    issued(source.create(booking))  # what must not happen
    assert len(station.kd.numbers_issued(booking.key)) == 2


def test_some_companies_cannot_be_cancelled_here(station: Kuaidi100Station) -> None:
    booking = kuaidi100_booking()
    never = station.open(Kuaidi100Quirks(no_cancel=frozenset({"yunda"})))
    third = issued(never.create(booking))
    voided = never.void(booking, third.number, third.carrier_order)
    assert voided.result is VoidResult.UNKNOWN
    assert voided.problem is not None
    assert "不支持取消" in voided.problem.said


def test_anybodys_parcel_is_followed(station: Kuaidi100Station) -> None:
    source = station.open(company="")
    station.kd.follow("zhongtong", "73100196611386")
    station.kd.follow("shunfeng", "SF7444496931331", "0002")
    station.kd.advance("73100196611386", 4)
    station.kd.advance("SF7444496931331", 5)
    wanted = [
        TrackQuery("73100196611386", company="zto"),
        TrackQuery("SF7444496931331", "0002", "sf"),
        TrackQuery("SF7444496931331", company="sf"),
        TrackQuery("4060005469862", company="yunda"),
    ]
    zto, sf, hidden, unheard = source.track(wanted)
    assert zto.stage is TrackStage.OUT_FOR_DELIVERY
    assert sf.stage is TrackStage.DELIVERED
    assert hidden.problem is not None
    assert hidden.problem.kind is ProblemClass.PHONE
    assert (unheard.events, unheard.problem) == ((), None)


def test_a_parcel_booked_here_is_followed_too(station: Kuaidi100Station) -> None:
    source = station.open()
    number = issued(source.create(kuaidi100_booking())).number
    station.kd.report(number, "103", "已揽收")
    station.clock.advance(hours=1)
    station.kd.report(number, "501", "已放入快递柜")
    [track] = source.track([TrackQuery(number)])  # the account knows whose it is
    assert track.stage is TrackStage.AT_PICKUP_POINT


def test_numbers_are_recognised(station: Kuaidi100Station) -> None:
    source = station.open(company="")
    station.kd.follow("yuantong", "4060005469862")
    assert source.recognise("4060005469862") == ["yto", "yunda"]
    assert source.recognise("JT0000000000001") == ["jt"]
    assert source.recognise("DPK000000000000") == []
    assert source.recognise("?&=%") == []


def test_the_connection_test_books_nothing(station: Kuaidi100Station) -> None:
    source = station.open()
    assert source.check().ok
    assert station.kd.counts == {"query": 1, "cancel": 1}
    assert station.kd.orders == []
    assert not station.open(customer="WRONG").check().ok
    assert not station.open(secret="WRONG").check().ok
    assert not station.open(partner_key="WRONG").check().ok
    assert station.open(company="", secret="").check().ok
