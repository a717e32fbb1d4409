"""Yunda beyond a number, over real HTTP: reach, balance, label data in odd shapes, req-time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from app.carriers.account import read_account
from app.carriers.yunda import wire
from app.carriers.yunda.settings import YundaSettings
from app.carriers.yunda.source import YundaSource
from app.domain.reach import ReachOrigin, ReachVerdict
from app.domain.recognition import split_yunda_barcode
from app.domain.waybills import Booking, Issued, ProblemClass, Rejected, Unknown
from app.net.transport import HttpxTransport
from app.ports import Capability
from app.ports.carriers import has
from app.simulators.yunda import PdfShape, YundaAccount, YundaQuirks, YundaSimulator
from app.simulators.yunda.answers import WARNED
from tests.carriers.recording import RecordingTransport, answer, no_answer, page
from tests.carriers.samples import YUNDA_CONFIG, sample, vectors, yunda_booking
from tests.carriers.station import Station
from tests.support.clock import FakeClock

_ROUTE = sample("yunda_query_route")


class YundaStation(Station):
    yunda = YundaSimulator()

    def open(
        self, quirks: YundaQuirks | None = None, account: YundaAccount | None = None, **config: Any
    ) -> YundaSource:
        self.yunda = YundaSimulator([account or YundaAccount()], quirks=quirks, clock=self.now_s)
        keys = YUNDA_CONFIG | {"base_url": self.serve(self.yunda), "timeout_s": 5} | config
        return YundaSource(read_account(YundaSettings, keys), self.http, self.clock)


@pytest.fixture
def station(http: HttpxTransport, clock: FakeClock) -> Iterator[YundaStation]:
    station = YundaStation(http, clock)
    yield station
    station.close()


def recorded(clock: FakeClock, *answers: Any, **config: Any) -> tuple[YundaSource, Any]:
    transport = RecordingTransport().will(*answers)
    source = YundaSource(read_account(YundaSettings, YUNDA_CONFIG | config), transport, clock)
    return source, transport


def success(data: Any) -> Any:
    return answer({"result": True, "code": "0000", "message": "请求成功", "data": data})


def at(address: str) -> Booking:
    booking = yunda_booking()
    return replace(booking, receiver=replace(booking.receiver, address=f"盈港东路6679号{address}"))


# --- reach -------------------------------------------------------------------------------------


@pytest.mark.parametrize("listed", [False, True])
@pytest.mark.parametrize(
    ("address", "verdict", "said"),
    [
        ("", ReachVerdict.REACHED, ""),
        ("停发", ReachVerdict.REFUSED, "网点停发"),
        ("超区", ReachVerdict.REFUSED, "超出服务范围"),
        (WARNED, ReachVerdict.DOUBTFUL, ""),
    ],
)
def test_an_address_is_asked_for_before_a_number_is_taken(
    station: YundaStation, address: str, verdict: ReachVerdict, said: str, listed: bool
) -> None:
    source = station.open(YundaQuirks(route_listed=listed))
    reached = source.reach(at(address))
    assert (reached.verdict, reached.said) == (verdict, said)
    assert reached.origin is ReachOrigin.ONLINE
    assert (reached.reason is None) is (verdict is ReachVerdict.REACHED)
    assert station.yunda.orders == []


@pytest.mark.parametrize("needed", [False, True])
def test_the_merchants_pair_is_left_out_where_the_account_says_so(
    station: YundaStation, needed: bool
) -> None:
    source = station.open(YundaQuirks(route_needs_account=needed), route_with_merchant=False)
    reached = source.reach(yunda_booking())
    assert reached.verdict is (ReachVerdict.UNKNOWN if needed else ReachVerdict.REACHED)
    recording, sent = recorded(station.clock, no_answer(), route_with_merchant=False)
    recording.reach(yunda_booking())
    assert list(sent.last.json) == ["id", "sender_address", "receiver_address"]


@pytest.mark.parametrize(
    ("key", "is_the_key"),
    [("1864523907712450560", True), ("9999999999999999999", False), ("18_2", False)],
)
def test_the_id_of_a_question_is_a_long(clock: FakeClock, key: str, is_the_key: bool) -> None:
    source, transport = recorded(clock, no_answer())
    source.reach(yunda_booking(key=key))
    asked = transport.last.json["id"]
    assert isinstance(asked, int)
    assert 0 <= asked < 2**63
    assert (asked == int(key.replace("_", ""))) is is_the_key


def test_the_question_has_the_fields_of_the_sample(clock: FakeClock) -> None:
    source, transport = recorded(clock, no_answer())
    source.reach(yunda_booking())
    assert list(transport.last.json) == list(_ROUTE["body"])
    assert transport.last.url == _ROUTE["http"]["url"]
    assert transport.last.json["receiver_address"] == "上海市上海市青浦区盈港东路6679号"


@pytest.mark.parametrize(
    ("data", "verdict"),
    [
        (_ROUTE["response"]["data"] | {"id": None}, ReachVerdict.REACHED),
        (_ROUTE["response_closed"]["data"] | {"id": None}, ReachVerdict.REFUSED),
        ({"close": 1, "close_reason_one": "A", "close_reason_two": "B"}, ReachVerdict.REFUSED),
        ({"close": "0", "one_code": "300", "warning_close_code": "0"}, ReachVerdict.REACHED),
        ({"close": "0", "one_code": "300", "warning_close_code": "W1"}, ReachVerdict.DOUBTFUL),
        ({"close": "0", "one_code": None}, ReachVerdict.DOUBTFUL),
        ({}, ReachVerdict.UNKNOWN),
        (None, ReachVerdict.UNKNOWN),
        ({"id": 1, "close": "1"}, ReachVerdict.UNKNOWN),
    ],
)
def test_only_a_plain_word_closes_an_address(
    clock: FakeClock, data: Any, verdict: ReachVerdict
) -> None:
    source, _ = recorded(clock, success(data))
    assert source.reach(yunda_booking()).verdict is verdict


@pytest.mark.parametrize("given", [page(502), page(403), no_answer()])
def test_nobody_answering_is_no_refusal(clock: FakeClock, given: Any) -> None:
    source, _ = recorded(clock, given)
    reached = source.reach(yunda_booking())
    assert reached.verdict is ReachVerdict.UNKNOWN
    assert reached.reason is not None


def test_a_parcel_nobody_weighed_can_be_asked_about(station: YundaStation) -> None:
    reached = station.open().reach(yunda_booking(weight_g=0))
    assert reached.verdict is ReachVerdict.REACHED


def test_a_masked_receiver_is_not_asked_about(clock: FakeClock) -> None:
    source, transport = recorded(clock)
    masked = replace(yunda_booking().receiver, name="王**")
    assert source.reach(yunda_booking(receiver=masked)).verdict is ReachVerdict.UNKNOWN
    assert transport.sent == []


# --- balance -----------------------------------------------------------------------------------


@pytest.mark.parametrize("field", ["count", "surplus", "remainCount", "balance"])
def test_the_numbers_left_are_counted_under_any_name(station: YundaStation, field: str) -> None:
    account = YundaAccount(numbers_left=2)
    source = station.open(YundaQuirks(count_field=field), account)
    assert source.numbers_left().left == 2
    assert isinstance(source.create(yunda_booking()), Issued)
    assert source.numbers_left().left == 1
    assert source.check().balance == 1


@pytest.mark.parametrize(
    ("data", "left"),
    [
        (873, 873),
        ("873", 873),
        ({"count": "873"}, 873),
        ([{"type": "elec", "count": 5}, {"type": "common", "count": 873}], 873),
        ({"list": [{"type": "common", "num": 873}]}, 873),
        ({"common": 873}, 873),
        ({}, None),
        (None, None),
        ({"count": "many"}, None),
    ],
)
def test_a_count_is_found_in_several_shapes(clock: FakeClock, data: Any, left: int | None) -> None:
    source, _ = recorded(clock, success(data))
    counted = source.numbers_left()
    assert (counted.left, counted.problem) == (left, None)


def test_a_refused_count_says_why(station: YundaStation) -> None:
    counted = station.open(app_secret="WRONG").numbers_left()
    assert counted.left is None
    assert counted.problem is not None
    assert counted.problem.kind is ProblemClass.AUTH


# --- label data --------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", list(PdfShape))
def test_label_data_are_found_in_every_shape(station: YundaStation, shape: PdfShape) -> None:
    source = station.open(YundaQuirks(pdf_shape=shape))
    issued = source.create(yunda_booking())
    assert isinstance(issued, Issued)
    assert issued.warning is None
    label = issued.label
    assert label["position"]
    assert label["position_no"]
    assert label["privacy_receiver_name"] == "王**"
    barcode = split_yunda_barcode(label["mailno_barcode"])
    assert barcode is not None
    assert barcode.number == issued.number
    assert ("routing_tail" in label) is (shape is not PdfShape.NO_TAIL)
    again = source.fetch_label(yunda_booking(), issued.number)
    assert again == label


def test_label_data_are_asked_for_where_the_account_says(station: YundaStation) -> None:
    elsewhere = "/open/v2/accountOrder/bmGetPdfInfo"
    quirks = YundaQuirks(pdf_info_path="/openapi-api" + elsewhere)
    right = station.open(quirks, label_path="/openapi-api" + elsewhere)
    issued = right.create(at("路由待定"))
    assert isinstance(issued, Issued)
    assert issued.label["position"]
    wrong = station.open(quirks).create(at("路由待定"))
    assert isinstance(wrong, Issued)
    assert wrong.warning is not None
    assert wrong.label["position"] == ""


def test_the_label_of_a_plain_account_is_not_masked(station: YundaStation) -> None:
    issued = station.open(protect_privacy=False).create(yunda_booking())
    assert isinstance(issued, Issued)
    assert not [name for name in issued.label if name.startswith("privacy_")]


def test_the_vector_of_the_barcode_is_split() -> None:
    [vector] = vectors("yunda_mailno_barcode", "official")
    expected = vector["expected"]
    found = split_yunda_barcode(vector["inputs"]["scanned"])
    assert found is not None
    assert (found.number, found.routing, found.tail) == (
        expected["mailno"],
        expected["routing4"],
        expected["tail"],
    )


# --- the envelope ------------------------------------------------------------------------------


@pytest.mark.parametrize(("unit", "seconds"), [("ms", False), ("s", True)])
def test_the_time_of_a_call_is_in_the_accounts_unit(
    station: YundaStation, unit: str, seconds: bool
) -> None:
    source = station.open(YundaQuirks(seconds_req_time=seconds), req_time=unit)
    assert isinstance(source.create(yunda_booking()), Issued)


def test_seconds_are_refused_where_milliseconds_are_wanted(station: YundaStation) -> None:
    refused = station.open(req_time="s").create(yunda_booking())
    assert isinstance(refused, Rejected)
    assert (refused.problem.code, refused.problem.kind) == ("7602", ProblemClass.AUTH)


@pytest.mark.parametrize(
    "refusal", [c["body"] for c in sample("yunda_errors")["cases"]], ids=lambda b: b["code"]
)
def test_every_code_of_the_gateway_is_understood(
    station: YundaStation, refusal: dict[str, Any]
) -> None:
    source = station.open()
    station.server.faults.answer_json(f"/{wire.CREATE}", refusal)
    outcome = source.create(yunda_booking())
    assert isinstance(outcome, Unknown if refusal["code"] == "7777" else Rejected)
    station.server.faults.answer_json(f"/{wire.ROUTE}", refusal)
    assert source.reach(yunda_booking()).verdict is ReachVerdict.UNKNOWN
    assert station.server.journal.count() == 2
    assert isinstance(source.reconcile(yunda_booking()), Issued)


def test_a_failed_element_of_another_order_says_nothing_about_ours(clock: FakeClock) -> None:
    [captured] = sample("yunda_create_order.response")["body"]["data"]
    failed = captured | {"order_serial_no": "OTHER", "status": "0", "msg": "网点停发"}
    source, _ = recorded(clock, success([failed, captured]))
    assert isinstance(source.create(yunda_booking()), Issued)


def test_the_account_has_every_part_it_names(clock: FakeClock) -> None:
    source, _ = recorded(clock)
    assert all(has(source, capability) for capability in source.capabilities)
    assert {Capability.PRECHECK, Capability.BALANCE, Capability.LABEL_DATA} <= source.capabilities
