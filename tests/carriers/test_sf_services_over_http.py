"""SF beyond numbers over real HTTP: reach, price, bill, more boxes, repeated keys, SF's labels."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from app.carriers.sf.boxes import MORE_BOXES
from app.carriers.sf.cloud import CLOUD_PRINT
from app.carriers.sf.products import PRODUCTS
from app.carriers.sf.wire import CREATE, SEARCH
from app.domain.reach import ReachVerdict
from app.domain.waybills import NotSent, Problem, ProblemClass, Rejected, Unknown
from app.net.transport import HttpxTransport
from app.ports import Capability, LabelFile, LabelPage, has
from app.simulators.sf import SfAccount, SfQuirks
from app.simulators.sf.cloud import FILE_PATH
from app.simulators.sf.records import SERVICES, RepeatReply
from tests.carriers.samples import sf_booking
from tests.carriers.sf_station import PATH, SfStation, at, calls_of
from tests.carriers.station import issued, problem_kind
from tests.support.clock import FakeClock


@pytest.fixture
def station(http: HttpxTransport, clock: FakeClock) -> Iterator[SfStation]:
    station = SfStation(http, clock)
    yield station
    station.close()


# reach, price, bill


@pytest.mark.parametrize("as_object", [True, False])
@pytest.mark.parametrize(
    ("address", "verdict"),
    [
        ("", ReachVerdict.REACHED),
        ("人工确认", ReachVerdict.DOUBTFUL),
        ("地址不详", ReachVerdict.DOUBTFUL),
        ("超区", ReachVerdict.REFUSED),
    ],
)
def test_an_address_is_asked_for_without_a_number(
    station: SfStation, address: str, verdict: ReachVerdict, as_object: bool
) -> None:
    source = station.open(SfQuirks(filter_reply_as_object=as_object))
    answer = source.reach(at(address))
    assert answer.verdict is verdict
    assert (answer.reason is None) is (verdict is ReachVerdict.REACHED)
    assert station.sf.orders == []


def test_a_sender_out_of_range_is_told_from_a_receiver(station: SfStation) -> None:
    source, booking = station.open(), sf_booking()
    here = replace(booking, sender=replace(booking.sender, address="骏业路255号超区"))
    assert "sender" in str(source.reach(here).reason)
    assert "sender" not in str(source.reach(at("超区")).reason)


def test_reach_that_cannot_be_asked_is_unknown(station: SfStation) -> None:
    source = station.open()
    station.server.faults.lose_answer(PATH)
    assert source.reach(sf_booking()).verdict is ReachVerdict.UNKNOWN
    masked = replace(sf_booking().receiver, masked=True)
    assert source.reach(sf_booking(receiver=masked)).verdict is ReachVerdict.UNKNOWN
    unbound = station.open(account=SfAccount(bound_services=frozenset()))
    assert unbound.reach(sf_booking()).code == "A1004"


def test_a_quote_has_price_and_time(station: SfStation) -> None:
    found = station.open().quote(sf_booking(weight_g=3200))
    (quote,) = found.quotes
    assert (quote.product, quote.product_name) == ("2", "顺丰标快")
    assert quote.fee_fen == 1800 + 3 * 500
    assert quote.arrives_by is not None
    ahead = quote.arrives_by - station.clock.now()
    assert timedelta(days=1) < ahead < timedelta(days=3)


def test_a_quote_is_for_the_parcels_own_product(station: SfStation) -> None:
    source = station.open()
    (quote,) = source.quote(sf_booking(product="247")).quotes
    assert quote.product == "247"
    refused = source.quote(sf_booking(product="99999"))
    assert refused.problem is not None
    assert refused.problem.kind is ProblemClass.PRODUCT_OR_VAS


@pytest.mark.parametrize("kind", ["1", "2"])
def test_a_bill_comes_after_pickup(station: SfStation, kind: str) -> None:
    source = station.open(SfQuirks(bill_type_of_number=kind), bill_tracking_type=kind)
    number = issued(source.create(sf_booking(weight_g=2000, insured_fen=100000))).number
    (before,) = source.billed([number])
    assert before.fee_fen is None
    assert before.problem is not None
    assert before.problem.code == "8148"
    station.sf.advance(number)
    billed, other = source.billed([number, "SF0000000000000"])
    assert (billed.fee_fen, billed.weight_g, billed.problem) == (1800 + 500 + 100, 2000, None)
    assert other.problem is not None


# products and insurance


def test_a_parcels_product_goes_before_the_accounts(station: SfStation) -> None:
    source = station.open(product="2")
    issued(source.create(sf_booking(product="247")))
    issued(source.create(sf_booking(key="DD20260101-0002")))
    assert [o.request["expressTypeId"] for o in station.sf.orders] == [247, 2]
    refused = source.create(sf_booking(key="DD20260101-0003", product="次日达"))
    assert problem_kind(refused) is ProblemClass.PRODUCT_OR_VAS
    assert len(station.sf.orders) == 2


def test_the_account_adds_and_renames_products(station: SfStation) -> None:
    own = [{"code": "247", "name": "电商"}, {"code": "7777", "name": "专配"}]
    names = {p.code: p.name for p in station.open(product="4321", products=own).products()}
    assert (names["247"], names["7777"], names["4321"]) == ("电商", "专配", "4321")
    assert names["1"] == PRODUCTS["1"] == "顺丰特快"


@pytest.mark.parametrize(
    ("from_fen", "said_fen", "value"),
    [(0, 0, None), (25800, 0, "258"), (25801, 0, None), (25800, 100050, "1000.50")],
)
def test_goods_of_some_value_are_insured(
    station: SfStation, from_fen: int, said_fen: int, value: str | None
) -> None:
    source = station.open(insure_from_fen=from_fen)
    issued(source.create(sf_booking(insured_fen=said_fen)))  # two pieces at 129 yuan
    (order,) = station.sf.orders
    insured = [s["value"] for s in order.request["serviceList"] if s["name"] == "INSURE"]
    assert insured == ([value] if value else [])


# more boxes


@pytest.mark.parametrize("lists_all", [True, False])
@pytest.mark.parametrize("counts", ["new", "total"])
@pytest.mark.parametrize("routes", [True, False])
def test_boxes_are_added_to_a_number(
    station: SfStation, lists_all: bool, counts: str, routes: bool
) -> None:
    quirks = SfQuirks(
        more_boxes_counts_all=counts == "total",
        more_boxes_lists_all=lists_all,
        children_have_routes=routes,
    )
    source = station.open(quirks, added_boxes=counts)
    first = issued(source.create(sf_booking(box_count=2, weight_g=9000)))
    more = issued(source.add_boxes(sf_booking(box_count=2, weight_g=9000), 2))
    (order,) = station.sf.orders
    assert order.children == (first.numbers[1].number, *(n.number for n in more.numbers))
    assert [n.kind for n in more.numbers] == ["child", "child"]
    assert more.warning is None
    children = more.label["children"]
    assert set(children) == {n.number for n in more.numbers}
    assert all(bool(c["twoDimensionCode"]) is routes for c in children.values())


def test_boxes_cannot_be_added_after_pickup_or_beyond_the_limit(station: SfStation) -> None:
    source = station.open()
    number = issued(source.create(sf_booking())).number
    too_many = source.add_boxes(sf_booking(), 307)
    assert isinstance(too_many, Rejected)
    assert too_many.problem.code == "8067"
    assert "307" in str(too_many.problem.message)
    station.sf.advance(number)
    late = source.add_boxes(sf_booking(), 1)
    assert problem_kind(late) is ProblemClass.ALREADY_MOVING
    assert station.sf.orders[0].children == ()
    assert isinstance(source.add_boxes(sf_booking(key="nobodys"), 1), Rejected)


def test_boxes_whose_answer_is_lost_show_in_the_order(station: SfStation) -> None:
    source = station.open()
    issued(source.create(sf_booking()))
    station.server.faults.lose_answer(PATH, when=calls_of(MORE_BOXES))
    assert isinstance(source.add_boxes(sf_booking(), 2), Unknown)
    found = issued(source.reconcile(sf_booking()))
    assert [n.kind for n in found.numbers] == ["mother", "child", "child"]


def test_nothing_is_asked_for_when_the_order_cannot_be_looked_at(station: SfStation) -> None:
    source = station.open()
    issued(source.create(sf_booking()))
    station.server.faults.lose_answer(PATH, when=calls_of(SEARCH))
    assert isinstance(source.add_boxes(sf_booking(), 1), NotSent)
    assert station.sf.counts.get(MORE_BOXES) is None


# a key that has gone out before


OTHER = replace(sf_booking().receiver, name="李四", phone="13900000009")


@pytest.mark.parametrize("repeat", list(RepeatReply))
def test_somebody_elses_order_is_never_adopted(station: SfStation, repeat: RepeatReply) -> None:
    source = station.open(SfQuirks(repeat=repeat, search_shows_contacts=True))
    issued(source.create(sf_booking()))
    refused = source.create(sf_booking(receiver=OTHER, sent_before=True))
    assert problem_kind(refused) is ProblemClass.DUPLICATE


def test_what_a_silent_replay_gives_depends_on_the_setting(station: SfStation) -> None:
    quirks = SfQuirks(search_shows_contacts=True)
    first = issued(station.open(quirks).create(sf_booking()))
    trusting = station.again(compare_receiver="never")
    again = trusting.create(sf_booking(receiver=OTHER, sent_before=True))
    assert issued(again).numbers == first.numbers
    careful = station.again(compare_receiver="always")
    assert problem_kind(careful.create(sf_booking(receiver=OTHER))) is ProblemClass.DUPLICATE
    usual = station.again().create(sf_booking(receiver=OTHER))
    assert issued(usual).numbers == first.numbers


def test_a_first_create_costs_one_call_and_a_repeat_two(station: SfStation) -> None:
    source = station.open(SfQuirks(search_shows_contacts=True))
    first = issued(source.create(sf_booking()))
    assert station.sf.counts == {CREATE: 1}
    again = issued(source.create(sf_booking(sent_before=True)))
    assert station.sf.counts == {CREATE: 2, SEARCH: 1}
    assert (again.numbers, again.label) == (first.numbers, first.label)
    assert again.warning is None


def test_a_compared_label_keeps_the_data_of_its_create(station: SfStation) -> None:
    source = station.open(SfQuirks(search_shows_contacts=True), compare_receiver="always")
    label = issued(source.create(sf_booking())).label
    assert (label["proCode"], label["limitTypeCode"]) == ("T 标快", "T6")
    searched = issued(source.reconcile(sf_booking())).label
    assert searched["proCode"] == "T801"
    assert searched["checkCode"] != label["checkCode"]
    assert label["checkCode"] in label["twoDimensionCode"]


def test_a_compared_order_without_a_route_takes_the_searched_label_whole(
    station: SfStation,
) -> None:
    source = station.open(SfQuirks(search_shows_contacts=True), compare_receiver="always")
    outcome = issued(source.create(at("路由待定")))
    assert outcome.warning is None
    assert outcome.label["proCode"] == "T801"
    assert station.sf.counts == {CREATE: 1, SEARCH: 1}


def test_a_receiver_that_sf_does_not_show_is_adopted_with_a_warning(station: SfStation) -> None:
    source = station.open(compare_receiver="always")
    assert issued(source.create(sf_booking())).warning is None
    repeated = issued(source.create(sf_booking(sent_before=True)))
    assert "check the label" in str(repeated.warning)


def test_an_order_that_cannot_be_compared_stays_in_doubt(station: SfStation) -> None:
    source = station.open(SfQuirks(search_shows_contacts=True))
    station.server.faults.lose_answer(PATH, when=calls_of(SEARCH))
    assert isinstance(source.create(sf_booking(sent_before=True)), Unknown)
    assert issued(source.reconcile(sf_booking())).numbers
    late = station.open(SfQuirks(search_lag_s=60))
    assert isinstance(late.create(sf_booking(sent_before=True)), Unknown)


# SF's own labels


def page(number: str, **facts: object) -> LabelPage:
    return replace(LabelPage(number), **facts)  # type: ignore[arg-type]  # the test's own keywords


def fetched(outcome: object) -> LabelFile:
    assert isinstance(outcome, LabelFile), outcome
    return outcome


def refusal(outcome: object) -> Problem:
    assert isinstance(outcome, Problem), outcome
    return outcome


def test_only_an_account_that_wants_them_draws_labels(station: SfStation) -> None:
    assert not has(station.open(), Capability.LABEL_FILE)
    assert has(station.open(label_source="cloud"), Capability.LABEL_FILE)


@pytest.mark.parametrize(
    ("media", "box"),
    [
        ("76x130", b"215.433 368.504"),
        ("100x150", b"283.465 425.197"),
        ("100x180", b"283.465 510.236"),
        ("100x210", b"283.465 595.276"),
    ],
)
def test_a_label_is_fetched_for_the_paper(station: SfStation, media: str, box: bytes) -> None:
    source = station.open(label_source="cloud")
    number = issued(source.create(sf_booking())).number
    file = fetched(source.label_file(sf_booking(), page(number, media=media)))
    assert (file.number, file.kind) == (number, "pdf")
    assert file.content.startswith(b"%PDF-")
    assert b"MediaBox [0 0 " + box in file.content
    assert number.encode() in file.content


def test_child_and_slip_have_labels_of_their_own(station: SfStation) -> None:
    source = station.open(label_source="cloud", return_slip=True)
    booking = sf_booking(box_count=2, weight_g=9000)
    mother, child, slip = (n.number for n in issued(source.create(booking)).numbers)
    wanted = page(child, mother=mother, kind="child", box_no=2, box_count=2)
    file = fetched(source.label_file(booking, wanted))
    assert child.encode() in file.content
    assert b"2/2" in file.content
    back = page(slip, mother=mother, kind="return_slip")
    assert slip.encode() in fetched(source.label_file(booking, back)).content


def test_paper_and_template_that_sf_does_not_have_are_named(station: SfStation) -> None:
    source = station.open(label_source="cloud")
    number = issued(source.create(sf_booking())).number
    assert "60x40" in str(
        refusal(source.label_file(sf_booking(), page(number, media="60x40"))).message
    )
    other = station.again(label_source="cloud", cloud_template="fm_150_standard_OTHER")
    problem = refusal(other.label_file(sf_booking(), page(number)))
    assert problem.kind is ProblemClass.PRODUCT_OR_VAS
    assert "cloud_template" in str(problem.remedy)
    assert "OTHER" in problem.said
    assert refusal(source.label_file(sf_booking(), page("SF0000000000000"))).said


@pytest.mark.parametrize("fault", ["lose_answer", "truncate", "bad_gateway", "close_before"])
@pytest.mark.parametrize("where", [PATH, FILE_PATH])
def test_a_file_that_does_not_come_whole_is_no_label(
    station: SfStation, fault: str, where: str
) -> None:
    source = station.open(label_source="cloud")
    number = issued(source.create(sf_booking())).number
    when = calls_of(CLOUD_PRINT) if where == PATH else None
    getattr(station.server.faults, fault)(where, when=when)
    problem = refusal(source.label_file(sf_booking(), page(number)))
    assert str(problem.message)
    assert str(problem.remedy)
    fetched(source.label_file(sf_booking(), page(number)))
    assert len(station.sf.orders) == 1


def test_the_connection_test_covers_sfs_own_labels(station: SfStation) -> None:
    assert station.open(label_source="cloud").check().ok
    wrong = station.again(label_source="cloud", cloud_template="fm_150_standard_OTHER").check()
    assert "cloud_template" in str(wrong.remedy)
    unbound = SfAccount(bound_services=SERVICES - {CLOUD_PRINT})
    health = station.open(account=unbound, label_source="cloud").check()
    assert not health.ok
    assert "Bind the service" in str(health.remedy)
    assert station.again().check().ok
    assert station.sf.orders == []


def test_a_line_of_the_log_holds_neither_token_nor_address(
    station: SfStation, caplog: pytest.LogCaptureFixture
) -> None:
    source = station.open(label_source="cloud")
    number = issued(source.create(sf_booking())).number
    caplog.clear()
    with caplog.at_level(logging.INFO):
        fetched(source.label_file(sf_booking(), page(number)))
    asked, got = [r.getMessage() for r in caplog.records if "carrier=sf" in r.getMessage()]
    assert CLOUD_PRINT in asked
    assert "service=label_file" in got
    for line in (asked, got):
        assert number not in line
        assert "AUTH" not in line
        assert FILE_PATH not in line
